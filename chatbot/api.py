"""The FastAPI routes: a question comes in as JSON, the chatbot's `Answer` or an RFC 9457 problem in French goes out."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal, Protocol

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.answering import Chatbot
from chatbot.citations import public_url
from chatbot.question import Turn

MAX_QUESTION = 2_000
MAX_HISTORY = 40
MAX_MESSAGE = 8_000
# The largest body that the contract allows: 322,000 characters, each at most 12 bytes when escaped.
MAX_BODY_BYTES = 4 * 1024 * 1024
INDEX_MISSING = "Les fiches ne sont pas encore indexées. À lancer sur le serveur : python -m chatbot index"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """A chatbot whose index is open, and what is to be known of that index."""

    chatbot: Chatbot
    sheets: int
    chunks: int
    embedding: str
    indexed_at: datetime
    corpus_version: str = ""
    corpus_date: datetime | None = None


class Service(Protocol):
    """What the routes and the page are served from."""

    def open_index(self) -> OpenIndex | None:
        """Give the index that answers now, or None while there is none."""


def _blank_controls(value: object) -> object:
    return CONTROL.sub(" ", value) if isinstance(value, str) else value


class MessageBody(BaseModel):
    """One earlier message of the conversation."""

    model_config = ConfigDict(extra="forbid")
    role: Literal["user", "assistant"]
    content: Annotated[str, StringConstraints(max_length=MAX_MESSAGE), BeforeValidator(_blank_controls)]


class QuestionBody(BaseModel):
    """A question, and the conversation so far, oldest message first."""

    model_config = ConfigDict(extra="forbid")
    question: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION),
        BeforeValidator(_blank_controls),
    ]
    history: Annotated[list[MessageBody], Field(max_length=MAX_HISTORY)] = []


class CitationBody(BaseModel):
    """A source of the answer: words of one section of one sheet."""

    id: str
    kind: str
    title: str
    section: str
    excerpt: str
    url: str


class AnswerBody(BaseModel):
    """An answer in Markdown, each claim followed by the marker of its sheet."""

    answer: str
    status: str
    citations: list[CitationBody]
    suggestions: list[str]
    generator: str


class ReadyBody(BaseModel):
    """What the open index holds; `corpus_version` names what the sheets say, `corpus_date` is since when they do."""

    sheets: int
    chunks: int
    embedding: str
    indexed_at: datetime
    corpus_version: str
    corpus_date: datetime | None


class Problem(BaseModel):
    """An RFC 9457 problem document; `errors` names the fields of a body that doesn't fit."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


class Refusal(HTTPException):
    """A refusal whose `detail` is a French sentence for the client."""


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
    problem = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    api = FastAPIOffline(
        title="Chatbot d'orientation",
        redoc_url=None,
        description="Des réponses citées, tirées des fiches Onisep (Idéo, licence ODbL).",
        responses={code: {"description": HTTPStatus(code).phrase, "content": problem} for code in (422, 503)},
    )
    api.add_middleware(BodyLimit)
    api.add_exception_handler(StarletteHTTPException, _refuse)
    api.add_exception_handler(RequestValidationError, _refuse_body)
    api.add_exception_handler(Exception, _report_failure)

    def opened() -> OpenIndex:
        index = service.open_index()
        if index is None:
            raise Refusal(503, INDEX_MISSING)
        return index

    @api.post("/api/answer")
    def answer(body: QuestionBody) -> AnswerBody:
        """Answer a question from the sheets."""
        history = [Turn(message.role, message.content) for message in body.history]
        result = opened().chatbot.answer(body.question, history)
        return AnswerBody(
            answer=result.text,
            status=result.status,
            citations=[
                CitationBody(id=c.sheet_id, kind=c.kind, title=c.title, section=c.section, excerpt=c.excerpt, url=c.url)
                for c in result.citations
            ],
            suggestions=list(result.suggestions),
            generator=result.generator,
        )

    @api.get("/api/health")
    def health() -> dict[str, str]:
        """Say that the process lives."""
        return {"status": "ok"}

    @api.get("/api/ready")
    def ready() -> ReadyBody:
        """Say what the open index holds."""
        return ReadyBody.model_validate(opened(), from_attributes=True)

    @api.get("/api/sheets/{sheet_id}", responses={404: {"description": "Not Found", "content": problem}})
    def sheet(sheet_id: str) -> dict[str, Any]:
        """Give one sheet: its facts (absent ones left out) and its sections."""
        found = opened().chatbot.catalogue.get(sheet_id)
        if found is None:
            raise Refusal(404, f"Aucune fiche chargée ne porte l'identifiant « {sheet_id[:40]} ».")
        facts = asdict(found)
        sections = [section for section in facts.pop("sections") if section["text"]]
        for name in ("sheet_id", "kind", "title", "detailed", "files"):
            facts.pop(name)
        return {
            "id": found.sheet_id,
            "kind": found.kind,
            "title": found.title,
            "url": public_url(found.sheet_id, found.kind, found.lien),
            "facts": {name: value for name, value in facts.items() if value},
            "sections": sections,
        }

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


DETAILS = {
    400: "Le corps de la requête ne se lit pas : envoyez un objet JSON en UTF-8.",
    404: "Cette adresse n'existe pas. La liste des adresses est dans /docs.",
    405: "Cette adresse n'accepte pas cette méthode. La liste des adresses est dans /docs.",
}
FIELD_DETAILS = {
    "json_invalid": "Le corps de la requête n'est pas du JSON valide.",
    "model_attributes_type": "Le corps de la requête doit être un objet JSON (Content-Type: application/json).",
    "missing": "Il manque « {field} ».",
    "extra_forbidden": "« {field} » n'est pas un champ connu.",
    "string_type": "« {field} » doit être un texte.",
    "string_unicode": "« {field} » contient des caractères impossibles à lire.",
    "string_too_short": "« {field} » est vide : écrivez une question.",
    "string_too_long": "« {field} » est trop long : {max_length} caractères au plus.",
    "list_type": "« {field} » doit être une liste de messages.",
    "too_long": "« {field} » est trop long : {max_length} messages au plus.",
    "literal_error": "« {field} » doit valoir « user » ou « assistant ».",
}


def _render_problem(
    status: int, detail: str, errors: list[dict[str, str]] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    document = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors)
    return JSONResponse(
        document.model_dump(exclude_none=True), status, headers=headers, media_type="application/problem+json"
    )


def _refuse(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    known = error.detail if isinstance(error, Refusal) else DETAILS.get(error.status_code)
    detail = known or "La requête n'a pas pu être servie."
    return _render_problem(error.status_code, detail, headers=dict(error.headers or {}))


def _refuse_body(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = []
    for item in error.errors():
        field = "body" if item["type"] == "json_invalid" else ".".join(map(str, item["loc"][1:])) or "body"
        field = field.encode("utf-8", "replace").decode()[:80]
        kind = "model_attributes_type" if item["type"] == "missing" and field == "body" else item["type"]
        sentence = FIELD_DETAILS.get(kind, "Le champ « {field} » ne convient pas.")
        errors.append({"field": field, "detail": sentence.format(field=field, **item.get("ctx", {}))})
    return _render_problem(422, errors[0]["detail"], errors[:10])


def _report_failure(request: Request, error: Exception) -> JSONResponse:
    return _render_problem(500, "Une erreur est survenue sur le serveur ; son journal en dit plus.")
