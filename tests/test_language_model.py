"""A chat model within its bounds: time, retries, calls at once, and a breaker; hangs are real threads that wait."""

import threading
import time

import pytest

from chatbot.llm import Breaker, LanguageModel, ModelUnavailable
from tests.fake_chat_model import FakeChatModel, writes

MESSAGES = [("human", "Bonjour")]
SOON = 0.1  # seconds: the bound of a call that is meant to reach it
LONG = 20.0


def read(model: LanguageModel) -> str:
    return "".join(model.read(MESSAGES))


def failing(model: LanguageModel) -> str:
    """Read, and give the reason why nothing more comes."""
    with pytest.raises(ModelUnavailable) as caught:
        read(model)
    return caught.value.reason


def test_the_text_comes_as_it_is_written() -> None:
    assert list(LanguageModel(writes("un deux"), "fake").read(MESSAGES)) == ["un ", "deu", "x"]


def test_a_model_that_never_starts_is_left_within_the_first_bound() -> None:
    release = threading.Event()
    model = LanguageModel(FakeChatModel(scripts=[[release, "trop tard"]]), "fake", timeout=SOON)
    started = time.monotonic()
    assert failing(model) == "late"
    assert time.monotonic() - started < LONG
    release.set()


def test_a_model_that_stops_in_the_middle_is_left_within_the_bound() -> None:
    release = threading.Event()
    model = LanguageModel(FakeChatModel(scripts=[["un", release, "deux"]]), "fake", timeout=SOON)
    got: list[str] = []
    with pytest.raises(ModelUnavailable, match="late"):
        got.extend(model.read(MESSAGES))
    release.set()


def test_a_model_that_never_ends_is_left_within_the_bound() -> None:
    class Endless(FakeChatModel):
        def _stream(self, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
            while True:
                yield from super()._stream(*args, **kwargs)  # type: ignore[arg-type]

    assert failing(LanguageModel(Endless(scripts=[["encore "]]), "fake", timeout=SOON)) == "late"


def test_a_failure_before_the_first_word_is_tried_once_more() -> None:
    fake = FakeChatModel(scripts=[[ValueError("429")], ["bien"]])
    model = LanguageModel(fake, "fake")
    assert read(model) == "bien"
    assert model.counts.snapshot() == {"retries": 1}


def test_a_second_failure_is_the_last() -> None:
    fake = FakeChatModel(scripts=[[ValueError("down")]])
    assert failing(LanguageModel(fake, "fake")) == "failed"
    assert len(fake.prompts) == 2


def test_a_failure_after_the_first_word_is_not_tried_again() -> None:
    fake = FakeChatModel(scripts=[["un", ValueError("cut")]])
    got: list[str] = []
    with pytest.raises(ModelUnavailable, match="failed"):
        got.extend(LanguageModel(fake, "fake").read(MESSAGES))
    assert len(fake.prompts) == 1


def test_an_empty_reply_is_none() -> None:
    assert failing(LanguageModel(writes(""), "fake")) == "empty"


def test_a_hung_call_keeps_its_place_until_it_ends() -> None:
    release = threading.Event()
    model = LanguageModel(FakeChatModel(scripts=[[release], ["bien"]]), "fake", timeout=SOON, concurrency=1)
    assert failing(model) == "late"
    assert failing(model) == "busy"
    hung = next(thread for thread in threading.enumerate() if thread.name == "model call")
    release.set()
    hung.join(LONG)
    assert read(model) == "bien"


def test_calls_beyond_the_cap_are_refused_at_once() -> None:
    release = threading.Event()
    fake = FakeChatModel(scripts=[["un", release]])
    model = LanguageModel(fake, "fake", timeout=LONG, concurrency=2)
    under_way = [model.read(MESSAGES), model.read(MESSAGES)]
    assert [next(reading) for reading in under_way] == ["un", "un"]
    assert failing(model) == "busy"
    release.set()
    assert [list(reading) for reading in under_way] == [[], []]


def test_a_reader_that_leaves_ends_the_call() -> None:
    written = threading.Event()
    fake = FakeChatModel(scripts=[["un", written, "deux" * 1000]])
    model = LanguageModel(fake, "fake", timeout=LONG, concurrency=1)
    reading = model.read(MESSAGES)
    next(reading)
    call = next(thread for thread in threading.enumerate() if thread.name == "model call")
    reading.close()
    written.set()
    call.join(LONG)
    assert not call.is_alive()


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_failures_in_a_row_the_model_rests_then_is_tried_by_one_call() -> None:
    clock = Clock()
    fake = FakeChatModel(scripts=[*([ValueError("down")] for _ in range(4)), [ValueError("down")] * 1, ["bien"]])
    model = LanguageModel(fake, "fake", breaker=Breaker(2, 30.0, clock))
    assert [failing(model), failing(model)] == ["failed", "failed"]
    assert failing(model) == "resting"
    assert len(fake.prompts) == 4
    clock.now = 31.0
    assert read(model) == "bien"
    assert read(model) == "bien"


def test_a_failed_trial_starts_another_rest() -> None:
    clock = Clock()
    breaker = Breaker(2, 30.0, clock)
    for _ in range(2):
        breaker.note(good=False)
    clock.now = 31.0
    assert breaker.lets_pass()
    assert not breaker.lets_pass(), "one call is on trial"
    breaker.note(good=False)
    clock.now = 60.0
    assert not breaker.lets_pass()
    clock.now = 62.0
    assert breaker.lets_pass()
    breaker.note(good=True)
    assert breaker.lets_pass()
    assert breaker.lets_pass()
