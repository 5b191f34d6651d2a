"""The edges: what they refuse and how they say it, tried on the real application, page included."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from chatbot.api import create_api
from chatbot.config import DEFAULT_RATE_LIMIT, Settings
from chatbot.edges import MAX_BODY_BYTES, put_edges
from chatbot.edges.bodies import BodyLimit
from chatbot.edges.gate import Gate
from chatbot.edges.heads import MAX_HEAD_BYTES, HeadLimit
from chatbot.edges.rates import Buckets, name_address
from chatbot.edges.ways import find_way
from chatbot.ui import mount_page
from chatbot.workers import OPTIONS
from tests.apart import run_apart
from tests.fake_chatbot import FakeService

QUESTION = {"question": "Quel diplôme ?"}
ELSEWHERE = ("192.0.2.7", 5)
HERE = ("127.0.0.1", 5)
JSON = {"Content-Type": "application/json"}
TOO_MUCH = b'{"question": "' + b"x" * MAX_BODY_BYTES + b'"}'
DEADLINE = 10.0
READING = ("/api/answer", "/page/answer", "/gradio_api/queue/join", "/gradio_api/component_server/")


@pytest.fixture(scope="module")
def application() -> FastAPI:
    service = FakeService()
    return mount_page(create_api(service), service)


def open_client(application: ASGIApp, client: tuple[str, int] = ELSEWHERE, **settings: Any) -> TestClient:
    return TestClient(put_edges(application, Settings(**settings)), client=client, raise_server_exceptions=False)


@pytest.fixture
def client(application: FastAPI) -> TestClient:
    return open_client(application)


def assert_problem(response: Any, status: int, *words: str) -> None:
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["status"] == status
    for word in words:
        assert word in response.json()["detail"]


# Bodies


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


# Connections


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


# Ways


def routes_of(application: FastAPI) -> set[tuple[str, str]]:
    """Give the method and path of every route of Gradio's application."""
    mounted = next(route.app for route in application.routes if isinstance(route, Mount) and route.path == "")
    assert isinstance(mounted, FastAPI)
    included = next(route.original_router for route in mounted.routes if hasattr(route, "original_router"))
    routes = [(route, route.path) for route in mounted.routes if isinstance(route, APIRoute)]
    routes += [(route, route.path) for route in included.routes if isinstance(route, APIRoute)]
    assert len(routes) > 80
    return {(method, path) for route, path in routes for method in route.methods}


def test_of_the_routes_of_gradio_only_those_that_the_page_needs_are_open(application: FastAPI) -> None:
    found = {(method, path.rstrip("/")) for method, path in routes_of(application) if find_way(method, path)}
    assert {(method, path.removeprefix("/gradio_api/")) for method, path in found} == {
        *(("GET", path) for path in ("", "/config", "/favicon.ico", "/manifest.json", "/robots.txt", "/theme.css")),
        *(("GET", path) for path in ("/assets/{path:path}", "/static/{path:path}", "/pwa_icon", "/pwa_icon/{size}")),
        *(("GET", path) for path in ("app_id", "heartbeat/{session_hash}", "info", "queue/data", "startup-events")),
        ("GET", "theme.css"),
        *(("POST", path) for path in ("queue/join", "component_server", "cancel", "reset")),
        *(("POST", path) for path in ("api/{api_name}", "run/{api_name}", "call/{api_name}", "call/v2/{api_name}")),
        *(("GET", path) for path in ("call/{api_name}/{event_id}", "call/v2/{api_name}/{event_id}")),
        ("HEAD", ""),
    }


@pytest.mark.parametrize(
    "path",
    [
        *("upload", "proxy=http://127.0.0.1:9/", "file=/etc/passwd", "file/etc/passwd", "vibe-code", "dev/reload"),
        *("deep_link?session_hash=a", "token", "../gradio_api/upload", "%2e%2e/upload", "/upload", "queue/status"),
    ],
)
def test_what_the_page_does_not_need_is_closed(client: TestClient, path: str) -> None:
    for method in ("GET", "POST"):
        assert_problem(client.request(method, f"/gradio_api/{path}"), 404)


