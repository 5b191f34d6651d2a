"""Processes that share a socket share the work: a connection leaves one that has more questions to answer than another.

Unasked, the first process to wake takes all connections that wait, and keeps them: of 32 clients that never close
theirs, one of two processes had up to all. One that is closed after its response comes back, to whichever wakes first.
"""

import ctypes
import os
from collections.abc import Callable
from multiprocessing import get_context

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.telemetry.processes import is_alive

CLOSE = (b"connection", b"close")
MOST = 64  # processes at once, those about to end included


class Loads:
    """How many questions each process has to answer, in memory that they share; made by their parent."""

    def __init__(self) -> None:
        self._claiming = get_context("spawn").Lock()
        self._processes = get_context("spawn").RawArray(ctypes.c_int64, MOST)
        self._loads = get_context("spawn").RawArray(ctypes.c_int64, MOST)
        self._place = -1

    def claim(self) -> None:
        """Take a place for this process, that of one which has ended for instance."""
        with self._claiming:
            for place, process in enumerate(self._processes):
                if not process or not is_alive(process):
                    self._loads[place], self._processes[place], self._place = 0, os.getpid(), place
                    return

    def tell(self, load: int) -> None:
        """Let the others know how many questions this process has to answer."""
        if self._place >= 0:
            self._loads[self._place] = load

    def is_lighter_elsewhere(self) -> bool:
        """Whether another process that lives has fewer."""
        own = self._loads[self._place] if self._place >= 0 else 0
        return own > 0 and any(
            process and load < own and place != self._place and is_alive(process)
            for place, (process, load) in enumerate(zip(self._processes, self._loads, strict=True))
        )


class Spreading:
    """Middleware that has a connection closed after its response where another process has fewer questions."""

    def __init__(self, app: ASGIApp, is_lighter_elsewhere: Callable[[], bool]) -> None:
        self.app, self._is_lighter_elsewhere = app, is_lighter_elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def send_closing(message: Message) -> None:
            if message["type"] == "http.response.start" and self._is_lighter_elsewhere():
                message = {**message, "headers": [*message.get("headers", ()), CLOSE]}
            await send(message)

        await self.app(scope, receive, send_closing if scope["type"] == "http" else send)
