"""What goes wrong in a request comes in; an RFC 9457 problem document in French goes out."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException as StarletteHTTPException

from chatbot.telemetry.logs import REQUEST_ID

DETAILS = {
    400: "Le corps de la requête ne se lit pas : envoyez un objet JSON en UTF-8.",
    404: "Cette adresse n'existe pas. La liste des adresses est dans /docs.",
    405: "Cette adresse n'accepte pas cette méthode. La liste des adresses est dans /docs.",
}
FAILURE = "Une erreur est survenue sur le serveur ; son journal en dit plus."
FIELD_DETAILS = {
    "json_invalid": "Le corps de la requête n'est pas du JSON valide.",
    "body_type": "Le corps de la requête doit être un objet JSON (Content-Type: application/json).",
    "missing": "Il manque « {field} ».",
    "extra_forbidden": "« {field} » n'est pas un champ connu.",
    "string_type": "« {field} » doit être un texte.",
    "string_unicode": "« {field} » contient des caractères impossibles à lire.",
    "string_too_short": "« {field} » est vide : écrivez une question.",
    "bool_type": "« {field} » doit valoir true ou false.",
    "int_parsing": "« {field} » doit être un nombre entier.",
    "int_type": "« {field} » doit être un nombre entier.",
    "int_from_float": "« {field} » doit être un nombre entier.",
    "less_than_equal": "« {field} » doit valoir {le} au plus.",
    "greater_than_equal": "« {field} » doit valoir {ge} au moins.",
    "string_too_long": "« {field} » est trop long : {max_length} caractères au plus.",
    "list_type": "« {field} » doit être une liste.",
    "dict_type": "« {field} » doit être un objet.",
    "model_attributes_type": "« {field} » doit être un objet.",
    "too_long": "« {field} » est trop long : {max_length} éléments au plus.",
    "literal_error": "« {field} » doit valoir {expected}.",
}


OPENAI = "/v1/"
OPENAI_CODES = {
    401: "invalid_api_key",
    404: "not_found",
    429: "rate_limit_exceeded",
    500: "internal_error",
    503: "unavailable",
}


class ErrorDetail(BaseModel):
    """What OpenAI's clients read of a refusal; `message` is in French."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """An error as OpenAI writes it."""

    error: ErrorDetail


class Problem(BaseModel):
    """An RFC 9457 problem document; `errors` names the fields that don't fit, `request_id` is in the log too."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None
    request_id: str | None = None


class Refusal(HTTPException):
    """A refusal whose `detail` is a French sentence for the client."""


def add_handlers(api: FastAPI) -> None:
    """Answer every failure of an application with a problem document."""
    api.add_exception_handler(StarletteHTTPException, _refuse)
    api.add_exception_handler(RequestValidationError, _refuse_body)
    api.add_exception_handler(Exception, _report_failure)


def openai_error(status: int, message: str, param: str | None = None) -> ErrorBody:
    """Say a refusal as OpenAI does."""
    kind = "rate_limit_error" if status == 429 else "invalid_request_error" if status < 500 else "server_error"
    return ErrorBody(error=ErrorDetail(message=message, type=kind, param=param, code=OPENAI_CODES.get(status)))


def describe_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document for OpenAPI the problems that a route answers with."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def render_problem(
    path: str,
    status: int,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Refuse a request to a path: with a problem document, under /v1 with an error as OpenAI writes it."""
    if path.startswith(OPENAI):
        param = errors[0]["field"] if errors else None
        body = openai_error(status, detail, param).model_dump()
        return JSONResponse(body, 400 if status == 422 else status, headers)
    title, request_id = HTTPStatus(status).phrase, REQUEST_ID.get() or None
    document = Problem(title=title, status=status, detail=detail, errors=errors, request_id=request_id)
    return JSONResponse(
        document.model_dump(exclude_none=True), status, headers=headers, media_type="application/problem+json"
    )


def problem_of(error: StarletteHTTPException) -> Problem:
    """Say a refusal in French."""
    known = error.detail if isinstance(error, Refusal) else DETAILS.get(error.status_code)
    detail = known or "La requête n'a pas pu être servie."
    return Problem(title=HTTPStatus(error.status_code).phrase, status=error.status_code, detail=detail)


def describe_openai_errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document for OpenAPI the errors that a route under /v1 answers with."""
    return {status: {"description": HTTPStatus(status).phrase, "model": ErrorBody} for status in statuses}


def _refuse(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)  # nosec B101 # for mypy: nothing depends on it
    problem, headers = problem_of(error), dict(error.headers or {})
    return render_problem(request.url.path, problem.status, problem.detail, headers=headers)


def _refuse_body(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # nosec B101 # for mypy: nothing depends on it
    errors = describe_errors({**item, "loc": item["loc"][1:]} for item in error.errors())
    return render_problem(request.url.path, 422, errors[0]["detail"], errors[:10])


def describe_errors(found: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Say in French what Pydantic found wrong, field by field."""
    errors = []
    for item in found:
        field = "body" if item["type"] == "json_invalid" else ".".join(map(str, item["loc"])) or "body"
        field = field.encode("utf-8", "replace").decode()[:80]
        absent = field == "body" and item["type"] in ("missing", "model_attributes_type")
        kind = "body_type" if absent else item["type"]
        sentence = FIELD_DETAILS.get(kind, "Le champ « {field} » ne convient pas.")
        context = item.get("ctx", {})
        if "expected" in context:  # "'user' or 'assistant'"
            context = {"expected": re.sub(r"'([^']*)'", r"« \1 »", context["expected"]).replace(" or ", " ou ")}
        errors.append({"field": field, "detail": sentence.format(field=field, **context)})
    return errors


def _report_failure(request: Request, error: Exception) -> JSONResponse:
    return render_problem(request.url.path, 500, FAILURE)
