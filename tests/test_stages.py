"""The seconds of an answer by stage: each its own, together those of the answer; and nearly nothing to pay for them."""

import time
from contextvars import copy_context

import pytest

from chatbot.answering import Chatbot
from chatbot.stages import STAGES, stage, staged, time_answer, waiting

MOST = 20e-6  # seconds that a stage may cost where nobody measures


def spend(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def test_a_stage_has_its_own_time_and_not_that_of_the_stages_within_it() -> None:
    with time_answer() as timings:
        started = time.perf_counter()
        with stage("writing"):
            spend(0.01)
            with stage("evidence"):
                spend(0.03)
                with stage("evidence"):
                    spend(0.01)
            spend(0.01)
        whole = time.perf_counter() - started
    seconds = timings.seconds
    assert seconds["writing"] >= 0.02
    assert seconds["evidence"] >= 0.04
    assert seconds["writing"] + seconds["evidence"] == pytest.approx(whole, abs=0.002)


def test_a_stage_that_fails_ends_all_the_same() -> None:
    @staged("retrieval")
    def fail() -> None:
        raise ValueError

    with time_answer() as timings:
        with pytest.raises(ValueError):
            fail()
        with stage("writing"):
            spend(0.01)
    assert timings.seconds["retrieval"] < 0.01 <= timings.seconds["writing"]


def test_a_wait_tells_so_that_others_may_compute() -> None:
    told: list[str] = []
    with time_answer() as timings:
        timings.on_wait = lambda: told.append("waits")
        with waiting("model"):
            assert told == ["waits"]
            spend(0.01)
    assert timings.seconds["model"] >= 0.01


def test_two_answers_are_measured_apart() -> None:
    first, second = copy_context(), copy_context()
    measuring = time_answer(), time_answer()
    one, two = first.run(measuring[0].__enter__), second.run(measuring[1].__enter__)

    def write() -> None:
        with stage("writing"):
            spend(0.001)

    first.run(write)
    for context, block in zip((first, second), measuring, strict=True):
        context.run(block.__exit__, None, None, None)
    assert "writing" in one.seconds and "writing" not in two.seconds


def test_where_nobody_measures_a_stage_costs_nearly_nothing() -> None:
    def cost() -> float:
        started = time.perf_counter()
        for _ in range(1000):
            with stage("writing"):
                pass
        return (time.perf_counter() - started) / 1000

    assert min(cost() for _ in range(5)) < MOST


def test_an_answer_goes_through_its_stages(bot: Chatbot) -> None:
    with time_answer() as timings:
        bot.answer("Quel salaire pour un dompteur de puces ?")
    stages = {"understanding", "retrieval", "writing"}
    assert stages <= timings.seconds.keys() <= {"", *STAGES}
    assert all(timings.seconds[name] > 0 for name in stages)
