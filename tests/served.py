"""An application that tests serve as `app.py` does, in a process of its own or several.

Run as `python -m tests.served KIND FOLDER PORT WORKERS`. KIND is `slow`: each answer says through the pipe `asked` that
it is under way, and ends when `go on` is written to; `broken`: it can't be made; or `indexed`: answers give the number
of sheets in the vectorstore's current index, and the process.
"""

import hashlib
import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.types import ASGIApp

from chatbot.answering import Answer
from chatbot.api import OpenIndex, create_api
from chatbot.browse import Browser
from chatbot.config import Settings
from chatbot.edges import Loads, put_edges
from chatbot.index import Index, open_index
from chatbot.live import LiveIndex, close_at_the_end
from chatbot.question import Turn
from chatbot.workers import StartFailed, serve_alone, serve_together
from tests.fake_chatbot import FakeChatbot, FakeSearcher, FakeService
from tests.fake_embedder import FakeEmbedder

ASKED, GO_ON = "asked", "go on"
ROUNDS = 20_000  # of hashing: some ten milliseconds


@dataclass
class PipedChatbot(FakeChatbot):
    """Waits for a word through a pipe before it answers."""

    folder: Path = Path()

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        if question == "Lentement ?":
            (self.folder / ASKED).write_text("asked")
            (self.folder / GO_ON).read_text()
        return super().answer(question, history)


def make_slow(folder: Path) -> FastAPI:
    from chatbot.ui import mount_page  # Gradio takes seconds to import: only where there is a page

    service = FakeService(PipedChatbot(folder=folder))
    app = mount_page(create_api(service), service)

    @app.middleware("http")
    async def close(request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Have each request come over a connection of its own, to whichever process."""
        response = await call_next(request)
        response.headers["Connection"], response.headers["X-Process"] = "close", str(os.getpid())
        return response

    return app


def make_broken(folder: Path) -> FastAPI:
    raise StartFailed("Broken on purpose.")


def make_indexed(folder: Path) -> FastAPI:
    settings = Settings(vectorstore=folder / "vectorstore", embedding="fake", workers=2)

    def open_current() -> tuple[Index, OpenIndex]:
        index = open_index(settings.vectorstore, settings, open_model=lambda choice: FakeEmbedder())
        chatbot = FakeChatbot(text=f"{len(index.catalogue)} {os.getpid()}")
        counts = (len(index.catalogue), len(index.chunks), "fake", index.created_at)
        return index, OpenIndex(chatbot, Browser(index.catalogue, FakeSearcher()), *counts)  # type: ignore[arg-type]

    live = LiveIndex(settings.vectorstore, open_current, watch_seconds=0.05)
    live.start()
    return close_at_the_end(create_api(live), live)


class WorkingChatbot(FakeChatbot):
    """Computes something before it answers."""

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        hashlib.pbkdf2_hmac("sha256", b"a", b"b", ROUNDS)
        return super().answer(question, history)


def make_shared(loads: Loads, folder: Path) -> ASGIApp:
    service = FakeService(WorkingChatbot(text=str(os.getpid())))
    return put_edges(create_api(service), Settings(workers=2), loads)


def main(kind: str, folder: str, port: str, workers: str) -> int:
    makers: dict[str, Callable[[Path], ASGIApp]] = {
        "slow": make_slow,
        "broken": make_broken,
        "indexed": make_indexed,
        "shared": partial(make_shared, Loads()),
    }
    make = partial(makers[kind], Path(folder))
    with socket.create_server(("127.0.0.1", int(port))) as listener:
        try:
            if workers == "1":
                serve_alone(make, listener, lambda: print("ready", flush=True))
            else:
                serve_together(make, listener, int(workers), lambda: print("ready", flush=True))
        except StartFailed as error:
            print(error, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