def test_a_websocket_is_closed(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect("/gradio_api/queue/join"):
        pass
    assert closed.value.code == 1008


# Rate


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_says_exactly_how_long_to_wait() -> None:
    clock = Clock()
    buckets = Buckets(60, clock)
    assert [buckets.take("a") for _ in range(60)] == [0.0] * 60
    clock.now += 0.25
    assert buckets.take("a") == pytest.approx(0.75)
    assert buckets.take("b") == 0.0
    clock.now += 0.75
    assert buckets.take("a") == 0.0
    clock.now += 3600
    assert [buckets.take("a") for _ in range(60)] == [0.0] * 60
    assert buckets.take("a") > 0


def test_a_million_clients_take_no_more_room_than_the_most() -> None:
    buckets = Buckets(10, Clock(), most=500)
    for number in range(20_000):
        buckets.take(str(number))
    assert buckets.clients == 500
    assert buckets.take("19999") == 0.0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True, id="one /64"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:3::1", False, id="two /64"),
        pytest.param("::ffff:192.0.2.1", "192.0.2.1", True, id="IPv4 in IPv6"),
        pytest.param("192.0.2.1", "192.0.2.2", False, id="two IPv4"),
    ],
)
def test_addresses_that_count_as_one_client(one: str, other: str, same: bool) -> None:
    assert (name_address(one) == name_address(other)) is same


def ask(client: TestClient, **headers: str) -> Any:
    return client.post("/api/answer", json=QUESTION, headers={name.replace("_", "-"): v for name, v in headers.items()})


def test_beyond_its_rate_a_client_waits(application: FastAPI) -> None:
    client = open_client(application, rate_limit=2)
    neighbour = TestClient(client.app, client=("192.0.2.8", 5))
    assert [ask(client).status_code for _ in range(2)] == [200, 200]
    refused = ask(client)
    assert_problem(refused, 429, "Trop de demandes", "30 secondes")
    assert refused.headers["retry-after"] == "30"
    for free in ("/api/health", "/api/ready", "/theme.css", "/docs", "/openapi.json"):
        assert client.get(free).status_code == 200
    for path in ("/gradio_api/queue/join", "/page/answer", "/api/dossier"):
        assert_problem(client.post(path, json={}), 429)
    assert ask(neighbour).status_code == 200


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


def test_after_the_seconds_of_retry_after_a_client_goes_on() -> None:
    clock = Clock()
    client = TestClient(Gate(nothing, Settings(rate_limit=7), clock), client=ELSEWHERE)
    while (answered := client.post("/api/answer")).status_code == 200:
        pass
    seconds = int(answered.headers["retry-after"])
    clock.now += seconds - 1
    assert client.post("/api/answer").status_code == 429
    clock.now += 1
    assert client.post("/api/answer").status_code == 200


async def count_answers(gate: Gate, address: tuple[str, int], most: int) -> int:
    """Count the questions that an address may ask, `most` at most."""
    statuses = []

    async def send(message: Message) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    async def receive() -> Message:
        return {"type": "http.request"}

    for _ in range(most):
        scope = {"type": "http", "method": "POST", "path": "/api/answer", "headers": [], "client": address}
        await gate(scope, receive, send)
    return statuses.count(200)


@pytest.mark.parametrize(
    ("limit", "address", "allowed"),
    [
        pytest.param(None, ELSEWHERE, DEFAULT_RATE_LIMIT, id="by default"),
        pytest.param(None, HERE, DEFAULT_RATE_LIMIT + 5, id="none on this machine"),
        pytest.param(3, HERE, 3, id="asked for, on this machine too"),
        pytest.param(0, ELSEWHERE, DEFAULT_RATE_LIMIT + 5, id="0 is none"),
    ],
)
def test_the_limit_of_the_settings(limit: int | None, address: tuple[str, int], allowed: int) -> None:
    gate = Gate(nothing, Settings(rate_limit=limit), Clock())
    assert run_apart(asyncio.run, count_answers(gate, address, DEFAULT_RATE_LIMIT + 5)) == allowed


