"""What an index was built from and with, as a JSON file beside it."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, computed_field, model_validator

from chatbot.config import Settings
from chatbot.index.errors import REMEDY, IndexCorrupted, IndexMismatch

FORMAT = 1  # raise it when an older index no longer opens or answers as it should
MANIFEST = "manifest.json"
VectorsPlace = Literal["folder", "server"]


class EmbeddingChoice(BaseModel):
    """The embedding that the settings ask for."""

    model_config = ConfigDict(frozen=True)
    model: str
    query_prompt: str
    document_prompt: str

    @classmethod
    def of(cls, settings: Settings) -> "EmbeddingChoice":
        """Take the choice from the settings."""
        return cls(
            model=settings.embedding,
            query_prompt=settings.embedding_query_prompt,
            document_prompt=settings.embedding_document_prompt,
        )

    def __str__(self) -> str:
        prompts = {"query": self.query_prompt, "document": self.document_prompt}
        given = ", ".join(f"{name} prompt {prompt!r}" for name, prompt in prompts.items() if prompt)
        return f"'{self.model}'" + (f" ({given})" if given else "")


class Group(BaseModel):
    """The documents of one sheet in a collection: what they say, hashed, and how many they are."""

    model_config = ConfigDict(frozen=True)
    digest: str
    count: int


class Manifest(BaseModel):
    """The contents of one version of an index; `artefacts` holds the fingerprint of what each was built from.

    `corpus_date` is when the sheets were first indexed as they are: a new index of the same sheets keeps it. `vectors`
    tells where the vectors are: in the version's folder, or on a Chroma server.
    """

    model_config = ConfigDict(frozen=True)
    format: int
    created_at: datetime
    corpus_date: datetime
    previous: str | None
    choice: EmbeddingChoice
    embedding: str
    dimension: int
    sheets: dict[str, str]
    collections: dict[str, dict[str, Group]]
    artefacts: dict[str, str]
    vectors: VectorsPlace = "folder"

    @model_validator(mode="before")
    @classmethod
    def _date_an_older_one(cls, data: dict[str, Any]) -> dict[str, Any]:
        return {"corpus_date": data.get("created_at"), **data}

    @computed_field  # type: ignore[prop-decorator]
    @property
    def corpus_version(self) -> str:
        """Name what all the sheets say: the same facts and texts have the same name wherever they come from."""
        listed = "\n".join(f"{sheet_id} {digest}" for sheet_id, digest in sorted(self.sheets.items()))
        return hashlib.blake2b(listed.encode(), digest_size=6).hexdigest()

    @property
    def made_with(self) -> tuple[EmbeddingChoice, VectorsPlace]:
        """Give what settings must ask for to open it."""
        return self.choice, self.vectors

    def count_documents(self, collection: str) -> int:
        """Count the documents of a collection."""
        return sum(group.count for group in self.collections[collection].values())

    def save(self, folder: Path) -> None:
        """Write the manifest into the folder of its version."""
        (folder / MANIFEST).write_text(self.model_dump_json(), encoding="utf-8")


class _Header(BaseModel):
    format: int


def open_manifest(folder: Path) -> Manifest:
    """Read the manifest of a version; raise IndexMismatch for another format, IndexCorrupted for anything else."""
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
        found = _Header.model_validate_json(data).format
        if found == FORMAT:
            return Manifest.model_validate_json(data)
    except (OSError, ValidationError) as error:
        raise IndexCorrupted(
            f"The index manifest '{path}' cannot be read ({type(error).__name__}). {REMEDY}"
        ) from error
    raise IndexMismatch(f"Index of format {found}, this program reads format {FORMAT}. {REMEDY}")
