"""The sheets that retrieval ranks, and what a message was understood to ask, in; the sheet that is meant first, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from chatbot.catalogue import Catalogue
from chatbot.question.case import Case
from chatbot.question.constraints import Levels
from chatbot.question.named import Named
from chatbot.question.roles import without_refused
from chatbot.retrieval import COVERAGE, Floats, SheetHit, read_weights, softmax
from chatbot.sheets import FORMATION, METIER, Sheet

WEIGHTS = Path(__file__).parent.parent / "data" / "resolver.json"
# What is asked speaks for a formation or against it: a feature each, the chance of the label on a formation's sheet.
LABELS = (
    "niveau", "diplomes", "duree", "acces", "salaire", "missions", "competences", "conditions", "statut", "emploi",
    "carriere", "poursuite", "metiers_apres", "contenu", "certification", "attendus", "type", "fiche",
)  # fmt: skip
NAMED = (
    "named_wanted", "named_had", "named_refused", "named_plainly", "named_partly", "named_exactly", "named_as_word",
    "named_alone", "named_at_length", "named_by_sheet", "named_by_sigle",
)  # fmt: skip
FITS = ("level_fits", "level_exceeds", "level_at_least", "formation_spoken_of", "formation_lacks", "metier_lacks")
FEATURES = ("ranked", *COVERAGE, *(f"formation_{label}" for label in LABELS), *NAMED, *FITS)
EXACT = 0.95  # the score of a name that is a title or an alias, without a slip
ASKED = 0.4  # the chance of a need from which a sheet without its section counts as lacking it
SECTIONS = {
    FORMATION: {"acces": "Accès", "poursuite": "Poursuite d'études", "contenu": "Description"},
    METIER: {"acces": "Accès au métier", "missions": "Nature du travail", "competences": "Compétences requises"},
}


class Ranker(Protocol):
    """What understanding needs of retrieval: sheets, best first, what they cover, and which words any of them knows."""

    def rank(self, query: str, *, kind: str | None = None, limit: int = 20) -> Sequence[SheetHit]: ...

    def cover(self, query: str, sheet_ids: Sequence[str]) -> Floats: ...

    def knows(self, word: str) -> bool: ...


class Resolver:
    """Orders ranked sheets by what a message names, asks and bounds; a linear model fitted like the ranker's."""

    def __init__(self, catalogue: Catalogue, ranker: Ranker, weights: Floats | None = None) -> None:
        self._catalogue, self._ranker = catalogue, ranker
        self._weights = read_weights(WEIGHTS, FEATURES) if weights is None else weights

    def resolve(self, case: Case) -> list[SheetHit]:
        """Give the hits, the one most likely meant first, each with its chance to be it; scores stay as they are."""
        hits = case.hits
        if not hits:
            return []
        meant = self.measure(case) @ self._weights
        chances = softmax(meant)
        order = np.argsort(-meant, kind="stable").tolist()
        return [replace(hits[place], chance=float(chances[place])) for place in order]

    def measure(self, case: Case) -> Floats:
        """Give a row a hit, in the order of FEATURES."""
        ids = [hit.sheet_id for hit in case.hits]
        formation = np.array([[self._catalogue.kind_of(sheet_id) == FORMATION] for sheet_id in ids], np.float32)
        labels = np.array([case.scores.get(label, 0.0) for label in LABELS], np.float32)
        return np.hstack(
            [
                np.array([[hit.score] for hit in case.hits], np.float32),
                self._ranker.cover(without_refused(case.question.message), ids),
                formation * labels,
                _measure_names(ids, case.named),
                np.array([self._measure_fit(self._catalogue[sheet_id], case) for sheet_id in ids], np.float32),
            ]
        )

    @staticmethod
    def _measure_fit(sheet: Sheet, case: Case) -> tuple[float, ...]:
        """Measure FITS for one sheet."""
        lacking = sum(
            case.scores.get(need, 0.0) > ASKED and not sheet.text_of(heading)
            for need, heading in SECTIONS[sheet.kind].items()
        )
        if sheet.kind == FORMATION:
            return (0.0, 0.0, 0.0, float(case.speaks_of_formation), lacking, 0.0)
        lacking += case.scores.get("salaire", 0.0) > ASKED and sheet.salaire is None
        return (*_fit_levels(sheet, case.question.levels), 0.0, 0.0, lacking)


def _measure_names(ids: Sequence[str], named: Sequence[Named]) -> Floats:
    measured = {sheet_id: dict.fromkeys(NAMED, 0.0) for sheet_id in ids}
    for item in named:
        mention = item.mention
        score = mention.score / len(mention.sheet_ids) ** 0.25
        asked = 0.0 if item.is_set_aside else score
        values = {"named_partly": asked}
        if not item.is_partial:
            values = {
                {"wanted": "named_wanted", "had": "named_had", "not_wanted": "named_refused"}.get(
                    item.role, "named_plainly"
                ): score,
                "named_exactly": float(mention.score >= EXACT and not item.is_set_aside),
                "named_as_word": score * item.is_plain_word,
                "named_alone": asked * (len(mention.sheet_ids) == 1),
                "named_at_length": asked * len(mention.text.split()) / 4,
                "named_by_sheet": asked * (mention.source in ("title", "alias")),
                "named_by_sigle": score * (mention.source == "sigle"),
            }
        for sheet_id in mention.sheet_ids:
            if sheet_id in measured:
                row = measured[sheet_id]
                row.update({name: max(row[name], value) for name, value in values.items()})
    return np.array([list(measured[sheet_id].values()) for sheet_id in ids], np.float32)


def _fit_levels(sheet: Sheet, levels: Levels) -> tuple[float, float, float]:
    rank = sheet.niveau.rank if sheet.niveau else None
    if rank is None:
        return (0.0, 0.0, 0.0)
    within = levels.highest is not None and rank <= levels.highest
    above = levels.highest is not None and rank > levels.highest
    least = 0.0 if levels.lowest is None else (1.0 if rank >= levels.lowest else -1.0)
    return (float(within), float(above), least)

