"""What is too large, too slow or without end."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from chatbot.edges import MAX_BODY_BYTES
from chatbot.edges.bodies import BodyLimit
from chatbot.edges.heads import MAX_HEAD_BYTES, HeadLimit
from chatbot.workers import OPTIONS
from tests.edges.asking import assert_problem, open_client

JSON = {"Content-Type": "application/json"}
TOO_MUCH = b'{"question": "' + b"x" * MAX_BODY_BYTES + b'"}'
DEADLINE = 10.0
READING = ("/api/answer", "/page/answer", "/gradio_api/queue/join", "/gradio_api/component_server/")


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
@pytest.mark.parametrize("path", READING)
def test_a_body_over_the_limit_is_refused(client: TestClient, path: str, chunked: bool) -> None:
    pieces = (TOO_MUCH[start : start + 65536] for start in range(0, len(TOO_MUCH), 65536))
    response = client.post(path, content=pieces if chunked else TOO_MUCH, headers=JSON)
    assert_problem(response, 413, "4 Mio")
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/gradio_api/mcp/", "/page/x", "/api/health", "/"])
def test_no_path_takes_more(client: TestClient, path: str) -> None:
    assert client.post(path, content=TOO_MUCH, headers=JSON).status_code == 413


def test_under_v1_a_refusal_has_the_shape_of_openai(application: FastAPI) -> None:
    response = open_client(application).post("/v1/chat/completions", content=TOO_MUCH)
    assert response.status_code == 413
    assert response.json()["error"]["type"] == "invalid_request_error"
    limited = open_client(application, rate_limit=1)
    limited.get("/v1/models")
    response = limited.get("/v1/models")
    assert response.status_code == 429
    assert response.json()["error"]["code"] == "rate_limit_exceeded"


def test_a_body_at_the_limit_reaches_its_route(client: TestClient) -> None:
    assert_problem(client.post("/api/answer", content=TOO_MUCH[: MAX_BODY_BYTES - 2] + b'"}', headers=JSON), 422)


async def read_whole(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


class ImpatientHeads(HeadLimit):
    head_seconds = 0.2


@contextmanager
def connect(**options: Any) -> Iterator[socket.socket]:
    """Serve an application that reads bodies, and connect to it."""
    limited = BodyLimit(read_whole, seconds=0.2)
    config = uvicorn.Config(limited, log_level="critical", lifespan="off", **OPTIONS | options)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with socket.create_connection(listener.getsockname(), timeout=DEADLINE) as connection:
            yield connection
        server.should_exit = True
        thread.join(DEADLINE)


def read_answer(connection: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    read = b""
    try:
        while piece := connection.recv(65536):
            read += piece
    except ConnectionResetError:
        pass
    return read


def test_a_length_that_is_announced_too_large_is_refused_before_the_body_comes() -> None:
    with connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        assert read_answer(connection).startswith(b"HTTP/1.1 413")


def test_a_body_without_end_is_refused_and_the_connection_closed() -> None:
    with connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        with pytest.raises(OSError):
            for _ in range(100 * MAX_BODY_BYTES // 65536):
                connection.sendall(chunk)


@pytest.mark.parametrize("head", [b"Content-Length: 100", b"Transfer-Encoding: chunked"], ids=["lying", "chunked"])
def test_a_body_that_stops_coming_is_given_up(head: bytes) -> None:
    with connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
        assert read_answer(connection).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("start", [b"GET /", b"GET / HTTP/1.1\r\nX: "], ids=["line", "header"])
def test_a_head_without_end_is_refused(start: bytes) -> None:
    with connect() as connection:
        connection.sendall(start)
        with pytest.raises(OSError):
            for _ in range(1000):
                connection.sendall(b"a" * MAX_HEAD_BYTES)


@pytest.mark.parametrize("start", [b"", b"GET / HT"], ids=["nothing", "half a line"])
def test_a_head_that_does_not_come_is_given_up(start: bytes) -> None:
    with connect(http=ImpatientHeads) as connection:
        connection.sendall(start)
        assert read_answer(connection).startswith(b"HTTP/1.1 400")


def test_a_connection_serves_one_request_after_the_other() -> None:
    with connect() as connection:
        for _ in range(3):
            connection.sendall(b"GET /" + b"a" * 30_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
