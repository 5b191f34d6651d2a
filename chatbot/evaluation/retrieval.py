"""Questions with their right sheets in; how high each way of finding sheets ranks them, alone and fused, out."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chatbot.retrieval import FEATURES, Candidates, Floats, Retriever

MISSED = 10_000
ALONE = {
    "keywords: text": ("text",),
    "keywords: names": ("name",),
    "keywords: everyday": ("everyday",),
    "embedding: sections": ("chunk_cosine",),
    "embedding: everyday": ("everyday_cosine",),
    "names recognised": ("identified", "named", "named_partly"),
}
WITHOUT = {
    "fused without keywords": ("text", "name", "everyday", "text_rank", "name_rank", "everyday_rank"),
    "fused without embedding": ("chunk_cosine", "everyday_cosine", "chunk_rank", "everyday_cosine_rank"),
    "fused without everyday": ("everyday", "everyday_rank", "everyday_cosine", "everyday_cosine_rank"),
    "fused without names recognised": tuple(name for name in FEATURES if name.startswith(("named", "identified"))),
}
FUSED = "fused"


@dataclass(frozen=True, slots=True)
class RetrievalCase:
    """A question of one turn and the sheets that are right for it."""

    type: str
    question: str
    right: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many questions, the share with a right sheet among the first 1, 5 and 20, and the mean reciprocal rank."""

    count: int
    hit_1: float
    hit_5: float
    hit_20: float
    mrr: float

    @classmethod
    def of(cls, ranks: Sequence[int]) -> "Figures":
        """Sum up ranks counted from 1."""
        found = np.array(ranks or [MISSED])
        hit_1, hit_5, hit_20 = (float(np.mean(found <= most)) for most in (1, 5, 20))
        return cls(len(ranks), hit_1, hit_5, hit_20, float(np.mean(1 / found)))


def read_cases(paths: Iterable[Path]) -> list[RetrievalCase]:
    """Read the questions of one turn that have right sheets: `gold_ids`, else `any_of_ids`."""
    cases = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            right = frozenset(row.get("gold_ids") or row.get("any_of_ids") or ())
            if len(row["turns"]) == 1 and right:
                cases.append(RetrievalCase(row["type"], row["turns"][0], right))
    return cases


def evaluate_retrieval(
    cases: Iterable[RetrievalCase], retriever: Retriever, weights: Floats
) -> dict[str, dict[str, Figures]]:
    """Give the figures of each way of finding, by type of question and for all; `weights` are those of the ranker."""
    ways = {name: _one_hot(features) for name, features in ALONE.items()}
    ways[FUSED] = weights
    ways |= {name: weights * (1 - _one_hot(features)) for name, features in WITHOUT.items()}
    ranks: dict[str, dict[str, list[int]]] = {name: defaultdict(list) for name in ways}
    for case in cases:
        candidates = retriever.candidates(case.question)
        for name, way in ways.items():
            rank = rank_of(candidates, way, case.right)
            ranks[name][case.type].append(rank)
            ranks[name]["all"].append(rank)
    return {name: {kind: Figures.of(found) for kind, found in types.items()} for name, types in ranks.items()}


def rank_of(candidates: Candidates, weights: Floats, right: frozenset[str]) -> int:
    """Give the rank from 1 of the best right sheet; a wrong sheet of the same score comes before it."""
    scores = candidates.features @ weights
    is_right: npt.NDArray[np.bool_] = np.array([sheet_id in right for sheet_id in candidates.sheet_ids], bool)
    if not is_right.any():
        return MISSED
    return 1 + int(np.sum(scores[~is_right] >= scores[is_right].max()))


def render_table(figures: Mapping[str, Mapping[str, Figures]]) -> str:
    """Write the figures as two Markdown tables: every way over all questions, and the fused one by type."""
    lines = ["| retrieval | hit@1 | hit@5 | hit@20 | MRR |", "|---|---|---|---|---|"]
    lines += [_row(name, types["all"]) for name, types in figures.items() if "all" in types]
    lines += ["", "| fused, by type | hit@1 | hit@5 | hit@20 | MRR |", "|---|---|---|---|---|"]
    fused = figures[FUSED]
    kinds = sorted(fused, key=lambda kind: (kind == "all", kind))
    lines += [_row(f"{kind} ({fused[kind].count})", fused[kind]) for kind in kinds]
    return "\n".join(lines)


def _row(name: str, found: Figures) -> str:
    return f"| {name} | {found.hit_1:.2f} | {found.hit_5:.2f} | {found.hit_20:.2f} | {found.mrr:.2f} |"


def _one_hot(features: Sequence[str]) -> Floats:
    return np.array([name in features for name in FEATURES], np.float32)
