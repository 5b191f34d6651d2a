"""An embedder of 256 numbers that counts words, for the tests of what needs vectors."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from chatbot.embedding import Vector
from chatbot.embedding.words import split_words


@dataclass
class FakeEmbedder:
    """Counts the words of a text in 256 places, and remembers the documents that it encoded."""

    name: str = "fake"
    dimension: int = 256
    encoded: list[str] = field(default_factory=list)

    def encode_documents(self, texts: Sequence[str]) -> Vector:
        self.encoded += texts
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def encode_query(self, text: str) -> Vector:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in split_words(text):
            vector[zlib.crc32(word.encode()) % self.dimension] += 1
        return vector / max(float(np.linalg.norm(vector)), 1e-12)
