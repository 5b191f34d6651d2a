"""How often one client may ask, and who counts as one."""

import asyncio

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message

from chatbot.config import DEFAULT_RATE_LIMIT, Settings
from chatbot.edges.gate import Gate
from chatbot.edges.rates import Buckets, name_address
from tests.apart import run_apart
from tests.edges.asking import ELSEWHERE, HERE, Clock, ask, assert_problem, nothing, open_client


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
