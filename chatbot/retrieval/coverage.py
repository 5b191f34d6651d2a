"""A question and sheets in; how much of what the question says each sheet says too, in kindred words, out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chatbot.embedding import AdaptedEmbedding
from chatbot.keywords import Keywords
from chatbot.retrieval.features import Floats

Numbers = npt.NDArray[np.int64]
# Of each word of the question, how near its nearest word in the sheet: summed by rarity, then by the adapted weights.
COVERAGE = ("sheet_covers", "passage_covers", "sheet_covers_weighted", "passage_covers_weighted")
FIELDS = ("text", "name", "everyday")
BLOCK = 128  # stems whose vectors stay in the processor's cache: twice as fast as all at once


class Coverage:
    """Compares the words of a question with the words of sheets, by their stems and by their adapted vectors."""

    def __init__(self, keywords: Keywords, embedding: AdaptedEmbedding | None) -> None:
        """Take the vectors of words from `embedding`; without one, only equal stems count as near."""
        self._keywords, self._embedding = keywords, embedding
        self._stems = {field: keywords.stems_by_document(field) for field in FIELDS}
        self._lengths = {field: np.diff(starts) for field, (_, starts) in self._stems.items()}
        if embedding is not None:
            sums = np.zeros((keywords.vocabulary_size, embedding.dimension), np.float32)
            numbers = keywords.number_words(embedding.words)
            np.add.at(sums, numbers[numbers >= 0], embedding.vectors[: len(numbers)][numbers >= 0].astype(np.float32))
            self._vectors = _scale(sums)

    def measure(self, query: str, sheet_ids: Sequence[str]) -> Floats:
        """Give a row a sheet, in the order of COVERAGE; each number from 0 to 1."""
        words = self._keywords.words_by_stem(query)
        if not words or not sheet_ids:
            return np.zeros((len(sheet_ids), len(COVERAGE)), np.float32)
        places = [self._keywords.documents_of(sheet_id) for sheet_id in sheet_ids]
        fields = [
            self._gather("text", [passages for passages, _ in places]),
            self._gather("name", [own for _, own in places]),
            self._gather("everyday", [own for _, own in places]),
        ]
        # Only the stems of these sheets are compared: some 4,000 of 30,000.
        held = np.zeros(self._keywords.vocabulary_size, bool)
        for found, _ in fields:
            held[found] = True
        stems = np.flatnonzero(held)
        near, shares = self._compare(words, stems)
        rows = np.cumsum(held) - 1
        passages, names, everyday = (self._best(near, rows[found], lengths) for found, lengths in fields)
        counts = [len(own) for own, _ in places]
        firsts = np.cumsum([0, *counts[:-1]])
        of_sheet = np.maximum(np.maximum(names, everyday), np.maximum.reduceat(passages, firsts, axis=0))
        of_passage = np.maximum(passages, np.repeat(names, counts, axis=0)) @ shares
        covered = np.zeros((len(sheet_ids), len(COVERAGE)), np.float32)
        covered[:, ::2] = of_sheet @ shares
        covered[:, 1::2] = np.maximum.reduceat(of_passage, firsts, axis=0)
        return covered

    def _compare(self, words: dict[str, str], stems: Numbers) -> tuple[Floats, Floats]:
        """Give how near these stems are to each word (0 to 1, a column a word), and the words' shares, two columns."""
        weights = rarity = np.array([self._keywords.weight_of(stem) for stem in words], np.float32)
        near = np.zeros((len(stems), len(words)), np.float32)
        if self._embedding is not None:
            vectors = self._embedding.sum_words(list(words.values()))
            weights = np.linalg.norm(vectors, axis=1)
            directions = _scale(vectors).T
            for start in range(0, len(stems), BLOCK):
                near[start : start + BLOCK] = self._vectors[stems[start : start + BLOCK]] @ directions
            np.maximum(near, 0.0, out=near)
        for column, number in enumerate(map(self._keywords.number_of, words)):
            if number is not None:
                place = np.searchsorted(stems, number)
                near[place : place + 1, column][stems[place : place + 1] == number] = 1.0
        return near, np.stack([rarity / rarity.sum(), weights / max(float(weights.sum()), 1e-9)], axis=1)

    def _gather(self, field: str, places: Sequence[range]) -> tuple[Numbers, Numbers]:
        """Give the stems of these documents of a field end to end, and how many each holds."""
        stems, starts = self._stems[field]
        lengths = np.concatenate([self._lengths[field][documents.start : documents.stop] for documents in places])
        return np.concatenate([stems[starts[each.start] : starts[each.stop]] for each in places]), lengths

    @staticmethod
    def _best(near: Floats, stems: Numbers, lengths: Numbers) -> Floats:
        """Give how near each word comes to each document, a row a document."""
        best = np.zeros((len(lengths), near.shape[1]), np.float32)
        filled = lengths > 0
        if filled.any():
            starts = np.cumsum(lengths) - lengths
            best[filled] = np.maximum.reduceat(near[stems], starts[filled], axis=0)
        return best


def _scale(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
