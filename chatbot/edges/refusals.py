"""A refusal comes in; the answer that the client of that path understands goes out."""

from html import escape

from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from chatbot.api.problems import Refusal, render_problem

PAGE = (
    '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Métiers et formations</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
    "<body><main><h1>{}</h1></main></body></html>"
)


def answer_refusal(scope: Scope, refusal: Refusal) -> Response:
    """Give a problem document, under /v1 an error as OpenAI writes it, and in place of the page a page."""
    headers = dict(refusal.headers or {})
    if scope["path"] == "/":
        return HTMLResponse(PAGE.format(escape(refusal.detail)), refusal.status_code, headers=headers)
    return render_problem(scope["path"], refusal.status_code, refusal.detail, headers=headers)
