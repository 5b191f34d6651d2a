"""Where the time of an answer goes: seconds by stage of the answer under way, and a span each where traces are on.

A stage's seconds are its own: those of the stages within it are theirs. So the seconds of all stages add up to those of
the answer. A span, as everywhere, spans the stages within it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import wraps
from time import perf_counter, time_ns
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

STAGES = ("queue", "understanding", "retrieval", "evidence", "writing", "model", "verification")
BETWEEN = ""  # what runs while no stage does
P = ParamSpec("P")
R = TypeVar("R")


class Timings:
    """Seconds by stage of one answer; for one thread at a time."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.on_wait: Callable[[], None] | None = None  # called when a stage begins in which nothing is computed
        self.waited: tuple[int, int] | None = None  # nanoseconds of 1970: the first such began, the last ended
        self._running, self._since = BETWEEN, perf_counter()

    def switch(self, name: str) -> str:
        """Let another stage run; give the one that ran."""
        now, before = perf_counter(), self._running
        self.seconds[before] = self.seconds.get(before, 0.0) + now - self._since
        self._running, self._since = name, now
        return before


_current: ContextVar[Timings | None] = ContextVar("timings", default=None)
_tracer: Tracer | None = None  # the API's own no-op tracer costs 7 µs a span: none costs nothing


def trace_with(tracer: Tracer | None) -> None:
    """Open spans with this tracer from now on, in the whole process."""
    global _tracer
    _tracer = tracer


def tracer() -> Tracer | None:
    """Give the tracer, where traces are on."""
    return _tracer


def open_span(tracer: Tracer, name: str) -> AbstractContextManager[Span]:
    """Open a span as a child of the current one; exceptions stay out of it, whose words may be a question's."""
    return tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)


@contextmanager
def time_answer() -> Iterator[Timings]:
    """Measure the stages of an answer until the block ends."""
    token = _current.set(timings := Timings())
    try:
        yield timings
    finally:
        timings.switch(BETWEEN)
        _current.reset(token)


class stage:
    """Measure what the block does as a stage of the answer under way, if any."""

    __slots__ = ("_before", "_name", "_span", "_timings")

    def __init__(self, name: str) -> None:
        self._name = name
        self._span: AbstractContextManager[Span] | None = None

    def __enter__(self) -> None:
        self._timings = timings = _current.get()
        if timings is not None:
            self._before = timings.switch(self._name)
        if _tracer is not None:
            self._span = open_span(_tracer, self._name)
            self._span.__enter__()

    def __exit__(self, *failure: object) -> None:
        if self._span is not None:
            self._span.__exit__(None, None, None)
        if self._timings is not None:
            self._timings.switch(self._before)


@contextmanager
def waiting(name: str) -> Iterator[None]:
    """Measure a wait for something else, such as a part of a model's reply: it takes no span, there may be hundreds."""
    timings = _current.get()
    if timings is None:
        yield
        return
    if timings.on_wait is not None:
        timings.on_wait()
    before, began = timings.switch(name), time_ns()
    try:
        yield
    finally:
        timings.switch(before)
        timings.waited = (timings.waited[0] if timings.waited else began, time_ns())


def staged(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a stage: `@staged("retrieval")`; not for generators, whose blocks outlast their calls."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def timed(*given: P.args, **named: P.kwargs) -> R:
            with stage(name):
                return function(*given, **named)

        return timed

    return wrap
