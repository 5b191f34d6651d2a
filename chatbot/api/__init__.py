"""The FastAPI routes: a question comes in as JSON, the chatbot's `Answer` or an RFC 9457 problem in French goes out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

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
from chatbot.api.metrics import metrics_routes
from chatbot.api.openai import openai_routes
from chatbot.api.problems import Refusal, add_handlers, describe_problems
from chatbot.api.replies import AnswerFailed, Channel
from chatbot.api.service import (
    INDEX_MISSING,
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
from chatbot.api.turns import LONGEST, Overloaded
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
THREADS = 40 + LONGEST  # of the pool: those that wait for their turn leave the others as many as there always are
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


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

    @api.post("/api/answer")
    def answer(body: QuestionBody) -> AnswerBody:
        """Answer a question from the sheets."""
        history = [Turn(message.role, message.content) for message in body.history]
        return AnswerBody.of(reply(opened(), body.question, history))

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
    def sheet(sheet_id: str) -> dict[str, Any]:
        """Give one sheet: its facts (absent ones left out) and its sections."""
        found = opened().chatbot.catalogue.get(sheet_id)
        if found is None:
            raise Refusal(404, f"Aucune fiche chargée ne porte l'identifiant « {sheet_id[:40]} ».")
        return describe_sheet(found)

    api.include_router(metrics_routes(service))
    api.include_router(stream_routes(opened))
    api.include_router(openai_routes(opened))
    api.include_router(browse_routes(opened))

    @api.api_route("/v1/{path:path}", methods=METHODS, include_in_schema=False)
    @api.api_route("/api/{path:path}", methods=METHODS, include_in_schema=False)
    def no_route(request: Request) -> None:
        """Refuse what no route serves here, so that the page mounted at / never sees it."""
        allowed = {
            method
            for route in api.routes
            if route.matches(request.scope)[0] is Match.PARTIAL
            for method in getattr(route, "methods", None) or ()
        }
        if allowed:
            raise StarletteHTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
        raise StarletteHTTPException(404)

    return api
