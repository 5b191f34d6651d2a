"""The Chroma collections of one version: texts of sheets go in as vectors, the nearest to a question come out."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.errors import ChromaError, NotFoundError

from chatbot.embedding import Embedder, Vector
from chatbot.index.manifest import Group

COLLECTIONS = CHUNKS, EVERYDAY = "chunks", "everyday"
BATCH = 2_000  # Chroma takes 5,461 at most
# Measured on 25,269 chunks of 256 numbers, two cores: added in 9 s, a query 1 ms, 0.990 of the exact first hundred
# found (0.997 with ef_search 400, for a third of time more). Below sync_threshold documents stay in a log that each
# opening replays.
HNSW: CreateHNSWConfiguration = {
    "space": "cosine",
    "ef_construction": 100,
    "max_neighbors": 16,
    "ef_search": 200,
    "batch_size": BATCH,
    "sync_threshold": BATCH,
}
DAMAGE = (OSError, sqlite3.Error, ChromaError)  # what a damaged folder raises


@dataclass(frozen=True, slots=True)
class Entry:
    """The texts of one sheet in a collection, to be embedded; `digest` changes with them."""

    sheet_id: str
    digest: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """How many sheets a sync added, changed and removed."""

    added: int
    changed: int
    removed: int


class Vectors:
    """The collections of one version, open; a document's ID is its sheet's and its place, "MET.854#3".

    `prefix` tells them in Chroma from those of other versions.
    """

    def __init__(self, client: Client, prefix: str = "") -> None:
        self._client, self._prefix = client, prefix
        self._collections: dict[str, chromadb.Collection] = {}
        self._held: dict[str, tuple[list[str], Vector]] = {}

    def hold(self, collection: str) -> None:
        """Have a small collection searched in memory from now on, exactly: each query costs Chroma a millisecond."""
        found = self._open(collection).get(include=["embeddings"])
        vectors = np.array(found["embeddings"], dtype=np.float32)
        if len(vectors):
            vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
            self._held[collection] = found["ids"], vectors

    def nearest(self, collection: str, vector: Vector, count: int) -> list[tuple[str, float]]:
        """Give the IDs nearest to a unit vector with their cosine, best first; nothing for a vector of zeros."""
        if count < 1 or not np.any(vector):
            return []
        if collection in self._held:
            ids, vectors = self._held[collection]
            cosines = vectors @ vector
            best = np.argpartition(-cosines, count)[:count] if count < len(ids) else np.arange(len(ids))
            best = best[np.argsort(-cosines[best], kind="stable")]
            return [(ids[place], cosine) for place, cosine in zip(best.tolist(), cosines[best].tolist(), strict=True)]
        found = self._open(collection).query(query_embeddings=vector[None, :], n_results=count, include=["distances"])
        distances = found["distances"] or [[]]
        return [(key, 1.0 - float(d)) for key, d in zip(found["ids"][0], distances[0], strict=True)]

    def count(self, collection: str) -> int:
        """Count the documents of a collection."""
        return self._open(collection).count()

    def check(self, counts: Mapping[str, int], dimension: int) -> None:
        """Raise what a collection that can't be searched, or lacks documents, makes of it; else read them to memory."""
        for collection, wanted in counts.items():
            found = self.count(collection)
            if found != wanted:
                raise ValueError(f"{found:,} {collection} instead of {wanted:,}")
            self.warm(collection, dimension)

    def warm(self, collection: str, dimension: int) -> None:
        """Have a collection read to memory, by this process or by the server, before the first question."""
        if collection == EVERYDAY:
            self.hold(collection)
        else:
            self.nearest(collection, np.ones(dimension, dtype=np.float32), 1)  # 0.15 s

    def sync(
        self,
        collection: str,
        entries: Sequence[Entry],
        known: Mapping[str, Group],
        embedder: Embedder,
        progress: Callable[[int, int], None],
    ) -> Changes:
        """Bring a collection from what is known to these entries; `progress` is told documents done and to do."""
        target = self._client.get_or_create_collection(
            self._prefix + collection, configuration={"hnsw": HNSW}, embedding_function=None
        )
        stale = [entry for entry in entries if not _is_known(entry, known)]
        counts = dict.fromkeys(known, 0) | {entry.sheet_id: len(entry.texts) for entry in entries}
        surplus = [
            f"{sheet_id}#{place}" for sheet_id, group in known.items() for place in range(counts[sheet_id], group.count)
        ]
        for start in range(0, len(surplus), BATCH):
            target.delete(ids=surplus[start : start + BATCH])
        documents = [(entry.sheet_id, place, text) for entry in stale for place, text in enumerate(entry.texts)]
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            target.upsert(
                ids=[f"{sheet_id}#{place}" for sheet_id, place, _ in batch],
                embeddings=embedder.encode_documents([text for _, _, text in batch]),
                metadatas=[{"sheet_id": sheet_id} for sheet_id, _, _ in batch],
            )
            progress(start + len(batch), len(documents))
        changed = sum(entry.sheet_id in known for entry in stale)
        removed = len(known.keys() - {entry.sheet_id for entry in entries})
        return Changes(len(stale) - changed, changed, removed)

    def copy_from(
        self, base: "Vectors", collection: str, entries: Sequence[Entry], known: Mapping[str, Group]
    ) -> None:
        """Take over from another version's collection the vectors of the sheets that are as they were there."""
        target = self._client.get_or_create_collection(
            self._prefix + collection, configuration={"hnsw": HNSW}, embedding_function=None
        )
        kept = [
            f"{entry.sheet_id}#{place}"
            for entry in entries
            if _is_known(entry, known)
            for place in range(len(entry.texts))
        ]
        for start in range(0, len(kept), BATCH):
            ids = kept[start : start + BATCH]
            found = base._open(collection).get(ids=ids, include=["embeddings", "metadatas"])
            if len(found["ids"]) != len(ids):
                raise NotFoundError(f"{len(found['ids']):,} {collection} of {len(ids):,} found")
            target.upsert(ids=found["ids"], embeddings=found["embeddings"], metadatas=found["metadatas"])

    def drop(self, collection: str) -> None:
        """Delete a collection, if it is there."""
        with suppress(NotFoundError):
            self._client.delete_collection(self._prefix + collection)

    def ping(self) -> None:
        """Raise what a server that is away makes of it."""
        self._client.heartbeat()

    def forget(self) -> None:
        """Look for the collections again before the next use: they may be others under the same names."""
        self._collections, self._held = {}, {}

    def close(self) -> None:
        """Close the collections; every change is on disk."""
        self._collections = {}
        self._client.close()

    def _open(self, collection: str) -> chromadb.Collection:
        opened = self._collections  # another thread may forget them meanwhile
        if collection not in opened:
            opened[collection] = self._client.get_collection(self._prefix + collection, embedding_function=None)
        return opened[collection]


def _is_known(entry: Entry, known: Mapping[str, Group]) -> bool:
    return entry.sheet_id in known and known[entry.sheet_id].digest == entry.digest
