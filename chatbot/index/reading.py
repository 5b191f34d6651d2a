"""A published version of the index comes in; what questions are answered from, open and read-only, goes out."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from chatbot.catalogue import Catalogue
from chatbot.chunks import Chunk, split_sheet
from chatbot.config import BUILT_IN_EMBEDDING, Settings
from chatbot.embedding import Embedder, Vector, open_embedding
from chatbot.index.build import (
    EMBEDDING_FOLDER,
    KEYWORDS_FOLDER,
    OpenModel,
    open_model,
)
from chatbot.index.errors import REMEDY, IndexCorrupted, IndexMismatch, IndexMissing, IndexProblem
from chatbot.index.history import read_version_sheets
from chatbot.index.integrity import verify_files
from chatbot.index.manifest import EmbeddingChoice, Manifest, open_manifest
from chatbot.index.places import DATABASE, VECTORS_FOLDER, Place, copy_folder, open_folder
from chatbot.index.private import PrivateFolder, copy_privately
from chatbot.index.server_vectors import QUERY_SECONDS, ServerVectors
from chatbot.index.vectors import CHUNKS, COLLECTIONS, Vectors
from chatbot.index.versions import current_version
from chatbot.keywords import Keywords, open_keywords

CACHED_SHEETS = 1_000


class Chunks(Mapping[str, Chunk]):
    """Every chunk by ID, split from its sheet when asked for."""

    def __init__(self, catalogue: Catalogue, count: int) -> None:
        self._catalogue = catalogue
        self._count = count
        self.of_sheet = lru_cache(CACHED_SHEETS)(self._split)

    def _split(self, sheet_id: str) -> tuple[Chunk, ...]:
        """Give the chunks of one sheet; none for an unknown ID."""
        sheet = self._catalogue.get(sheet_id)
        return tuple(split_sheet(sheet)) if sheet else ()

    def __getitem__(self, chunk_id: str) -> Chunk:
        sheet_id, _, place = chunk_id.partition("#")
        chunks = self.of_sheet(sheet_id)
        if place.isdecimal() and int(place) < len(chunks):
            return chunks[int(place)]
        raise KeyError(chunk_id)

    def __iter__(self) -> Iterator[str]:
        return (chunk.chunk_id for sheet in self._catalogue.values() for chunk in split_sheet(sheet))

    def __len__(self) -> int:
        return self._count


class Index:
    """One version of the index, open: sheets, chunks, vectors, keywords and what else was built with them."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        catalogue: Catalogue,
        embedder: Embedder,
        keywords: Keywords,
        vectors: Vectors | ServerVectors,
        private: PrivateFolder | None = None,
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self.catalogue = catalogue
        self.embedder = embedder
        self.keywords = keywords
        self.chunks = Chunks(catalogue, manifest.count_documents(CHUNKS))
        self._vectors, self._private = vectors, private

    @property
    def version(self) -> str:
        """Name the version."""
        return self.folder.name

    @property
    def created_at(self) -> datetime:
        """Tell when the sheets were indexed."""
        return self.manifest.created_at

    def nearest(self, vector: Vector, count: int, collection: str = CHUNKS) -> list[tuple[str, float]]:
        """Give the IDs of the documents nearest to a unit vector with their cosine, best first.

        An ID of CHUNKS is a chunk's. One of EVERYDAY is its sheet's ID and "#0"; that sheet may not be loaded.
        """
        return self._vectors.nearest(collection, vector, count)

    def artefact(self, name: str) -> Path:
        """Give the folder of an artefact; raise IndexMismatch when the index was built without it."""
        if name not in self.manifest.artefacts:
            raise IndexMismatch(f"Index built without {name!r}. {REMEDY}")
        return self.folder / name

    @property
    def degraded(self) -> bool:
        """Whether the Chroma server is away: `nearest` gives nothing then."""
        return isinstance(self._vectors, ServerVectors) and self._vectors.away

    def on_return(self, act: Callable[[], None]) -> None:
        """Have something done when the Chroma server is there again."""
        if isinstance(self._vectors, ServerVectors):
            self._vectors.on_return = act

    def close(self) -> None:
        """Close the collections."""
        self._vectors.close()
        if self._private:
            self._private.close()


def open_index(vectorstore: Path, settings: Settings, *, open_model: OpenModel = open_model) -> Index:
    """Open the current version; raise IndexMissing, IndexMismatch or IndexCorrupted, each with what to run."""
    version = current_version(vectorstore)
    if version is None:
        raise IndexMissing(f"There is no index in '{vectorstore}'. {REMEDY}")
    return open_version(vectorstore / version, settings, open_model=open_model)


def open_version(folder: Path, settings: Settings, *, open_model: OpenModel = open_model) -> Index:
    """Open one version; raise IndexMismatch or IndexCorrupted, each with what to run."""
    manifest = open_manifest(folder)
    choice = EmbeddingChoice.of(settings)
    if manifest.choice != choice:
        raise IndexMismatch(f"Index built with {manifest.choice}, settings ask for {choice}. {REMEDY}")
    place = Place.of(settings)
    if manifest.vectors != place.kind:
        wanted = "name no such server" if place.kind == "folder" else f"name {place}"
        held = "its folder" if manifest.vectors == "folder" else "a Chroma server"
        raise IndexMismatch(f"Index with its vectors in {held}, settings {wanted}. Set CHATBOT_CHROMA_URL, or {REMEDY}")
    embedder = None if choice.model == BUILT_IN_EMBEDDING else open_model(choice)
    try:
        verify_files(folder)
        return _open_version(folder, manifest, embedder or open_embedding(folder / EMBEDDING_FOLDER), place)
    except IndexProblem:
        raise
    except Exception as error:  # whatever Chroma, NumPy, JSON or the system make of a damaged file
        detail = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise IndexCorrupted(f"The index '{folder}' is damaged ({detail}). {REMEDY} --full") from error


def _open_version(folder: Path, manifest: Manifest, embedder: Embedder, place: Place) -> Index:
    if embedder.name != manifest.embedding:
        raise IndexMismatch(f"Index built with '{manifest.embedding}', the embedding is '{embedder.name}'. {REMEDY}")
    catalogue = Catalogue(read_version_sheets(folder).values())
    keywords = open_keywords(folder / KEYWORDS_FOLDER)
    counts = {collection: manifest.count_documents(collection) for collection in COLLECTIONS}
    if place.kind == "server":
        reach = ServerVectors(partial(place.open, folder, QUERY_SECONDS), counts, manifest.dimension)
        return Index(folder, manifest, catalogue, embedder, keywords, reach)
    if not (folder / VECTORS_FOLDER / DATABASE).is_file():
        raise FileNotFoundError(f"{VECTORS_FOLDER}/{DATABASE} is missing")
    # Chroma writes into a folder that it only reads from, and shares it with no other process; 48 MB here.
    source, private = copy_privately(folder / VECTORS_FOLDER, copy_folder)
    vectors = open_folder(source)
    index = Index(folder, manifest, catalogue, embedder, keywords, vectors, private)
    try:
        vectors.check(counts, manifest.dimension)  # now rather than in the first answer
    except Exception:
        index.close()
        raise
    return index
