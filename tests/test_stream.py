"""Answers as server-sent events: what comes in which order, and that nothing stays behind when a client leaves."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from chatbot.answering import Answer, Chatbot, Turn
from chatbot.api import OpenIndex, Service, create_api
from chatbot.api.problems import Refusal
from chatbot.api.stream import AnswerStream
from chatbot.browse import Browser
from chatbot.llm import Composer, LanguageModel
from tests.apart import run_apart
from tests.fake_chat_model import FakeChatModel
from tests.fake_chatbot import FakeChatbot, FakeSearcher, FakeService
from tests.test_api import assert_problem
from tests.test_composer import GOOD, LEVEL, SHOWN

PATIENCE = 20.0  # seconds: machines that test are busy
QUESTION = {"question": "Quel diplôme ?"}


@dataclass
class Writer(FakeChatbot):
    """Writes in pieces; waits for `go_on` after the first, fails after it with `failure`, and says when it is left."""

    generator: str = "fake:writer"
    failure: Exception | None = None
    go_on: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[str | Answer]:
        try:
            yield "Il faut un **bac + 5**"
            self.go_on.wait(PATIENCE)
            if self.failure:
                raise self.failure
            yield " [MET.1]."
            yield self.answer(question, history)
        finally:
            self.closed.set()


class Endless(Writer):
    """Writes on and on, until it is closed."""

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[str | Answer]:
        try:
            while not self.go_on.wait(0.001):
                yield "Il faut "
        finally:
            self.closed.set()


def read_events(text: str) -> list[tuple[str, Any]]:
    """Take a stream apart: name and data of each event."""
    events = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        if not block.startswith(":"):
            name, data = block.split("\n")
            events.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return events


@contextmanager
def serve(service: Service) -> Iterator[str]:
    """Serve the API for real, and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(create_api(service), log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


def make_client(chatbot: FakeChatbot | None) -> TestClient:
    return TestClient(create_api(FakeService(chatbot)), raise_server_exceptions=False)


def test_the_pieces_are_the_text_of_the_answer_that_follows() -> None:
    writer = Writer()
    writer.go_on.set()
    client = make_client(writer)
    response = client.post("/api/answer/stream", json=QUESTION)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    assert read_events(response.text) == [
        ("piece", {"text": "Il faut un **bac + 5**"}),
        ("piece", {"text": " [MET.1]."}),
        ("answer", client.post("/api/answer", json=QUESTION).json()),
    ]


def test_a_settled_answer_comes_in_pieces_too() -> None:
    text = "Il faut un bac [MET.1].\n\n- un « point »\n- un autre"
    events = read_events(make_client(FakeChatbot(text=text)).post("/api/answer/stream", json=QUESTION).text)
    assert [name for name, _ in events] == ["piece", "piece", "answer"]
    assert "".join(data["text"] for _, data in events[:-1]) == events[-1][1]["answer"] == text


def test_the_conversation_arrives() -> None:
    chatbot = FakeChatbot()
    body = {"question": " et après ?", "history": [{"role": "user", "content": "a"}]}
    make_client(chatbot).post("/api/answer/stream", json=body)
    assert chatbot.asked == [("et après ?", (Turn("user", "a"),))]


def test_what_is_wrong_before_the_stream_is_an_ordinary_problem() -> None:
    assert_problem(make_client(FakeChatbot()).post("/api/answer/stream", json={"question": " "}), 422, "question")
    assert_problem(make_client(None).post("/api/answer/stream", json=QUESTION), 503, "python -m chatbot index")


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        pytest.param(RuntimeError("secret"), 500, "journal", id="a failure that nobody foresaw"),
        pytest.param(Refusal(503, "Trop de questions à la fois."), 503, "Trop de questions", id="a refusal"),
    ],
)
def test_a_failure_in_mid_stream_ends_it_with_a_problem(failure: Exception, status: int, words: str) -> None:
    writer = Writer(failure=failure)
    writer.go_on.set()
    response = make_client(writer).post("/api/answer/stream", json=QUESTION)
    (first, _), (last, problem) = read_events(response.text)
    assert (first, last) == ("piece", "error")
    assert problem["status"] == status
    assert words in problem["detail"]
    assert "secret" not in response.text


def test_what_fails_before_the_first_words_is_an_ordinary_problem() -> None:
    class Full(FakeChatbot):
        def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
            raise Refusal(503, "Trop de questions à la fois.", {"Retry-After": "2"})

    response = make_client(Full()).post("/api/answer/stream", json=QUESTION)
    assert_problem(response, 503, "Trop de questions")
    assert response.headers["retry-after"] == "2"


def test_while_nothing_comes_the_connection_is_kept_open() -> None:
    async def listen() -> list[str | Answer | None]:
        heard = []
        index = FakeService(writer).open_index()
        assert index is not None
        async for piece in AnswerStream(index, "a", (), keepalive=0.01).pieces():
            heard.append(piece)
            if piece is None:
                writer.go_on.set()
        return heard

    writer = Writer()
    first, silence, *_, answer = run_apart(asyncio.run, listen())
    assert first == "Il faut un **bac + 5**"
    assert silence is None
    assert isinstance(answer, Answer)


def leave_after(url: str, path: str, body: dict[str, Any], words: str) -> None:
    """Ask over a bare socket, and close it once these words have come."""
    content = json.dumps(body).encode()
    with socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0), PATIENCE) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
        connection.sendall(f"{head}\r\n\r\n".encode() + content)
        received = b""
        while words.encode() not in received:
            more = connection.recv(4096)
            assert more, f"closed after {received!r}"
            received += more


def test_when_a_client_leaves_the_generator_is_closed() -> None:
    writer = Endless()
    with serve(FakeService(writer)) as url:
        leave_after(url, "/api/answer/stream", QUESTION, "Il faut")
        assert writer.closed.wait(PATIENCE)
        httpx.post(f"{url}/api/answer", json=QUESTION, timeout=PATIENCE).raise_for_status()


@dataclass
class OneIndex:
    """Serves one open index."""

    index: OpenIndex

    def open_index(self) -> OpenIndex | None:
        return self.index


def test_when_a_client_leaves_a_thinking_model_is_left_too(bot: Chatbot) -> None:
    thinks = threading.Event()
    fake = FakeChatModel(scripts=[[f"{GOOD} ", thinks, "Et puis. " * 1000]])
    model = LanguageModel(fake, "fake:model", timeout=100 * PATIENCE, concurrency=1)
    browser, now = Browser(bot.catalogue, FakeSearcher()), datetime.now(UTC)
    index = OpenIndex(Composer(bot, model), browser, 1, 1, "fake", now, generator="fake:model")
    others = set(threading.enumerate())  # of servers that other tests still need
    with serve(OneIndex(index)) as url:
        leave_after(url, "/api/answer/stream", {"question": LEVEL}, SHOWN[:30])
        [call] = [thread for thread in threading.enumerate() if thread.name == "model call"]
        idle = {thread for thread in threading.enumerate() if "AnyIO" in thread.name} - others
        assert idle
    # the server has ended, and with it every thread that waited for the model, which is thinking still
    for thread in idle:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert call.is_alive()
    thinks.set()
    call.join(PATIENCE)
    assert not call.is_alive()
