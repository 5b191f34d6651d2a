"""A question and the index in; the candidate sheets with what speaks for each, as numbers, out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from chatbot.catalogue import Catalogue, fold
from chatbot.embedding import Embedder, Vector
from chatbot.index import CHUNKS, EVERYDAY
from chatbot.keywords import Keywords, KeywordScores
from chatbot.naming import Mention, Names
from chatbot.sheets import FORMATION

Floats = npt.NDArray[np.float32]
# What the names in the question say of a sheet, of the best of them where several name it.
OF_NAMES = (
    "identified", "named", "named_rank", "named_partly", "named_as_goal", "named_as_past", "named_share",
)  # fmt: skip
FEATURES = (
    "text", "name", "everyday", "chunk_cosine", "everyday_cosine",
    "text_rank", "name_rank", "everyday_rank", "chunk_rank", "everyday_cosine_rank",
    "name_held", "name_held_weight", "question_held",
    *OF_NAMES, "named_alone",
    "formation", "formation_asked", "metier_while_diploma_asked", "diploma_fits", "bare",
)  # fmt: skip
FIRST_OF_NAMES = FEATURES.index(OF_NAMES[0])
NOT_NAMED = (0.0,) * len(OF_NAMES)
# How many of the best by each way of looking become candidates: sheets by keywords, chunks and everyday texts by
# cosine (several may be of one sheet), sheets of one name.
TOP_KEYWORDS, TOP_CHUNKS, TOP_EVERYDAY, MOST_NAMED = 40, 120, 60, 60
NEAR_BEFORE = 4
# In those words before a name: what makes it what is asked about, or what the person already is or has. The ranker is
# fitted with these; `question/roles.py` tells the part of a name more finely, for what comes after ranking.
GOAL = frozenset({
    "devenir", "deviens", "devenait", "etre", "metier", "metiers", "profession", "poste", "viser", "vise", "faire",
    "salaire", "gagne", "gagnent", "paye", "payes", "mission", "missions", "formation", "formations", "plutot",
})  # fmt: skip
PAST = frozenset({
    "suis", "ai", "apres", "titulaire", "diplome", "diplomee", "passe", "termine", "finis", "fini", "fais", "mon", "eu",
    "depuis", "ancien", "ancienne", "ex", "etait", "etais", "travaille", "bosse", "eleve", "etudiant", "etudiante",
})  # fmt: skip


class SearchIndex(Protocol):
    """What retrieval needs of an index."""

    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def embedder(self) -> Embedder: ...
    @property
    def keywords(self) -> Keywords: ...
    def nearest(self, vector: Vector, count: int, collection: str = ...) -> list[tuple[str, float]]: ...


@dataclass(frozen=True, slots=True)
class Candidates:
    """The sheets that a question may be about, and their features, one row each, in the order of FEATURES."""

    sheet_ids: tuple[str, ...]
    features: Floats
    scores: KeywordScores


class FeatureSource:
    """Computes the features of questions over one index."""

    def __init__(self, index: SearchIndex, names: Names) -> None:
        self._index, self._names = index, names
        self._sheet_ids = index.keywords.sheet_ids
        sheets = [index.catalogue[sheet_id] for sheet_id in self._sheet_ids]
        self._formation = np.array([sheet.kind == FORMATION for sheet in sheets])
        self._bare = np.array([not sheet.detailed for sheet in sheets])
        self._stems_of = lru_cache(maxsize=None)(self._read_names)

    def find(self, query: str, kind: str | None = None) -> Candidates:
        """Gather the candidates of a question: the best by each way of looking, and the sheets named in it."""
        index = self._index
        mentions = self._names.find(query)
        scores = index.keywords.score(" ".join([query, *self._names.expand(query)]))
        vector = index.embedder.encode_query(query)
        chunks = self._best_of(index.nearest(vector, TOP_CHUNKS, CHUNKS))
        everyday = self._best_of(index.nearest(vector, TOP_EVERYDAY, EVERYDAY))
        places = set(chunks) | set(everyday)
        for values in (scores.text, scores.everyday, scores.name):
            places.update(_top(values, TOP_KEYWORDS))
        named = self._place_mentions(query, mentions)
        places.update(named)
        if kind is not None:
            wanted = kind == FORMATION
            places = {place for place in places if self._formation[place] == wanted}
        chosen = np.array(sorted(places), np.int64)
        rows = np.zeros((len(chosen), len(FEATURES)), np.float32)
        columns = {name: rows[:, number] for number, name in enumerate(FEATURES)}
        for name, values in (("text", scores.text), ("name", scores.name), ("everyday", scores.everyday)):
            columns[name][:] = values[chosen] / max(float(values.max(initial=0)), 1e-6)
            columns[f"{name}_rank"][:] = _reciprocal_ranks(values[chosen])
        for name, rank, found in (
            ("chunk_cosine", "chunk_rank", chunks),
            ("everyday_cosine", "everyday_cosine_rank", everyday),
        ):
            floor = min(found.values(), default=0.0)
            columns[name][:] = [found.get(place, floor) for place in chosen.tolist()]
            columns[rank][:] = _reciprocal_ranks(columns[name])
        self._add_names(query, chosen, scores.name, columns)
        for place, speaking in named.items():
            rows[chosen == place, FIRST_OF_NAMES : FIRST_OF_NAMES + len(OF_NAMES)] = speaking
        columns["named_alone"][:] = columns["named"] * (sum(1 for m in mentions if m.score > 0.5) == 1)
        self._add_kinds(query, chosen, columns)
        return Candidates(tuple(self._sheet_ids[place] for place in chosen.tolist()), rows, scores)

    def _best_of(self, found: Sequence[tuple[str, float]]) -> dict[int, float]:
        """Give the best cosine of each sheet, by its place."""
        best: dict[int, float] = {}
        for document_id, cosine in found:
            place = self._index.keywords.places.get(document_id.partition("#")[0])
            if place is not None:
                best[place] = max(best.get(place, -1.0), cosine)
        return best

    def _place_mentions(self, query: str, mentions: Sequence[Mention]) -> dict[int, tuple[float, ...]]:
        """Give the features OF_NAMES of each sheet named, by its place."""
        weight = self._weigh(query) or 1.0
        named: dict[int, tuple[float, ...]] = {}
        for mention in mentions:
            before = fold(query[: mention.start]).replace("'", " ").split()[-NEAR_BEFORE:]
            for turn, sheet_id in enumerate(mention.sheet_ids[:MOST_NAMED]):
                place = self._index.keywords.places.get(sheet_id)
                if place is None:
                    continue
                value = mention.score / len(mention.sheet_ids) ** 0.25
                part = mention.source == "partial"
                found = (
                    float(mention.source == "id"),
                    0.0 if part else value,
                    1 / (1 + turn),
                    value if part else 0.0,
                    value * bool(GOAL & set(before)),
                    value * (bool(PAST & set(before)) and not GOAL & set(before)),
                    0.0 if part else value * self._weigh(mention.text) / weight,
                )
                named[place] = tuple(map(max, found, named.get(place, NOT_NAMED)))
        return named

    def _weigh(self, text: str) -> float:
        return sum(map(self._index.keywords.weight_of, set(self._index.keywords.stems_of(text))))

    def _add_names(
        self, query: str, chosen: npt.NDArray[np.int64], scores: Floats, columns: dict[str, Floats]
    ) -> None:
        """Measure how much of a sheet's best name the question holds, and of the question that name.

        A sheet without a score for its names shares no word with the question.
        """
        keywords = self._index.keywords
        asked = {stem: keywords.weight_of(stem) for stem in keywords.stems_of(query)}
        total = sum(asked.values()) or 1.0
        for row in np.flatnonzero(scores[chosen]).tolist():
            best = (0.0, 0.0)
            for stems, weight in self._stems_of(self._sheet_ids[chosen[row]]):
                if stems.isdisjoint(asked):
                    continue
                common = sum(asked[stem] for stem in stems if stem in asked)
                best = max(best, (common / weight, common))
            columns["name_held"][row], columns["name_held_weight"][row] = best[0], best[0] * best[1] / 10
            columns["question_held"][row] = best[1] / total

    def _read_names(self, sheet_id: str) -> tuple[tuple[frozenset[str], float], ...]:
        keywords = self._index.keywords
        forms = {form for name in self._index.catalogue[sheet_id].names for form in name.forms}
        found = {frozenset(keywords.stems_of(form)) for form in sorted(forms)}
        return tuple((stems, sum(keywords.weight_of(stem) for stem in stems)) for stems in found if stems)

    def _add_kinds(self, query: str, chosen: npt.NDArray[np.int64], columns: dict[str, Floats]) -> None:
        asked = self._names.diplomas_in(query)
        formation = self._formation[chosen]
        columns["formation"][:] = formation
        columns["bare"][:] = self._bare[chosen]
        if asked:
            columns["formation_asked"][:] = formation
            columns["metier_while_diploma_asked"][:] = ~formation
            columns["diploma_fits"][:] = [
                self._names.diploma_of(self._sheet_ids[place]) in asked for place in chosen.tolist()
            ]


def _top(values: Floats, count: int) -> list[int]:
    if len(values) <= count:
        return [int(place) for place in np.flatnonzero(values > 0)]
    best = np.argpartition(-values, count)[:count]
    return [int(place) for place in best if values[place] > 0]


def _reciprocal_ranks(values: Floats) -> Floats:
    """Give 1 / (1 + rank): 1 for the best, ½ for the next…; equal values share the better rank."""
    if not len(values):
        return values
    ordered = np.sort(values)[::-1]
    ranks = np.searchsorted(-ordered, -values, side="left")
    return (1 / (1 + ranks)).astype(np.float32)


