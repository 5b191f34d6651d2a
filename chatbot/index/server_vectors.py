"""The vectors of a version on a Chroma server come in; the nearest, or nothing while the server is away, go out."""

import logging
import threading
from collections.abc import Callable, Mapping

from chromadb.errors import NotFoundError

from chatbot.embedding import Vector
from chatbot.index.errors import REMEDY, IndexCorrupted
from chatbot.index.vectors import Vectors

LOG = logging.getLogger("chatbot")
QUERY_SECONDS = 2.0  # a query takes 5 ms; one that takes this long is the last until the server answers again
PROBE_SECONDS = 1.0


class ServerVectors:
    """Vectors that may be away for a time: questions then go on without them, and none waits to see if they are back.

    The first query that fails, or the probe, finds them gone; only the probe, in a thread of its own, finds them again.
    """

    def __init__(
        self,
        open_vectors: Callable[[], Vectors],
        counts: Mapping[str, int],
        dimension: int,
        probe_seconds: float = PROBE_SECONDS,
    ) -> None:
        self._open_vectors, self._counts, self._dimension = open_vectors, dict(counts), dimension
        self._probe_seconds = probe_seconds
        self._vectors: Vectors | None = None
        self.away = True
        self.on_return: Callable[[], None] = lambda: None  # called each time when they are there again
        self._said = ""
        self._ended = threading.Event()
        self._look()
        threading.Thread(target=self._watch, name="Chroma server probe", daemon=True).start()

    def nearest(self, collection: str, vector: Vector, count: int) -> list[tuple[str, float]]:
        """Give what `Vectors.nearest` does; nothing while the server is away."""
        if self.away or self._vectors is None:
            return []
        try:
            return self._vectors.nearest(collection, vector, count)
        except Exception as error:  # Chroma makes bare Exceptions of what a proxy says
            self._lose(error)
            return []

    def close(self) -> None:
        """Close the collections, and look for the server no more."""
        self._ended.set()
        self.away = True
        if self._vectors:
            self._vectors.close()

    def _watch(self) -> None:
        while not self._ended.wait(self._probe_seconds):
            try:
                self._look()
            except IndexCorrupted as error:
                self._lose(error)

    def _look(self) -> None:
        """See whether the server is there; raise IndexCorrupted when the vectors on it aren't those of the version."""
        try:
            if self._vectors is None:
                self._vectors = self._open_vectors()
            if not self.away:
                self._vectors.ping()
                return
            self._vectors.forget()
            found = {name: _count(self._vectors, name) for name in self._counts}
            if found == self._counts:
                for name in self._counts:  # the server reads the vectors now rather than for a question
                    self._vectors.warm(name, self._dimension)
        except Exception as error:
            self._lose(error)
            return
        if found != self._counts:
            raise IndexCorrupted(f"The Chroma server holds {found} instead of {self._counts}. {REMEDY} --full")
        self.away = False
        if self._said:
            self._said = ""
            self.on_return()
            LOG.warning("The Chroma server is back: answers rest on vectors again.")

    def _lose(self, error: Exception) -> None:
        if self._ended.is_set():
            return
        self.away = True
        if not self._said:
            self._said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            LOG.warning("Answers rest on keywords alone until the vectors are back: %s", self._said)


def _count(vectors: Vectors, collection: str) -> int:
    try:
        return vectors.count(collection)
    except NotFoundError:
        return 0
