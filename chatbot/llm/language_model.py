"""Messages in, the text of a chat model out as it comes: within a time, a number of calls at once, and a breaker."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Protocol

from chatbot.stages import waiting
from chatbot.telemetry.metrics import MODEL

LOG = logging.getLogger("chatbot.llm")
FIRST_SHARE = 0.5  # of the whole time: how long the first words may take
ATTEMPTS = 2
FAILURES = 3  # in a row: the model is left alone for a while
REST_SECONDS = 30.0
Messages = Sequence[tuple[str, str]]


class ModelUnavailable(Exception):
    """The model gives nothing (more); `reason` is one word of busy, resting, late, failed, empty or left."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stop:
    """Tells the reading of a model that nobody waits for it any more; safe for threads, for one answer each."""

    def __init__(self) -> None:
        self._left: Future[None] = Future()

    def set(self) -> None:
        """End what is under way."""
        with suppress(InvalidStateError):  # set before
            self._left.set_result(None)

    def is_set(self) -> bool:
        """Whether nobody waits any more."""
        return self._left.done()

    def call(self, wake: Callable[[], None]) -> None:
        """Call this when nobody waits any more: at once, where that is so already."""
        self._left.add_done_callback(lambda _: wake())


class Chunk(Protocol):
    """A part of what a chat model writes."""

    @property
    def text(self) -> str:
        """Give its words."""


class ChatModel(Protocol):
    """The seam: what is needed of a LangChain chat model."""

    def stream(self, input: list[tuple[str, str]], /) -> Iterator[Chunk]:
        """Write the reply to messages, part by part."""


class Counts:
    """Counts what happened, for a log and for /metrics; safe for threads."""

    def __init__(self) -> None:
        self._counter: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, name: str, number: int = 1) -> None:
        """Count under a name, such as "dropped.number"."""
        with self._lock:
            self._counter[name] += number
        MODEL.labels(name).inc(number)

    def snapshot(self) -> dict[str, int]:
        """Give the counts so far."""
        with self._lock:
            return dict(sorted(self._counter.items()))


class Breaker:
    """Opens after failures in a row: no call for a while, then one on trial."""

    def __init__(
        self,
        failures: int = FAILURES,
        rest_seconds: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._rest_seconds, self._clock = failures, rest_seconds, clock
        self._failures = 0
        self._closed_from = 0.0
        self._lock = threading.Lock()

    def lets_pass(self) -> bool:
        """Whether a call may be made now; the one on trial makes the others wait for its outcome."""
        with self._lock:
            if self._failures < self._limit:
                return True
            if self._clock() < self._closed_from:
                return False
            self._closed_from = self._clock() + self._rest_seconds
            return True

    def note(self, *, good: bool) -> None:
        """Take note of the outcome of a call."""
        with self._lock:
            self._failures = 0 if good else self._failures + 1
            if self._failures >= self._limit:
                self._closed_from = self._clock() + self._rest_seconds


class LanguageModel:
    """A chat model that answers in time or not at all."""

    def __init__(
        self,
        model: ChatModel,
        name: str,
        *,
        remote: bool = False,
        timeout: float = 30.0,
        concurrency: int = 4,
        context: int = 4096,
        private: bool = True,
        breaker: Breaker | None = None,
    ) -> None:
        self.name, self.remote, self.context, self.private = name, remote, context, private
        self.counts = Counts()
        self._model, self._timeout = model, timeout
        self._slots = threading.BoundedSemaphore(concurrency)
        self._breaker = breaker or Breaker()

    def read(self, messages: Messages, stop: Stop | None = None) -> Generator[str, None, None]:
        """Yield the reply as it comes; raise ModelUnavailable when the model is busy, late or fails, or at a stop.

        A call that hangs keeps its place until it ends: so hung calls never pile up beyond the cap.
        """
        if not self._breaker.lets_pass():
            raise ModelUnavailable("resting")
        now = time.monotonic()
        first, last = now + FIRST_SHARE * self._timeout, now + self._timeout
        good: bool | None = None
        try:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    for text in self._attempt(messages, first, last, stop or Stop()):
                        good = True
                        yield text
                    if good is None:
                        raise ModelUnavailable("empty")
                    return
                except ModelUnavailable as trouble:
                    if good is None and trouble.reason == "failed" and attempt < ATTEMPTS:
                        self.counts.add("retries")
                        continue
                    good = None if trouble.reason in ("busy", "left") else False
                    raise
        finally:
            if good is not None:
                self._breaker.note(good=good)

    def _attempt(self, messages: Messages, first: float, last: float, stop: Stop) -> Iterator[str]:
        if not self._slots.acquire(blocking=False):
            raise ModelUnavailable("busy")
        parts: SimpleQueue[str | Exception | None] = SimpleQueue()
        stopped = threading.Event()
        stop.call(lambda: parts.put(ModelUnavailable("left")))
        threading.Thread(target=self._pump, args=(messages, parts, stopped), name="model call", daemon=True).start()
        try:
            limit = first
            while True:
                try:
                    with waiting("model"):
                        part = parts.get(timeout=max(0.0, limit - time.monotonic()))
                except Empty:
                    raise ModelUnavailable("late") from None
                if stop.is_set():
                    raise ModelUnavailable("left")
                if part is None:
                    return
                if time.monotonic() > limit:
                    raise ModelUnavailable("late")
                if isinstance(part, Exception):
                    LOG.warning("The model failed: %s", type(part).__name__)
                    raise ModelUnavailable("failed") from part
                yield part
                limit = last
        finally:
            stopped.set()

    def _pump(
        self, messages: Messages, parts: SimpleQueue[str | Exception | None], stopped: threading.Event
    ) -> None:
        """Read the model in a thread of its own: only so can a hung read be left behind."""
        outcome: Exception | None = None
        try:
            for chunk in self._model.stream(list(messages)):
                if stopped.is_set():
                    break
                if chunk.text:
                    parts.put(chunk.text)
        except Exception as error:
            outcome = error
        finally:
            self._slots.release()  # before the reader knows: it may try again at once
            parts.put(outcome)
