"""A vectorstore comes in; the service over its current index, and over the next once it is published, goes out."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.embedding import EmbeddingError
from chatbot.index import Index, IndexProblem, current_version

if TYPE_CHECKING:
    from fastapi import FastAPI

    from chatbot.api import OpenIndex

LOG = logging.getLogger("chatbot")
WATCH_SECONDS = 2.0
# How long an index that has been replaced stays open for the answers under way.
GRACE_SECONDS = 30.0


class LiveIndex:
    """The service behind the routes: the current index, and the next one as soon as it is published."""

    def __init__(
        self,
        vectorstore: Path,
        open_current: Callable[[], tuple[Index, OpenIndex]],
        watch_seconds: float = WATCH_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._vectorstore, self._open_current = vectorstore, open_current
        self._watch_seconds, self._grace_seconds = watch_seconds, grace_seconds
        self._version: str | None = None
        self._index: Index | None = None
        self._opened: OpenIndex | None = None
        self._starting = False
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="index watcher", daemon=True)

    def open_index(self) -> OpenIndex | None:
        """Give the index that answers now, or None while there is none."""
        return self._opened

    @property
    def is_starting(self) -> bool:
        """Whether the first index is being opened."""
        return self._starting and self._opened is None

    def start_apart(self, told: Callable[[Exception | None], object]) -> None:
        """Start in a thread of its own; then tell what keeps the index from being opened, or that nothing does."""

        def start() -> None:
            try:
                self.start()
            except Exception as error:
                told(error)
            else:
                told(None)
            finally:
                self._starting = False

        self._starting = True
        threading.Thread(target=start, name="index opener", daemon=True).start()

    def start(self) -> None:
        """Open the current index, if any, and watch for the next; raise IndexProblem for one that can't be opened."""
        self._refresh()
        if self._opened is None:
            LOG.warning("There is no index in '%s': the server answers 503 until there is.", self._vectorstore)
        self._watcher.start()

    def stop(self) -> None:
        """Stop watching, and close the index."""
        self._ended.set()
        if self._watcher.is_alive():
            self._watcher.join()
        if self._index:
            self._index.close()

    def _refresh(self) -> None:
        """Open the current version unless it is open, or was tried, already."""
        version = current_version(self._vectorstore)
        if version is None or version == self._version:
            return
        self._version = version
        retired = self._index
        self._index, self._opened = self._open_current()
        if retired:
            self._ended.wait(self._grace_seconds)
            retired.close()

    def _watch(self) -> None:
        said = ""
        while not self._ended.wait(self._watch_seconds):
            try:
                self._refresh()
            except (IndexProblem, EmbeddingError) as error:
                if str(error) != said:
                    said = str(error)
                    LOG.warning("The new index can't be opened, all goes on as before: %s", error)


def close_at_the_end(app: FastAPI, service: LiveIndex) -> FastAPI:
    """Have the index closed when the application has answered its last request."""
    before = app.router.lifespan_context

    @asynccontextmanager
    async def serving(app: FastAPI) -> AsyncIterator[None]:
        async with before(app):
            yield
        service.stop()

    app.router.lifespan_context = serving
    return app
