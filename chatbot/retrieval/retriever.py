"""A question in; the sheets it is about, best first, and their passages that answer it, out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from chatbot.catalogue import fold
from chatbot.chunks import FACTS, Chunk, split_sheet
from chatbot.embedding import AdaptedEmbedding
from chatbot.naming import Names
from chatbot.retrieval.coverage import Coverage
from chatbot.retrieval.features import Candidates, FeatureSource, Floats, SearchIndex
from chatbot.retrieval.ranker import read_weights, softmax
from chatbot.stages import staged

COSINE_SHARE = 2.0  # a passage's cosine counts this many times its keyword score scaled to 1
CACHED_QUERIES = 64


@dataclass(frozen=True, slots=True)
class SheetHit:
    """A sheet, how well it fits a question (any number), and its chance to be the one meant (0 to 1)."""

    sheet_id: str
    score: float
    chance: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk and how well it answers a question; scores compare within one call only."""

    chunk: Chunk
    score: float


class Retriever:
    """Ranks the sheets of one index for a question, and their passages."""

    def __init__(self, index: SearchIndex, names: Names, weights: Floats | None = None) -> None:
        self._index, self.names = index, names
        self._weights = read_weights() if weights is None else weights
        self._source = FeatureSource(index, names)
        embedder = index.embedder
        self._coverage = Coverage(index.keywords, embedder if isinstance(embedder, AdaptedEmbedding) else None)
        self._find = lru_cache(CACHED_QUERIES)(self._source.find)
        self._embed = lru_cache(4_000)(self._embed_chunk)

    def forget(self) -> None:
        """Forget what was found: the index finds more than it did."""
        self._find.cache_clear()

    @staged("retrieval")
    def rank(self, query: str, *, kind: str | None = None, limit: int = 20) -> list[SheetHit]:
        """Give the best sheets for a question, all or of one kind; none for a question without a known word."""
        candidates = self._find(query, kind)
        if not candidates.sheet_ids:
            return []
        scores = candidates.features @ self._weights
        chances = softmax(scores)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [SheetHit(candidates.sheet_ids[n], float(scores[n]), float(chances[n])) for n in best.tolist()]

    @staged("retrieval")
    def cover(self, query: str, sheet_ids: Sequence[str]) -> Floats:
        """Measure how much of a question these sheets say too: a row each, in the order of `COVERAGE`."""
        return self._coverage.measure(query, sheet_ids)

    def knows(self, word: str) -> bool:
        """Whether a word, as it is or inflected, stands in any sheet, name or everyday phrase."""
        return self._index.keywords.knows(word)

    @staged("retrieval")
    def holding(self, query: str) -> set[str]:
        """Give the sheets in which every word of a query stands: as it is or inflected, begun or slightly misspelt."""
        return self._index.keywords.holding(query, lambda word: self.names.correct(fold(word))[:2])

    def candidates(self, query: str) -> Candidates:
        """Give the candidates of a question with their features."""
        return self._find(query, None)

    @staged("retrieval")
    def passages(self, query: str, sheet_ids: Sequence[str], limit: int = 5) -> list[Hit]:
        """Give the passages of these sheets that answer a question best."""
        scores = self._find(query, None).scores
        keywords = self._index.keywords
        found = []
        for sheet_id in dict.fromkeys(sheet_ids):
            sheet = self._index.catalogue.get(sheet_id)
            if sheet is None:
                continue
            for chunk, score in zip(split_sheet(sheet), keywords.chunk_scores(scores, sheet_id), strict=False):
                if chunk.heading != FACTS:
                    found.append((chunk, float(score)))
        if not found:
            return []
        vector = self._index.embedder.encode_query(query)
        most = max(score for _, score in found) or 1.0
        hits = [Hit(c, score / most + COSINE_SHARE * float(vector @ self._embed(c))) for c, score in found]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def _embed_chunk(self, chunk: Chunk) -> Floats:
        return np.asarray(self._index.embedder.encode_documents([f"{chunk.heading} {chunk.text}"])[0], np.float32)