def test_a_filter_of_the_page_counts_for_a_tenth() -> None:
    client = TestClient(Gate(nothing, Settings(rate_limit=2), Clock()), client=ELSEWHERE)
    statuses = [client.post("/gradio_api/component_server/").status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


# Proxies


def test_nobody_escapes_the_limit_by_an_invented_address(application: FastAPI) -> None:
    client = open_client(application, rate_limit=1)
    assert ask(client, X_Forwarded_For="198.51.100.1").status_code == 200
    assert ask(client, X_Forwarded_For="198.51.100.2").status_code == 429


def test_behind_a_declared_proxy_clients_count_by_their_address(application: FastAPI) -> None:
    client = open_client(application, ("10.1.2.3", 5), rate_limit=1, proxies=("10.1.0.9/16",))
    assert ask(client, X_Forwarded_For="198.51.100.1").status_code == 200
    assert ask(client, X_Forwarded_For="198.51.100.1").status_code == 429
    assert ask(client, X_Forwarded_For="198.51.100.2").status_code == 200
    assert ask(client, X_Forwarded_For="203.0.113.5, 198.51.100.2").status_code == 429  # the first was invented


def test_what_an_undeclared_proxy_brings_is_not_from_this_machine(application: FastAPI) -> None:
    client = open_client(application, HERE, proxies=("10.0.0.1",))
    assert client.get("/metrics").status_code == 200
    assert_problem(client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}), 403)


def test_the_page_does_not_believe_a_forwarded_host(client: TestClient) -> None:
    assert "evil.example" not in client.get("/", headers={"X-Forwarded-Host": "evil.example"}).text


# Other sites


def test_no_other_site_reads_anything_unless_it_is_listed(application: FastAPI) -> None:
    origin = {"Origin": "https://lycee.example.fr"}
    preflight = origin | {"Access-Control-Request-Method": "POST"}
    for path in ("/", "/config", "/api/ready", "/gradio_api/info"):
        for response in (
            open_client(application).get(path, headers=origin),
            open_client(application).options(path, headers=preflight),
        ):
            assert not [name for name in response.headers if name.startswith("access-control-allow")], path
    listed = open_client(application, origins=("https://lycee.example.fr",), rate_limit=1)
    assert listed.options("/api/answer", headers=preflight).headers["access-control-allow-origin"] == origin["Origin"]
    for status in (200, 429):  # a refusal can be read, too
        response = ask(listed, **origin)
        assert (response.status_code, response.headers["access-control-allow-origin"]) == (status, origin["Origin"])
    other = listed.get("/api/ready", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="no browser"),
        pytest.param({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 200, id="the page"),
        pytest.param({"Origin": "http://testserver"}, 200, id="the page, an older browser"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403, id="another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="a neighbour"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="another site, an older browser"),
        pytest.param({"Origin": "null"}, 403, id="a file"),
        pytest.param({"Origin": "http://testserver:81"}, 403, id="another port"),
    ],
)
def test_pages_of_other_sites_do_not_post(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert ask(client, **headers).status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:7860", 200), ("localhost:7860", 200), ("[::1]:7860", 200), ("evil.example:7860", 403), ("[", 403)],
)
def test_on_this_machine_only_its_own_names_count(application: FastAPI, host: str, status: int) -> None:
    assert open_client(application, HERE).get("/api/ready", headers={"Host": host}).status_code == status
    assert open_client(application, HERE, host="0.0.0.0").get("/api/ready", headers={"Host": host}).status_code == 200


# Headers


@pytest.mark.parametrize("path", ["/", "/api/ready", "/api/nope", "/nope", "/theme.css", "/docs", "/gradio_api/upload"])
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"].partition("script-src")[2].partition(";")[0]
    assert "strict-transport-security" not in headers


def test_behind_https_browsers_stay_there(application: FastAPI) -> None:
    client = open_client(application, ("10.1.2.3", 5), proxies=("10.1.2.3",))
    assert "strict-transport-security" in client.get("/", headers={"X-Forwarded-Proto": "https"}).headers
    assert "strict-transport-security" not in client.get("/", headers={"X-Forwarded-Proto": "http"}).headers


def test_a_listed_site_may_hold_the_page_in_a_frame(application: FastAPI) -> None:
    headers = open_client(application, origins=("https://ent.example.fr",)).get("/").headers
    assert headers["content-security-policy"].endswith("frame-ancestors 'self' https://ent.example.fr")
    assert "x-frame-options" not in headers


def test_a_document_keeps_its_own_policy(client: TestClient) -> None:
    body = {"questions": [{"question": "Quel diplôme ?", "kept": True}], "sheets": [], "format": "html"}
    headers = client.post("/api/dossier", json=body).headers
    assert headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_page_is_the_same_compressed_or_not(client: TestClient) -> None:
    plain = client.get("/", headers={"Accept-Encoding": "identity"})
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) * 3 < len(packed.content)
    assert plain.content == packed.content
    assert json.dumps("window.gradio_config")[1:-1] in plain.text
