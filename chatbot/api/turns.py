"""Who is answered now, who waits and who is sent away: answers take the processor, and each thread more slows all."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from chatbot.api.problems import Refusal
from chatbot.telemetry.metrics import SHED, UNDER_WAY, WAITING

Channel = Literal["page", "api", "stream", "openai", "tool", "dossier"]

AT_ONCE = 2
LONGEST = 64  # questions that wait: some two seconds of answers
PATIENCE = 10.0  # seconds after which who waits is sent away
RETRY_SECONDS = 5
OVERLOADED = "Beaucoup de questions arrivent en ce moment : réessayez dans quelques secondes."


class Overloaded(Refusal):
    """Too many wait already."""

    def __init__(self) -> None:
        super().__init__(503, OVERLOADED, {"Retry-After": str(RETRY_SECONDS)})


class Turns:
    """Lets a few compute at once and the rest wait, first come first served; safe for threads."""

    def __init__(self, at_once: int = AT_ONCE, longest: int = LONGEST, patience: float = PATIENCE) -> None:
        self._at_once, self._free, self._longest, self._patience = at_once, at_once, longest, patience
        self._tell: Callable[[int], None] = lambda load: None
        self._line: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def watch(self, tell: Callable[[int], None]) -> None:
        """Have a function told how many compute or wait, each time that this changes."""
        self._tell = tell

    def take(self) -> Callable[[], None]:
        """Wait for a turn, give what ends it (once or again); raise Overloaded when that takes too long."""
        with self._lock:
            if self._free:
                self._free -= 1
                self._tell_load()
                return self._begin()
            if len(self._line) >= self._longest:
                raise Overloaded
            turn = threading.Event()
            self._line.append(turn)
            self._tell_load()
        WAITING.inc()
        try:
            if not turn.wait(self._patience):
                with self._lock:
                    if not turn.is_set():  # it may have come at the last moment
                        self._line.remove(turn)
                        self._tell_load()
                        raise Overloaded
        finally:
            WAITING.dec()
        return self._begin()

    def _begin(self) -> Callable[[], None]:
        UNDER_WAY.inc()
        ended = threading.Lock()

        def end() -> None:
            if ended.acquire(blocking=False):
                UNDER_WAY.dec()
                self._give_on()

        return end

    def _give_on(self) -> None:
        with self._lock:
            if self._line:
                self._line.popleft().set()
            else:
                self._free += 1
            self._tell_load()

    def _tell_load(self) -> None:
        self._tell(self._at_once - self._free + len(self._line))


TURNS = Turns()  # of this process, whatever applications it holds: they share its processor


def begin_turn(turns: Turns, channel: Channel) -> Callable[[], None]:
    """Wait for a turn, give what ends it; raise Overloaded, and count it, when too many wait already."""
    try:
        return turns.take()
    except Overloaded:
        SHED.labels(channel).inc()
        raise


@contextmanager
def take_turn(turns: Turns, channel: Channel) -> Iterator[None]:
    """Wait for a turn, as `begin_turn` does, which lasts as long as the block."""
    end = begin_turn(turns, channel)
    try:
        yield
    finally:
        end()
