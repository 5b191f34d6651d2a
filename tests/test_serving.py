"""The server's first seconds: it lives at once, answers 503 until it can answer, and ends where it never will."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from chatbot.api import STARTING, OpenIndex, create_api
from chatbot.index import Index
from chatbot.index.versions import new_version
from chatbot.live import LiveIndex
from tests.fake_chatbot import FakeService
from tests.site import find_port

DEADLINE = 60.0
# A server whose index takes until it is told to open, or is damaged.
SLOW = """
import sys
from chatbot import assembly

class Slow(assembly.LiveIndex):
    def start(self):
        print("opening", flush=True)
        sys.stdin.readline()
        super().start()

assembly.LiveIndex = Slow
from chatbot.__main__ import main
sys.exit(main(["serve"]))
"""


@contextmanager
def serve(vectorstore: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a server in a process of its own; it opens its index when it is sent a line."""
    port, pipe = find_port(), subprocess.PIPE
    settings = {"CHATBOT_VECTORSTORE": str(vectorstore), "CHATBOT_PORT": str(port), "CHATBOT_SHEETS": "seeds"}
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW], stdin=pipe, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **settings}
    )
    try:
        yield process, port
    finally:
        process.kill()
        process.communicate()


def get(port: int, path: str) -> tuple[int, dict[str, Any], Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=DEADLINE) as response:
            return response.status, json.load(response), response.headers
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), error.headers


def test_it_lives_before_it_is_ready_and_a_damaged_index_ends_it_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("garbage")
    with serve(tmp_path) as (process, port):
        assert process.stdout is not None and process.stdout.readline().strip() == "opening"
        assert get(port, "/api/health")[0] == 200
        status, problem, headers = get(port, "/api/ready")
        assert (status, problem["detail"]) == (503, STARTING)
        assert int(headers["retry-after"]) > 0
        told, errors = process.communicate("\n", timeout=DEADLINE)
        assert process.returncode == 2
        assert "Serving" not in told and "Traceback" not in errors
        assert "python -m chatbot index" in errors.splitlines()[-1]


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_it_is_ready_once_the_index_is_open(tmp_path: Path) -> None:
    go = threading.Event()
    told: list[Exception | None] = []
    version = new_version()
    (tmp_path / version).mkdir()
    (tmp_path / "CURRENT").write_text(version)
    opened = FakeService().open_index()

    class Nothing:
        def close(self) -> None:
            pass

    def open_current() -> tuple[Index, OpenIndex]:
        assert go.wait(DEADLINE)
        return Nothing(), opened  # type: ignore[return-value]

    live = LiveIndex(tmp_path, open_current)
    client = TestClient(create_api(live))
    live.start_apart(told.append)
    try:
        assert client.get("/api/ready").json()["detail"] == STARTING
        answer = client.post("/api/answer", json={"question": "a"})
        assert (answer.status_code, answer.json()["detail"]) == (503, STARTING)
        go.set()
        wait_for(lambda: client.get("/api/ready").status_code == 200)
        wait_for(lambda: told == [None])
    finally:
        go.set()
        live.stop()
