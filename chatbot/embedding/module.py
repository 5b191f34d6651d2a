"""Texts come in through sentence-transformers; the unit vectors of an `AdaptedEmbedding` go out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from torch.nn import functional

from chatbot.embedding.table import AdaptedEmbedding, open_embedding


class AdaptedWordVectors(InputModule):
    """The adapted word vectors as the one module of a SentenceTransformer."""

    def __init__(self, embedding: AdaptedEmbedding) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.embedding = embedding
        self.register_buffer("vectors", torch.from_numpy(embedding.vectors.astype(np.float32)), persistent=False)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, torch.Tensor]:
        """Return the rows of the words of the texts end to end, their weights, and where each text starts."""
        rows, weights, starts = self.embedding.locate([(prompt or "") + text for text in inputs])
        return {
            "input_ids": torch.from_numpy(rows),
            "weights": torch.from_numpy(weights),
            "offsets": torch.from_numpy(starts),
        }

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Add the unit vector of each text, as `sentence_embedding`."""
        sums = functional.embedding_bag(
            features["input_ids"],
            self.get_buffer("vectors"),
            features["offsets"],
            per_sample_weights=features["weights"],
            mode="sum",
        )
        return features | {"sentence_embedding": functional.normalize(sums, dim=1)}

    def get_embedding_dimension(self) -> int:
        """Return the length of a vector."""
        return self.embedding.dimension

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Write the embedding into the folder."""
        self.embedding.save(Path(output_path))

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", *args: Any, **kwargs: Any) -> AdaptedWordVectors:
        """Read the embedding from a local folder."""
        return cls(open_embedding(Path(model_name_or_path, subfolder)))


def build_sentence_transformer(embedding: AdaptedEmbedding) -> SentenceTransformer:
    """Return the embedding as a SentenceTransformer; `save` it and open it with trust_remote_code=True."""
    return SentenceTransformer(modules=[AdaptedWordVectors(embedding)], device="cpu")
