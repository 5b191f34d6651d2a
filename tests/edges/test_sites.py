"""Which ways are open, what other sites may do, and what each answer says of it."""

import json

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from chatbot.edges.ways import find_way
from tests.edges.asking import HERE, ask, assert_problem, open_client


def routes_of(application: FastAPI) -> set[tuple[str, str]]:
    """Give the method and path of every route of Gradio's application."""
    mounted = next(route.app for route in application.routes if isinstance(route, Mount) and route.path == "")
    assert isinstance(mounted, FastAPI)
    included = next(route.original_router for route in mounted.routes if hasattr(route, "original_router"))
    routes = [(route, route.path) for route in mounted.routes if isinstance(route, APIRoute)]
    routes += [(route, route.path) for route in included.routes if isinstance(route, APIRoute)]
    assert len(routes) > 80
    return {(method, path) for route, path in routes for method in route.methods or ()}


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
