"""Settings come in; where the vectors of each version are, in its folder or on a Chroma server, goes out."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.api.client import Client
from chromadb.api.fastapi import FastAPI
from chromadb.config import Settings as ChromaSettings

from chatbot.config import Settings
from chatbot.index.errors import IndexProblem, ServerAway
from chatbot.index.manifest import Group, VectorsPlace
from chatbot.index.vectors import COLLECTIONS, Entry, Vectors

VECTORS_FOLDER, DATABASE = "chroma", "chroma.sqlite3"
CONNECT_SECONDS = 1.0
INDEXING_SECONDS = 120.0  # what the server may take for a batch


@dataclass(frozen=True, slots=True)
class Place:
    """Where the settings want the vectors: on the Chroma server at `url`, or in each version's folder without one.

    On a server the collections of a version bear its name, and a version's folder is made before them and deleted
    after them: none is ever without an owner, and those of others are never touched.
    """

    url: str = ""
    token: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Place":
        """Take the place from the settings."""
        return cls(settings.chroma_url, settings.chroma_token)

    @property
    def kind(self) -> VectorsPlace:
        """Name the kind of place, as manifests do."""
        return "server" if self.url else "folder"

    def __str__(self) -> str:
        return f"the Chroma server at '{self.address}'" if self.url else "the version's folder"

    @property
    def address(self) -> str:
        """Give the server's address without a name and password that it may hold."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def check(self, version: Path) -> None:
        """Raise ServerAway when the server that is asked for doesn't answer."""
        if self.url:
            self.open(version).close()

    def open(self, version: Path, seconds: float = INDEXING_SECONDS) -> Vectors:
        """Open the vectors of a version; raise ServerAway when its server doesn't answer in these seconds."""
        if not self.url:
            return open_folder(version / VECTORS_FOLDER)
        try:
            return Vectors(_ServerClient(self.url, self.token, seconds), f"{version.name}-")
        except Exception as error:  # Chroma makes ValueErrors, and bare Exceptions, of what a server or a proxy says
            raise self._away(error) from error

    def copy(
        self,
        base: Path,
        version: Path,
        entries: Mapping[str, Sequence[Entry]],
        known: Mapping[str, Mapping[str, Group]],
    ) -> None:
        """Take over into a new version the vectors of one before it, which servers may have open."""
        if not self.url:
            copy_folder(base / VECTORS_FOLDER, version / VECTORS_FOLDER)
            return
        with closing(self.open(base)) as source, closing(self.open(version)) as target:
            for collection in known.keys() & entries.keys():
                target.copy_from(source, collection, entries[collection], known[collection])

    def drop(self, version: Path) -> bool:
        """Delete what a version has outside its folder; tell whether nothing is left, which fails while it is away."""
        if self.url:
            try:
                with self.reaching(), closing(self.open(version)) as vectors:
                    for collection in COLLECTIONS:
                        vectors.drop(collection)
            except ServerAway:
                return False
        return True

    @contextmanager
    def reaching(self) -> Iterator[None]:
        """Make ServerAway of what a server that fails meanwhile raises."""
        try:
            yield
        except IndexProblem:
            raise
        except Exception as error:
            if self.url and (isinstance(error, httpx.HTTPError) or type(error) is Exception):  # see `open`
                raise self._away(error) from error
            raise

    def _away(self, error: Exception) -> ServerAway:
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return ServerAway(
            f"The Chroma server at '{self.address}' does not answer ({detail}). Start it, or mend CHATBOT_CHROMA_URL."
        )


def open_folder(folder: Path) -> Vectors:
    """Open the collections in a folder, for this process alone."""
    client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    assert isinstance(client, Client)  # nosec B101 # its declared type lacks `close`
    return Vectors(client)


def copy_folder(source: Path, target: Path) -> None:
    """Copy the collections in a folder that a server may have open."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{DATABASE}*"))
    reader, writer = sqlite3.connect(f"file:{source / DATABASE}?mode=ro", uri=True), sqlite3.connect(target / DATABASE)
    try:
        reader.backup(writer)
    finally:
        reader.close()
        writer.close()


class _ServerClient(Client):
    """Chroma's own client of a server, which by itself would wait forever, from its first request on."""

    def __init__(self, url: str, token: str, seconds: float) -> None:
        self._seconds = seconds
        # A proxy before `chroma run`, which asks for none, looks for the first; Chroma Cloud for the second.
        headers = {"Authorization": f"Bearer {token}", "X-Chroma-Token": token} if token else {}
        settings = ChromaSettings(
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=url.rstrip("/"),
            chroma_server_http_port=0,  # a whole address holds its own
            chroma_server_headers=headers,
        )
        super().__init__(settings=settings)

    def get_user_identity(self) -> chromadb.auth.UserIdentity:
        """Answer the constructor's first question, in time."""
        assert isinstance(self._server, FastAPI)  # nosec B101 # for mypy: nothing depends on it
        self._server._session.timeout = httpx.Timeout(self._seconds, connect=CONNECT_SECONDS)
        return super().get_user_identity()
