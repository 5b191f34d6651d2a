"""A refusal comes in; the answer that the client of that path understands goes out."""

from html import escape

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from chatbot.api.problems import Refusal, render_refusal

# By status, as OpenAI's own service names them: (type, code).
OPENAI_ERRORS = {
    401: ("invalid_request_error", "invalid_api_key"),
    429: ("requests", "rate_limit_exceeded"),
}
PAGE = (
    '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Métiers et formations</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
    "<body><main><h1>{}</h1></main></body></html>"
)


def answer_refusal(scope: Scope, refusal: Refusal) -> Response:
    """Give a problem document; under /v1 an error in OpenAI's shape, and for the page itself a page."""
    if scope["path"] == "/":
        return HTMLResponse(PAGE.format(escape(refusal.detail)), refusal.status_code, headers=refusal.headers)
    if not scope["path"].startswith("/v1/"):
        return render_refusal(refusal)
    kind, code = OPENAI_ERRORS.get(refusal.status_code, ("invalid_request_error", None))
    error = {"message": refusal.detail, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, refusal.status_code, headers=dict(refusal.headers or {}))
