"""Texts come in and unit vectors go out: adapted French word vectors, or any sentence-transformers model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chatbot.embedding.models import EmbeddingError, ModelEmbedding, open_sentence_transformer
from chatbot.embedding.pairs import EverydayEntry, Pair, TextUnit, build_pairs
from chatbot.embedding.table import AdaptedEmbedding, Vector, open_embedding
from chatbot.embedding.training import adapt_embedding

__all__ = [
    "AdaptedEmbedding",
    "Embedder",
    "EmbeddingError",
    "EverydayEntry",
    "ModelEmbedding",
    "Pair",
    "TextUnit",
    "Vector",
    "adapt_embedding",
    "build_pairs",
    "open_embedding",
    "open_sentence_transformer",
]


class Embedder(Protocol):
    """What an index needs of an embedding; `name` changes whenever the vectors do."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode_documents(self, texts: Sequence[str]) -> Vector:
        """Return one unit vector per text, in order: float32, (texts, dimension)."""
        ...

    def encode_query(self, text: str) -> Vector:
        """Return the unit vector of one text; zeros when it holds no known word."""
        ...
