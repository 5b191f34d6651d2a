"""Traces: a request, its answer and the stages of it as spans; sent to a collector over gRPC; never a question."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chatbot.answering import Chatbot
from chatbot.api import OpenIndex, create_api
from chatbot.browse import Browser
from chatbot.stages import trace_with
from chatbot.telemetry.requests import RequestWatch
from chatbot.telemetry.tracing import set_up_traces
from tests.fake_chatbot import FakeChatbot, FakeSearcher, FakeService

CANARY = "canari"
QUESTION = f"Quel salaire pour un dompteur de puces ? {CANARY}"
DEADLINE = 10.0


def serve(bot: Chatbot) -> TestClient:
    class Service:
        def open_index(self) -> OpenIndex:
            browser = Browser(bot.catalogue, FakeSearcher())
            return OpenIndex(bot, browser, 8, 20, "fake", datetime(2026, 1, 2, tzinfo=UTC))

    return TestClient(RequestWatch(create_api(Service())), raise_server_exceptions=False)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace_with(provider.get_tracer("tests"))
    yield exporter
    trace_with(None)
    provider.shutdown()


def name_of(spans: tuple[ReadableSpan, ...], span_id: int | None) -> str:
    return next((span.name for span in spans if span.context and span.context.span_id == span_id), "")


def test_a_request_holds_its_answer_and_that_its_stages(spans: InMemorySpanExporter, bot: Chatbot) -> None:
    trace, caller = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    headers = {"traceparent": f"00-{trace}-{caller}-01", "X-Request-ID": "proxy-12345678"}
    response = serve(bot).post("/api/answer", json={"question": QUESTION}, headers=headers)
    assert response.status_code == 200
    finished = spans.get_finished_spans()
    parents = {(span.name, name_of(finished, span.parent and span.parent.span_id)) for span in finished}
    assert parents >= {
        ("POST /api/answer", ""),
        ("answer", "POST /api/answer"),
        ("writing", "answer"),
        ("understanding", "writing"),
        ("retrieval", "understanding"),
    }
    assert {f"{span.context.trace_id:x}".zfill(32) for span in finished if span.context} == {trace}
    [request] = [span for span in finished if span.name == "POST /api/answer"]
    assert dict(request.attributes or {}) == {
        "request_id": "proxy-12345678",
        "http.request.method": "POST",
        "http.route": "/api/answer",
        "http.response.status_code": 200,
    }
    [answer] = [span for span in finished if span.name == "answer"]
    assert (answer.attributes or {})["channel"] == "api"
    assert CANARY not in "".join(span.to_json() for span in finished)


def test_a_failure_leaves_none_of_its_words_in_a_span(spans: InMemorySpanExporter) -> None:
    class Broken(FakeChatbot):
        def answer(self, question: str, history: Any = ()) -> Any:
            raise ValueError(question)

    client = TestClient(RequestWatch(create_api(FakeService(Broken()))))
    client.post("/api/answer", json={"question": QUESTION})
    finished = spans.get_finished_spans()
    assert {span.name for span in finished} == {"answer", "POST /api/answer"}
    assert CANARY not in "".join(span.to_json() for span in finished)


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps what is exported."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.whole = threading.Event()

    def Export(self, request: Any, context: Any) -> Any:
        self.received.append(request)
        self.whole.set()
        return trace_service_pb2.ExportTraceServiceResponse()


def test_spans_reach_a_collector_over_the_wire(bot: Chatbot, monkeypatch: pytest.MonkeyPatch) -> None:
    collector, server = Collector(), grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "lycees-de-la-region")
    provider = set_up_traces()
    assert provider is not None
    try:
        serve(bot).post("/api/answer", json={"question": QUESTION})
        assert provider.force_flush(int(DEADLINE * 1000))
        assert collector.whole.wait(DEADLINE)
    finally:
        trace_with(None)
        provider.shutdown()
        server.stop(None)
    [sent] = collector.received
    [resource] = sent.resource_spans
    named = {attribute.key: attribute.value.string_value for attribute in resource.resource.attributes}
    assert named["service.name"] == "lycees-de-la-region"
    names = {span.name for scope in resource.scope_spans for span in scope.spans}
    assert {"POST /api/answer", "answer", "understanding", "retrieval", "writing"} <= names
    assert CANARY not in str(sent)


def test_without_an_endpoint_there_are_no_traces() -> None:
    assert set_up_traces({}) is None
    assert set_up_traces({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317", "OTEL_SDK_DISABLED": "true"}) is None


def test_the_index_sends_no_spans_of_its_own(spans: InMemorySpanExporter, bot: Chatbot) -> None:
    from chromadb.telemetry import opentelemetry as chroma
    from opentelemetry import trace

    bot.answer(QUESTION)
    assert chroma.tracer is None
    assert not isinstance(trace.get_tracer_provider(), TracerProvider)
    scopes = {span.instrumentation_scope.name for span in spans.get_finished_spans() if span.instrumentation_scope}
    assert scopes == {"tests"}
