"""Few compute at once, the rest wait in order or are sent away; what must always answer does."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chatbot.answering import Answer
from chatbot.api import create_api
from chatbot.api.service import OpenIndex, stream_reply
from chatbot.api.turns import OVERLOADED, Overloaded, Turns
from chatbot.question import Turn
from chatbot.stages import waiting
from chatbot.ui.chat import chat_routes
from tests.fake_chatbot import FakeChatbot, FakeService
from tests.metrics import count, read_metrics

DEADLINE = 10.0
ASKED = {"question": "Quel diplôme ?"}


class SlowChatbot(FakeChatbot):
    """Answers once it is told to, and tells when it began."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.go = threading.Semaphore(0), threading.Event()

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        self.began.release()
        assert self.go.wait(DEADLINE)
        return super().answer(question, history)


@contextmanager
def busy(turns: Turns, asked: int) -> Iterator[tuple[TestClient, list[Any]]]:
    """Serve a slow chatbot that is asked so many questions; give the answers that come once the block has ended."""
    chatbot = SlowChatbot()
    service = FakeService(chatbot, turns)
    answers: list[Any] = []
    api = create_api(service)
    api.include_router(chat_routes(service, None))
    with TestClient(api) as client, ThreadPoolExecutor(asked) as pool:
        try:
            started = [pool.submit(client.post, "/api/answer", json=ASKED) for _ in range(asked)]
            assert chatbot.began.acquire(timeout=DEADLINE)
            yield client, answers
        finally:
            chatbot.go.set()
        answers += [one.result(DEADLINE) for one in started]


def wait_until(turns: Turns, length: int) -> None:
    """Wait until so many wait."""
    end = threading.Event()
    for _ in range(1000):
        if len(turns._line) == length:
            return
        end.wait(0.01)
    raise AssertionError(f"{len(turns._line)} wait, not {length}")


def test_turns_come_in_the_order_of_asking() -> None:
    turns, order = Turns(at_once=1), []
    end = turns.take()
    threads = []
    for number in range(3):

        def take(number: int = number) -> None:
            finish = turns.take()
            order.append(number)
            finish()

        threads.append(threading.Thread(target=take))
        threads[-1].start()
        wait_until(turns, number + 1)
    end()
    for thread in threads:
        thread.join(DEADLINE)
    assert order == [0, 1, 2]


def test_a_turn_that_is_ended_twice_lets_one_more_in_only() -> None:
    turns = Turns(at_once=1, patience=0.01)
    end = turns.take()
    end()
    end()
    turns.take()
    with pytest.raises(Overloaded):
        turns.take()


def test_who_waited_too_long_leaves_the_line() -> None:
    turns = Turns(at_once=1, patience=0.01)
    end = turns.take()
    with pytest.raises(Overloaded):
        turns.take()
    end()
    turns.take()()


def test_what_is_to_be_answered_is_told_each_time_it_changes() -> None:
    turns, told = Turns(at_once=1, patience=0.01), list[int]()
    turns.watch(told.append)
    end = turns.take()
    with pytest.raises(Overloaded):
        turns.take()
    end()
    end()
    assert told == [1, 2, 1, 0]


def test_what_is_too_much_is_refused_in_french_and_the_rest_answered() -> None:
    turns = Turns(at_once=1, longest=2)
    with busy(turns, 3) as (client, answers):
        wait_until(turns, 2)
        refused = client.post("/api/answer", json=ASKED)
        page = client.post("/page/answer", json={"question": "a"})
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"] == OVERLOADED
    assert int(refused.headers["retry-after"]) > 0
    assert OVERLOADED in page.text
    assert [response.status_code for response in answers] == [200, 200, 200]


def test_health_ready_metrics_and_sheets_answer_while_more_questions_wait_than_a_pool_has_threads() -> None:
    turns = Turns(at_once=1)
    before = read_metrics(TestClient(create_api(FakeService())))
    with busy(turns, 50) as (client, answers):
        wait_until(turns, 49)
        for path in ("/api/health", "/api/ready", "/metrics", "/api/sheets/MET.1"):
            assert client.get(path).status_code == 200, path
        after = read_metrics(client)
        assert count(after, before, "chatbot_answers_waiting") == 49
        assert count(after, before, "chatbot_answers_under_way") == 1
    assert [response.status_code for response in answers] == [200] * 50


def test_however_many_dossiers_are_asked_for_questions_are_answered_meanwhile() -> None:
    class Busy(SlowChatbot):
        def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
            return super().answer(question, history) if question == "longue" else FakeChatbot().answer(question)

    chatbot, dossiers = Busy(), Turns(at_once=1, longest=3)
    body = {"questions": [{"question": "longue"}], "format": "md"}
    with TestClient(create_api(FakeService(chatbot, dossiers=dossiers))) as client, ThreadPoolExecutor(4) as pool:
        before = read_metrics(client)
        try:
            made = [pool.submit(client.post, "/api/dossier", json=body) for _ in range(4)]
            assert chatbot.began.acquire(timeout=DEADLINE)
            wait_until(dossiers, 3)
            for _ in range(50):  # as many as there are threads, and more
                refused = client.post("/api/dossier", json=body)
                assert (refused.status_code, refused.json()["detail"]) == (503, OVERLOADED)
            assert int(refused.headers["retry-after"]) > 0
            assert not chatbot.began.acquire(blocking=False)
            assert client.post("/api/answer", json=ASKED).status_code == 200
            assert count(read_metrics(client), before, "chatbot_shed_total", channel="dossier") == 50
        finally:
            chatbot.go.set()
        assert [one.result(DEADLINE).status_code for one in made] == [200] * 4


def test_a_dossier_takes_its_turns_among_the_questions() -> None:
    turns, dossiers = Turns(at_once=1, patience=0.01), Turns(at_once=1, patience=0.01)
    client = TestClient(create_api(FakeService(turns=turns, dossiers=dossiers)))
    for body in ({"questions": [ASKED]}, {"sheets": ["MET.1"]}):
        end = turns.take()
        assert client.post("/api/dossier", json=body).status_code == 503
        end()
        assert client.post("/api/dossier", json=body).status_code == 200


def test_a_dossier_that_fails_lets_the_next_one_in() -> None:
    dossiers = Turns(at_once=1, patience=0.01)
    client = TestClient(create_api(FakeService(dossiers=dossiers)))
    for _ in range(2):
        assert client.post("/api/dossier", json={"sheets": ["MET.404"]}).status_code == 404


def test_what_a_client_wants_to_ask_next_waits_for_its_turn_too() -> None:
    turns = Turns(at_once=1, patience=0.01)
    client = TestClient(create_api(FakeService(turns=turns)))
    prompt = "### Task:\nSuggest follow-up questions\n<chat_history>\nUSER: Quel diplôme ?\n</chat_history>"
    body = {"messages": [{"role": "user", "content": prompt}]}
    end = turns.take()
    assert client.post("/v1/chat/completions", json=body).status_code == 503
    end()
    assert client.post("/v1/chat/completions", json=body).status_code == 200


def test_waiting_for_a_language_model_or_a_slow_client_holds_no_turn() -> None:
    class Model(FakeChatbot):
        def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[str | Answer]:
            with waiting("model"):
                turns.take()()
            yield "mot"
            turns.take()()
            yield self.answer(question, history)

    turns = Turns(at_once=1, patience=0.01)
    index: OpenIndex | None = FakeService(Model(generator="fake:model"), turns).open_index()
    assert index is not None
    pieces = stream_reply(index, "Quel diplôme ?", ())
    assert next(pieces) == "mot"
    turns.take()()
    [last] = pieces
    assert isinstance(last, Answer)
