"""The FastAPI routes: a question comes in as JSON, the chatbot's `Answer` or an RFC 9457 problem in French goes out."""

from itertools import takewhile
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import PlainTextResponse
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.api.bodies import (
    CONTROL,
    MAX_HISTORY,
    MAX_MESSAGE,
    MAX_QUESTION,
    AnswerBody,
    QuestionBody,
    ReadyBody,
)
from chatbot.api.browse import browse_routes
from chatbot.api.metrics import CONTENT_TYPE, render_metrics
from chatbot.api.openai import openai_routes
from chatbot.api.problems import Refusal, add_handlers, describe_problems
from chatbot.api.service import OpenIndex, Service, reply, stream_reply
from chatbot.api.sheets import describe_sheet
from chatbot.api.stream import stream_routes
from chatbot.question import Turn

__all__ = [
    "CONTROL",
    "INDEX_MISSING",
    "MAX_BODY_BYTES",
    "MAX_HISTORY",
    "MAX_MESSAGE",
    "MAX_QUESTION",
    "OpenIndex",
    "Service",
    "create_api",
    "describe_sheet",
    "reply",
    "stream_reply",
]
# The largest body that the contract allows: 322,000 characters, each at most 12 bytes when escaped.
MAX_BODY_BYTES = 4 * 1024 * 1024
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
INDEX_MISSING = "Les fiches ne sont pas encore indexées. À lancer sur le serveur : python -m chatbot index"


class BodyLimit:
    """Middleware that refuses a body to /api as soon as it grows too large, before anything parses it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what is read of its body."""
        size = 0

        async def receive_limited() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MAX_BODY_BYTES:
                raise Refusal(413, f"La requête est trop volumineuse : {MAX_BODY_BYTES // 1024**2} Mio au plus.")
            return message

        limited = scope["type"] == "http" and scope["path"].startswith("/api/")
        await self.app(scope, receive_limited if limited else receive, send)


def create_api(service: Service) -> FastAPI:
    """Make the application that serves /api and /docs."""
    api = FastAPIOffline(
        title="Chatbot d'orientation",
        redoc_url=None,
        description="Des réponses citées, tirées des fiches Onisep (Idéo, licence ODbL).",
        responses=describe_problems(422, 503),
    )
    api.add_middleware(BodyLimit)
    add_handlers(api)

    def opened() -> OpenIndex:
        index = service.open_index()
        if index is None:
            raise Refusal(503, INDEX_MISSING)
        return index

    @api.post("/api/answer", responses=describe_problems(400, 413))
    def answer(body: QuestionBody) -> AnswerBody:
        """Answer a question from the sheets."""
        history = [Turn(message.role, message.content) for message in body.history]
        return AnswerBody.of(reply(opened(), body.question, history))

    @api.get("/api/health")
    def health() -> dict[str, str]:
        """Say that the process lives."""
        return {"status": "ok"}

    @api.get("/api/ready")
    def ready() -> ReadyBody:
        """Say what the open index holds."""
        return ReadyBody.model_validate(opened(), from_attributes=True)

    @api.get("/metrics", response_class=PlainTextResponse)
    def metrics() -> PlainTextResponse:
        """Give the counts that Prometheus collects."""
        return PlainTextResponse(render_metrics(opened()), media_type=CONTENT_TYPE)

    @api.get("/api/sheets/{sheet_id}", responses=describe_problems(404))
    def sheet(sheet_id: str) -> dict[str, Any]:
        """Give one sheet: its facts (absent ones left out) and its sections."""
        found = opened().chatbot.catalogue.get(sheet_id)
        if found is None:
            raise Refusal(404, f"Aucune fiche chargée ne porte l'identifiant « {sheet_id[:40]} ».")
        return describe_sheet(found)

    for routes in (stream_routes, openai_routes, browse_routes):
        api.include_router(routes(opened))
    for path in ("/metrics", "/v1/{path:path}", "/api/{path:path}"):
        api.router.routes.append(Route(path, _NoRoute(api), include_in_schema=False))
    return api


class _NoRoute:
    """Refuses what no route serves under a path, by any method, so that the page mounted at / never sees it."""

    def __init__(self, api: FastAPI) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raise 405 where another method would be served, else 404."""
        before = takewhile(lambda route: getattr(route, "app", None) is not self, self._api.routes)
        served = list(before)  # asked one by one: a route that came with a router of its own tells no methods
        allowed = [m for m in METHODS if any(r.matches({**scope, "method": m})[0] is Match.FULL for r in served)]
        if allowed:
            raise StarletteHTTPException(405, headers={"Allow": ", ".join(allowed)})
        raise StarletteHTTPException(404)
