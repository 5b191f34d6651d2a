"""What is logged: a line a request with its ID; never a question, a key or an address of a client."""

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chatbot.api import create_api
from chatbot.telemetry.logs import ANSWERS, JsonFormatter, TextFormatter, describe_failure
from chatbot.telemetry.requests import RequestWatch
from tests.fake_chatbot import FakeChatbot, FakeService
from tests.site import find_port

FORMATTERS = {"json": JsonFormatter, "text": TextFormatter}
ASKED = {"question": "Quel diplôme ?"}


@pytest.fixture(params=["json", "text"])
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What is logged meanwhile, in one of the forms."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(FORMATTERS[request.param]())
    root, level = logging.getLogger("chatbot"), logging.getLogger("chatbot").level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def serve(service: FakeService) -> TestClient:
    return TestClient(RequestWatch(create_api(service)), raise_server_exceptions=False)


def test_each_request_is_one_json_object_without_what_was_typed(lines: io.StringIO) -> None:
    serve(FakeService()).get("/api/sheets/MET.1?canary=1", headers={"X-Request-ID": "proxy-12345678"})
    text = lines.getvalue()
    assert "canary" not in text
    if not text.startswith("{"):
        assert "method=GET route=/api/sheets/{sheet_id} status=200" in text and "[proxy-12345678]" in text
        return
    [line] = [json.loads(each) for each in text.splitlines() if "chatbot.access" in each]
    assert {"time", "level", "logger", "message", "request_id", "method", "route", "status", "ms", "bytes"} == set(line)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/sheets/{sheet_id}", 200)
    assert line["request_id"] == "proxy-12345678" and line["bytes"] > 100


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("c0ffee00-c0ff-4e00-8000-c0ffee00c0ff", True, id="a UUID"),
        pytest.param("short", False, id="too short to be one"),
        pytest.param("x" * 65, False, id="too long"),
        pytest.param("12345678\tinjected", False, id="white space"),
        pytest.param('12345678"}', False, id="quotes"),
    ],
)
def test_a_request_id_is_kept_where_it_is_sane_and_made_anew_else(given: str, kept: bool) -> None:
    client = serve(FakeService())
    for path in ("/api/health", "/api/nope"):
        response = client.get(path, headers={"X-Request-ID": given})
        [found] = response.headers.get_list("x-request-id")
        assert (found == given) is kept
        assert kept or re.fullmatch(r"[0-9a-f]{32}", found)
    assert response.json()["request_id"] == found


def test_every_problem_names_the_request() -> None:
    class Broken(FakeChatbot):
        def answer(self, question: str, history: Any = ()) -> Any:
            raise RuntimeError

    for client, method, path, body, status in (
        (serve(FakeService(Broken())), "POST", "/api/answer", ASKED, 500),
        (serve(FakeService()), "POST", "/api/answer", {}, 422),
        (serve(FakeService()), "DELETE", "/api/health", None, 405),
        (serve(FakeService(None)), "GET", "/api/ready", None, 503),
    ):
        response = client.request(method, path, json=body)
        assert response.status_code == status
        assert response.json()["request_id"] == response.headers["x-request-id"]


def test_what_fails_outside_of_the_routes_is_a_problem_with_its_id(lines: io.StringIO) -> None:
    async def fail(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("canary")

    response = TestClient(RequestWatch(fail)).get("/")
    assert (response.status_code, response.headers["content-type"]) == (500, "application/problem+json")
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert "ValueError" in lines.getvalue() and "canary" not in lines.getvalue()


def test_a_failure_is_told_by_its_kind_and_places_only() -> None:
    try:
        try:
            int("canary")
        except ValueError as error:
            raise KeyError("canary") from error
    except KeyError as error:
        told = describe_failure(error)
    assert "builtins.KeyError" in told and "after builtins.ValueError" in told and "test_logs.py" in told
    assert "canary" not in told


def test_questions_are_logged_only_where_asked_for_and_masked(lines: io.StringIO) -> None:
    body = {"question": "Je suis zoe@lycee.example, 06 12 34 56 78 : quel diplôme ?"}
    client = serve(FakeService())
    client.post("/api/answer", json=body)
    assert "quel diplôme" not in lines.getvalue()
    ANSWERS.setLevel(logging.INFO)
    try:
        client.post("/api/answer", json=body)
    finally:
        ANSWERS.setLevel(logging.WARNING)
    text = lines.getvalue()
    assert "Je suis [adresse], [numéro] : quel diplôme ?" in text
    assert "MET.1" in text and "answered" in text
    assert "zoe" not in text and "06 12" not in text


CANARY, KEY = "canariquestion", "canarikey"
# A whole server whose chatbot fails at some questions with the question in its words, as a library's exception would.
SERVER = """
import sys
from chatbot import assembly
from chatbot.config import Settings
from chatbot.telemetry.logs import set_up_logs
from tests.fake_chatbot import FakeChatbot, FakeService
import uvicorn

class Failing(FakeChatbot):
    def answer(self, question, history=()):
        if "échoue" in question:
            raise ValueError(f"cannot read {question!r} of {history!r}")
        return super().answer(question, history)

set_up_logs(sys.argv[2])
settings = Settings(llm_api_key="canarikey")
app = assembly.create_app(FakeService(Failing()), settings)
config = uvicorn.Config(app, port=int(sys.argv[1]), log_config=None, log_level="info", access_log=False)
class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("listening", flush=True)
Server(config).run()
"""


@pytest.mark.parametrize("form", ["json", "text"])
def test_nothing_that_a_whole_server_writes_tells_a_question_a_key_or_an_address(form: str, tmp_path: Path) -> None:
    import httpx
    from gradio_client import Client

    port, log = find_port(), tmp_path / "server.log"
    with open(log, "w") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(port), form],
            stdout=subprocess.PIPE, stderr=written, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "listening"
        headers = {"Authorization": f"Bearer {KEY}", "Forwarded": "for=198.51.100.7", "X-Forwarded-For": "198.51.100.7"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
            statuses = [
                client.post("/api/answer", json={"question": CANARY}).status_code,
                client.post("/api/answer", json={"question": f"{CANARY} échoue"}).status_code,
                client.post("/api/answer", json={"question": CANARY, "history": [{"role": CANARY}]}).status_code,
                client.post("/api/answer/stream", json={"question": f"{CANARY} échoue"}).status_code,
                client.get("/api/search", params={"q": CANARY}).status_code,
                client.get(f"/api/sheets/{CANARY}").status_code,
                client.get(f"/{CANARY}", params={"key": KEY}).status_code,
                client.post("/gradio_api/queue/join", json={"data": [CANARY]}).status_code,
            ]
            assert statuses[:3] == [200, 500, 422]
            page = client.post("/page/answer", json={"question": f"{CANARY} échoue"})
            assert "problem" in page.text
        Client(f"http://127.0.0.1:{port}", verbose=False).close()
    finally:
        process.terminate()
        told = log.read_text() + process.stdout.read()
        process.wait(20)
    told += log.read_text()
    assert "An answer failed" in told and "route" in told
    told = told.replace(f"http://127.0.0.1:{port}", "")  # where it listens
    for secret in (CANARY, KEY, "198.51.100.7", "127.0.0.1"):
        assert secret not in told, secret
