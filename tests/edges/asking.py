"""Who asks the edged application, and what its refusals look like."""

from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.config import Settings
from chatbot.edges import put_edges

QUESTION = {"question": "Quel diplôme ?"}
ELSEWHERE = ("192.0.2.7", 5)
HERE = ("127.0.0.1", 5)


def open_client(application: ASGIApp, client: tuple[str, int] = ELSEWHERE, **settings: Any) -> TestClient:
    return TestClient(put_edges(application, Settings(**settings)), client=client, raise_server_exceptions=False)


def assert_problem(response: Any, status: int, *words: str) -> None:
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["status"] == status
    for word in words:
        assert word in response.json()["detail"]


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def ask(client: TestClient, **headers: str) -> Any:
    return client.post("/api/answer", json=QUESTION, headers={name.replace("_", "-"): v for name, v in headers.items()})
