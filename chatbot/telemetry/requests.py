"""The outermost middleware: every request gets an ID, is counted, logged and traced, whatever becomes of it inside."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING, Any

from chatbot.stages import open_span, tracer
from chatbot.telemetry.logs import REQUEST_ID
from chatbot.telemetry.metrics import REFUSALS, REQUEST_SECONDS, REQUESTS

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("chatbot.access")
HEADER = b"x-request-id"
SANE = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
REASONS = {
    400: "invalid", 401: "unauthorised", 403: "unauthorised", 413: "too_large", 414: "too_large", 415: "invalid",
    422: "invalid", 429: "rate_limited", 431: "too_large", 503: "unavailable",
}  # fmt: skip
FAILED = "Une erreur est survenue sur le serveur ; son journal en dit plus."


class RequestWatch:
    """Middleware around the finished application, and around every other middleware."""

    def __init__(self, app: ASGIApp, templates: frozenset[str] = frozenset()) -> None:
        self.app = app
        self._templates = templates  # what names a request that was refused before it came to a route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and tell of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id_of(scope)
        token = REQUEST_ID.set(request_id)
        try:
            with _span_of(scope, request_id) as span:
                await self._watch(scope, receive, send, request_id, span)
        finally:
            REQUEST_ID.reset(token)

    async def _watch(self, scope: Scope, receive: Receive, send: Send, request_id: str, span: Span | None) -> None:
        started, status, size = perf_counter(), 0, 0
        id_header = (HEADER, request_id.encode())

        async def send_marked(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [pair for pair in message.get("headers", ()) if pair[0].lower() != HEADER]
                message = {**message, "headers": [*headers, id_header]}
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, send_marked)
        except Exception as error:  # passed on, it would be logged with its words
            LOG.error("A request failed", exc_info=error)
            if not status:
                for message in _failure(request_id):
                    await send_marked(message)
        finally:
            self._tell(scope, status, size, perf_counter() - started, span)

    def _tell(self, scope: Scope, status: int, size: int, seconds: float, span: Span | None) -> None:
        route = self._template_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        code = str(status or 499)  # as nginx says that the client left before there was a response
        REQUESTS.labels(route, method, code).inc()
        REQUEST_SECONDS.labels(route).observe(seconds)
        if status in REASONS:
            REFUSALS.labels(REASONS[status]).inc()
        if LOG.isEnabledFor(logging.INFO):
            fields = {"method": method, "route": route, "status": int(code)}
            fields |= {"ms": round(seconds * 1000, 1), "bytes": size}
            LOG.info("request", extra={"fields": fields})
        if span is not None:
            span.update_name(f"{method} {route}")
            span.set_attributes(
                {"http.request.method": method, "http.route": route, "http.response.status_code": int(code)}
            )

    def _template_of(self, scope: MutableMapping[str, Any]) -> str:
        """Name the route of a request, or the folder of files, or nothing: never what was typed."""
        path = getattr(scope.get("route"), "path", None)
        if path:
            return str(path)
        if scope["path"] in self._templates:
            return str(scope["path"])
        return str(scope.get("root_path") or "other")


def _request_id_of(scope: Scope) -> str:
    """Take the ID that a proxy gave, if it is sane, else make one."""
    given = next((value for name, value in scope["headers"] if name == HEADER), b"")
    return given.decode() if SANE.fullmatch(given) else uuid.uuid4().hex


@contextmanager
def _span_of(scope: Scope, request_id: str) -> Iterator[Span | None]:
    """Open the span of a request, inside the trace that its caller goes on with, if any."""
    opener: Tracer | None = tracer()
    if opener is None:
        yield None
        return
    from opentelemetry.context import attach, detach
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    token = attach(TraceContextTextMapPropagator().extract(carrier))
    try:
        with open_span(opener, "request") as span:
            span.set_attribute("request_id", request_id)
            yield span
    finally:
        detach(token)


def _failure(request_id: str) -> Iterator[Message]:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    document = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": FAILED}
    body = json.dumps(document | {"request_id": request_id}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    yield {"type": "http.response.start", "status": int(status), "headers": headers}
    yield {"type": "http.response.body", "body": body}
