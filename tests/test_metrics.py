"""What /metrics tells: of one process, and of several together, whatever becomes of them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chatbot.api import create_api
from chatbot.api.service import stream_reply
from chatbot.api.turns import Turns
from chatbot.telemetry.processes import share_metrics
from chatbot.telemetry.requests import RequestWatch
from tests.fake_chatbot import FakeChatbot, FakeService
from tests.metrics import count, parse_metrics, read_metrics

ASKED = {"question": "Quel diplôme ?"}
# Serves, in a process of its own, one HTTP request for each line that it is sent, and prints what comes back.
WORKER = """
import sys
from fastapi.testclient import TestClient
from chatbot.api import create_api
from tests.fake_chatbot import FakeService

client = TestClient(create_api(FakeService()))
for line in sys.stdin:
    if line.strip() == "answer":
        print(client.post("/api/answer", json={"question": "a"}).status_code, flush=True)
    else:
        print(client.get("/metrics").text, "END", sep="\\n", flush=True)
"""


def watch(service: FakeService) -> TestClient:
    api = create_api(service)
    templates = frozenset(getattr(route, "path", "") for route in api.routes)
    return TestClient(RequestWatch(api, templates), raise_server_exceptions=False)


def test_requests_are_counted_by_route_and_never_by_what_was_typed() -> None:
    client = watch(FakeService())
    before = read_metrics(client)
    client.get("/api/sheets/MET.1")
    client.get("/api/sheets/MET.2")
    client.get("/api/canary/../canary")
    client.request("CANARY", "/api/health")
    client.get("/canary")
    client.post("/api/answer", json={})
    after = read_metrics(client)
    requests = "chatbot_requests_total"
    assert count(after, before, requests, route="/api/sheets/{sheet_id}", method="GET", code="200") == 1
    assert count(after, before, requests, route="/api/sheets/{sheet_id}", method="GET", code="404") == 1
    assert count(after, before, requests, route="/api/answer", code="422") == 1
    assert count(after, before, requests, route="/api/health", method="other") == 1
    assert count(after, before, "chatbot_request_seconds_count", route="/api/sheets/{sheet_id}") == 2
    assert count(after, before, "chatbot_refusals_total", reason="invalid") == 1
    assert not any("canary" in str(key).lower() for key in after)


@pytest.mark.parametrize("status", [401, 413, 429])
def test_what_a_middleware_refuses_is_counted_under_its_route(status: int) -> None:
    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    metrics, client = watch(FakeService()), TestClient(RequestWatch(refuse, frozenset({"/api/answer"})))
    before = read_metrics(metrics)
    client.post("/api/answer", json=ASKED)
    client.post("/canary", json=ASKED)
    after = read_metrics(metrics)
    assert count(after, before, "chatbot_requests_total", route="/api/answer", code=str(status)) == 1
    assert count(after, before, "chatbot_requests_total", route="other", code=str(status)) == 1
    reason = {401: "unauthorised", 413: "too_large", 429: "rate_limited"}[status]
    assert count(after, before, "chatbot_refusals_total", reason=reason) == 2


def test_answers_are_counted_by_status_writer_and_way_in() -> None:
    class Broken(FakeChatbot):
        def answer(self, question: str, history: Any = ()) -> Any:
            raise RuntimeError

    client, broken = watch(FakeService()), watch(FakeService(Broken()))
    full = watch(FakeService(turns=Turns(at_once=0, longest=0)))
    before = read_metrics(client)
    client.post("/api/answer", json=ASKED)
    broken.post("/api/answer", json=ASKED)
    full.post("/api/answer", json=ASKED)
    index = FakeService().open_index()
    assert index is not None
    list(stream_reply(index, "a", (), channel="page"))
    after = read_metrics(client)
    answers = "chatbot_answers_total"
    assert count(after, before, answers, status="answered", generator="extractive", channel="api") == 1
    assert count(after, before, answers, status="answered", generator="extractive", channel="page") == 1
    assert count(after, before, answers, status="failed", channel="api") == 1
    assert count(after, before, answers, status="refused", channel="api") == 1
    assert count(after, before, "chatbot_shed_total", channel="api") == 1
    assert count(after, before, "chatbot_answer_seconds_count", channel="api") == 1


def test_a_stream_that_is_left_is_counted_so() -> None:
    class Model(FakeChatbot):
        def stream(self, question: str, history: Any = ()) -> Any:
            yield "mot"
            yield self.answer(question, history)

    client, index = watch(FakeService()), FakeService(Model(generator="fake:model")).open_index()
    assert index is not None
    before = read_metrics(client)
    pieces = stream_reply(index, "a", ())
    next(pieces)
    pieces.close()
    assert count(read_metrics(client), before, "chatbot_answers_total", status="abandoned", channel="stream") == 1


def test_what_is_loaded_and_how_old_it_is_are_told() -> None:
    figures = read_metrics(watch(FakeService()))
    none: frozenset[tuple[str, str]] = frozenset()
    assert (figures["chatbot_ready", none], figures["chatbot_degraded", none]) == (1, 0)
    assert (figures["chatbot_sheets", none], figures["chatbot_chunks", none]) == (1, 2)
    assert figures["chatbot_corpus_age_seconds", none] > figures["chatbot_index_age_seconds", none]
    assert figures["process_resident_memory_bytes", none] > 1e6


def test_without_an_index_the_metrics_say_so() -> None:
    figures = read_metrics(watch(FakeService(None)))
    assert figures["chatbot_ready", frozenset()] == 0
    assert ("chatbot_sheets", frozenset()) not in figures


class Worker:
    """A process that serves, asked over a pipe."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER], stdin=pipe, stdout=pipe, text=True, env=environment
        )

    def send(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def answer(self) -> None:
        self.send("answer")
        assert self.read() == "200"

    def metrics(self) -> str:
        self.send("metrics")
        return "\n".join(iter(self.read, "END"))


def test_several_processes_are_counted_together_and_what_the_dead_counted_stays(tmp_path: Path) -> None:
    workers = [Worker(tmp_path) for _ in range(2)]
    first, second = workers
    try:
        for worker in (first, second, second):
            worker.answer()
        figures = parse_metrics(first.metrics())
        assert count(figures, {}, "chatbot_answers_total", status="answered") == 3
        assert count(figures, {}, "chatbot_stage_seconds_count", stage="queue") == 3
        pids = {dict(labels)["pid"] for name, labels in figures if name == "process_resident_memory_bytes"}
        assert pids == {str(worker.process.pid) for worker in workers}
        first.process.kill()
        first.process.wait()
        figures = parse_metrics(second.metrics())
        assert count(figures, {}, "chatbot_answers_total", status="answered") == 3
        assert count(figures, {}, "chatbot_answer_seconds_bucket", le="+Inf") == 3
        assert not list(tmp_path.glob(f"*_{first.process.pid}.db"))
        assert count(parse_metrics(second.metrics()), {}, "chatbot_answers_total", status="answered") == 3
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.wait()


def test_the_parent_of_several_processes_makes_and_empties_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"old")
    script = f"""
import os
from pathlib import Path
from chatbot.telemetry.processes import share_metrics
share_metrics(Path({str(folder)!r}))
assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == {str(folder)!r}
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert list(folder.iterdir()) == []


def test_a_parent_that_counts_already_is_told_that_it_is_too_late(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="before"):
        share_metrics(tmp_path)
