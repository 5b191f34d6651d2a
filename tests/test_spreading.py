"""Loads that processes share, and the connections that they close for it."""

import multiprocessing
import os
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from chatbot.edges.spreading import Loads, Spreading

SPAWN = multiprocessing.get_context("spawn")


def work(loads: Loads, orders: Connection) -> None:
    """Be a process that tells the loads it is ordered to tell, until it is ordered to end."""
    loads.claim()
    while (load := orders.recv()) is not None:
        loads.tell(load)
        orders.send(loads.is_lighter_elsewhere())


class Worker:
    """`work` in a process of its own."""

    def __init__(self, loads: Loads) -> None:
        self._orders, theirs = SPAWN.Pipe()
        self.process = SPAWN.Process(target=work, args=(loads, theirs))
        self.process.start()

    def tell(self, load: int) -> bool:
        """Tell a load; give whether another process has less."""
        self._orders.send(load)
        return bool(self._orders.recv())

    def end(self) -> None:
        self._orders.send(None)
        self.process.join()


@pytest.fixture()
def loads() -> Iterator[Loads]:
    yield Loads()


def test_it_is_lighter_elsewhere_while_another_process_that_lives_has_fewer(loads: Loads) -> None:
    loads.claim()
    loads.tell(3)
    assert not loads.is_lighter_elsewhere()  # there is nobody else
    other = Worker(loads)
    try:
        assert other.tell(2) is False
        assert loads.is_lighter_elsewhere()
        assert other.tell(3) is False
        assert not loads.is_lighter_elsewhere()
        assert other.tell(4) is True
        other.tell(1)
    finally:
        other.end()
    assert not loads.is_lighter_elsewhere()  # nobody lives there any more


def test_a_process_takes_the_place_of_one_that_has_ended(loads: Loads) -> None:
    for load in (5, 6):
        worker = Worker(loads)
        assert worker.tell(load) is False
        worker.end()
    assert [process for process in loads._processes if process] == [worker.process.pid]


def test_nobody_is_sent_away_by_a_process_without_questions_or_without_a_place(loads: Loads) -> None:
    loads.tell(7)
    assert not loads.is_lighter_elsewhere()
    loads.claim()
    assert [process for process in loads._processes if process] == [os.getpid()]
    assert not loads.is_lighter_elsewhere()


@pytest.mark.parametrize(("lighter", "connection"), [(True, "close"), (False, None)])
def test_a_connection_is_closed_where_it_is_lighter_elsewhere(lighter: bool, connection: str | None) -> None:
    response = TestClient(Spreading(PlainTextResponse("a"), lambda: lighter)).get("/")
    assert (response.text, response.headers.get("connection")) == ("a", connection)
