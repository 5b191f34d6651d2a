"""The name of any sentence-transformers model comes in; an embedder that applies its prompts goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chatbot.embedding.table import Vector

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class EmbeddingError(Exception):
    """An embedding can't be opened."""


@dataclass(frozen=True)
class ModelEmbedding:
    """A sentence-transformers model with its prompts."""

    name: str
    dimension: int
    model: SentenceTransformer
    query_prompt: str = ""
    document_prompt: str = ""

    def encode_documents(self, texts: Sequence[str]) -> Vector:
        """Return one unit vector per text, in order."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._encode(list(texts), self.document_prompt)

    def encode_query(self, text: str) -> Vector:
        """Return the unit vector of one text."""
        return np.asarray(self._encode([text], self.query_prompt)[0], dtype=np.float32)

    def _encode(self, texts: list[str], prompt: str) -> Vector:
        vectors = self.model.encode(texts, prompt=prompt, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


def open_sentence_transformer(name: str, query_prompt: str = "", document_prompt: str = "") -> ModelEmbedding:
    """Open a model by its folder or hub name; raise EmbeddingError when it can't be loaded."""
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(name)
    except Exception as error:  # a missing folder, no network, an unknown name, a foreign format: each its own type
        raise EmbeddingError(
            f"CHATBOT_EMBEDDING names {name!r}, which can't be loaded ({type(error).__name__}). "
            "Give the folder of a sentence-transformers model, or leave CHATBOT_EMBEDDING empty."
        ) from error
    # The prompts change the vectors, so they are part of the name that an index remembers.
    prompts = f" (query {query_prompt!r}, document {document_prompt!r})" if query_prompt or document_prompt else ""
    dimension = len(model.encode("dimension", show_progress_bar=False))
    return ModelEmbedding(name + prompts, dimension, model, query_prompt, document_prompt)
