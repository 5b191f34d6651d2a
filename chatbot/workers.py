"""The making of an application and a listening socket come in; it is served by one process, or by several."""

import logging
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

LOG = logging.getLogger("chatbot")
DRAIN_SECONDS = 30  # for the answers under way when the server is told to stop
HANG_SECONDS = 60  # a process that gives no sign of life for so long is replaced
RETRY_SECONDS = 2.0
# Starts something in a thread of its own, and tells what it ended with: None when all is well.
StartApart = Callable[[Callable[[Exception | None], None]], None]
# Unasked, uvicorn reads a head of any size, and believes what any program on this machine forwards.
OPTIONS: dict[str, Any] = {"http": "chatbot.edges.heads:HeadLimit", "proxy_headers": False, "server_header": False}


class StartFailed(Exception):
    """An application that can't be made: one sentence that says why."""


class Make(Protocol):
    """Makes the application in the process that serves it; raises StartFailed. Others get it pickled."""

    def __call__(self) -> Any: ...


def serve_alone(
    make: Make, listener: socket.socket, announce: Callable[[], None], start_apart: StartApart | None = None
) -> None:
    """Serve with this process until it is told to stop, then finish the answers under way; raise StartFailed.

    What starts apart does so while the server answers already; when it fails, the server ends.
    """
    signal.signal(signal.SIGTERM, _end)  # uvicorn drains first, then does what would have been done without it
    server = uvicorn.Server(_configure(make()))
    troubles: list[Exception] = []

    def tell(trouble: Exception | None) -> None:
        if trouble is None:
            announce()
        else:
            troubles.append(trouble)
            server.should_exit = True

    if start_apart is None:
        announce()
    else:
        start_apart(tell)
    server.run(sockets=[listener])
    if troubles:
        raise StartFailed(str(troubles[0])) from troubles[0]


def serve_together(make: Make, listener: socket.socket, count: int, announce: Callable[[], None]) -> None:
    """Serve with so many processes, each replaced when it dies; they share the socket, and drain as one does alone.

    Raise StartFailed where the first ones can't start; what is wrong has been said by then.
    """
    _Workers(make, listener, count, announce).run()


class _Workers(Multiprocess):
    """uvicorn's supervisor, which also tells when all processes serve, and stops listening when they stop."""

    def __init__(self, make: Make, listener: socket.socket, count: int, announce: Callable[[], None]) -> None:
        config = _configure(partial(_make_first, make), factory=True, workers=count)
        super().__init__(config, [listener])
        self._make, self._announce = make, announce

    def init_processes(self) -> None:
        super().init_processes()
        while not all(process.is_ready(1) for process in self.processes):
            self.handle_signals()
            if self.should_exit.is_set() or not all(process.process.is_alive() for process in self.processes):
                return  # the supervisor's own loop sees to that
            time.sleep(0.05)
        self.config.app = partial(_make_again, self._make)
        self._announce()

    def run(self) -> None:
        super().run()
        if any(process.exitcode == STARTUP_FAILURE for process in self.processes):
            raise StartFailed("The server did not start.")

    def terminate_all(self) -> None:
        for listener in self.sockets:  # or new connections would wait for nobody
            listener.close()
        super().terminate_all()


def _make_first(make: Make) -> Any:
    try:
        return make()
    except StartFailed as error:
        print(error, file=sys.stderr, flush=True)
        sys.exit(STARTUP_FAILURE)  # the supervisor then stops the others


def _make_again(make: Make) -> Any:
    """Make the application while others serve: what keeps this one from starting doesn't stop them, and may pass."""
    before = signal.signal(signal.SIGTERM, _end)
    said = ""
    try:
        while True:
            try:
                return make()
            except StartFailed as error:
                if str(error) != said:
                    said = str(error)
                    LOG.warning("A process can't start, the others go on: %s", error)
                time.sleep(RETRY_SECONDS)
    finally:
        signal.signal(signal.SIGTERM, before)


def _configure(app: Any, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_worker_healthcheck=HANG_SECONDS,
        **OPTIONS,
        **more,
    )


def _end(*_: object) -> None:
    sys.exit(0)
