"""The FastAPI routes: a question comes in as JSON, the chatbot's `Answer` or an RFC 9457 problem in French goes out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import takewhile
from typing import Any

import anyio.to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from chatbot.api.bodies import (
    CONTROL,
    MAX_HISTORY,
    MAX_MESSAGE,
    MAX_QUESTION,
    AnswerBody,
    QuestionBody,
    ReadyBody,
    SheetId,
)
from chatbot.api.browse import browse_routes
from chatbot.api.metrics import metrics_routes
from chatbot.api.openai import openai_routes
from chatbot.api.problems import Refusal, add_handlers, describe_problems
from chatbot.api.replies import AnswerFailed
from chatbot.api.service import (
    INDEX_MISSING,
    MOST_DOSSIERS,
    STARTING,
    STARTING_SECONDS,
    OpenIndex,
    Service,
    is_starting,
    reply,
    say_unavailable,
    stream_reply,
)
from chatbot.api.sheets import describe_sheet
from chatbot.api.stream import stream_routes
from chatbot.api.turns import LONGEST, Channel, Overloaded
from chatbot.question import Turn

__all__ = [
    "CONTROL",
    "INDEX_MISSING",
    "MAX_HISTORY",
    "MAX_MESSAGE",
    "MAX_QUESTION",
    "STARTING",
    "AnswerFailed",
    "Channel",
    "OpenIndex",
    "Overloaded",
    "Service",
    "create_api",
    "describe_sheet",
    "reply",
    "say_unavailable",
    "stream_reply",
]
# Of the pool: those that wait for their turn leave the others as many as there always are.
THREADS = 40 + LONGEST + MOST_DOSSIERS
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


@asynccontextmanager
async def _make_room(api: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def create_api(service: Service) -> FastAPI:
    """Make the application that serves /api and /docs."""
    api = FastAPIOffline(
        title="Chatbot d'orientation",
        redoc_url=None,
        description="Des réponses citées, tirées des fiches Onisep (Idéo, licence ODbL).",
        responses=describe_problems(422, 503),
        lifespan=_make_room,
    )
    add_handlers(api)

    def opened() -> OpenIndex:
        index = service.open_index()
        if index is None:
            headers = {"Retry-After": str(STARTING_SECONDS)} if is_starting(service) else None
            raise Refusal(503, say_unavailable(service), headers)
        return index

    @api.post("/api/answer", responses=describe_problems(400, 413), response_model=AnswerBody)
    def answer(body: QuestionBody) -> Response:
        """Answer a question from the sheets."""
        history = [Turn(message.role, message.content) for message in body.history]
        written = AnswerBody.of(reply(opened(), body.question, history))
        return Response(written.model_dump_json(), media_type="application/json")  # checked once is enough

    # Neither takes a thread of the pool: they answer while all of them are busy.
    @api.get("/api/health")
    async def health() -> dict[str, str]:
        """Say that the process lives."""
        return {"status": "ok"}

    @api.get("/api/ready")
    async def ready() -> ReadyBody:
        """Say what the open index holds."""
        return ReadyBody.model_validate(opened(), from_attributes=True)

    @api.get("/api/sheets/{sheet_id}", responses=describe_problems(404))
    def sheet(sheet_id: SheetId) -> dict[str, Any]:
        """Give one sheet: its facts (absent ones left out) and its sections."""
        found = opened().chatbot.catalogue.get(sheet_id)
        if found is None:
            raise Refusal(404, f"Aucune fiche chargée ne porte l'identifiant « {sheet_id[:40]} ».")
        return describe_sheet(found)

    api.include_router(metrics_routes(service))
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
