"""Which of the ranked sheets a message means."""

from collections.abc import Sequence

import numpy as np
import pytest

from chatbot.catalogue import Catalogue
from chatbot.naming import Names
from chatbot.question import Question
from chatbot.question.case import Case
from chatbot.question.conversation import Memory
from chatbot.question.named import find_named
from chatbot.question.resolver import FEATURES, Resolver
from chatbot.retrieval import COVERAGE, Floats, SheetHit
from chatbot.sheets import FORMATION, METIER, Name, Niveau, Section, Sheet

TAMER = Sheet("MET.1", METIER, "dresseur de puces", names=(Name("dresseur de puces"),), niveau=Niveau("bac", 0.0))
KEEPER = Sheet("MET.2", METIER, "gardien de phare", names=(Name("gardien de phare"),), niveau=Niveau("bac + 5", 5.0))
CAP = Sheet(
    "FOR.1", FORMATION, "CAP dresseur de puces", names=(Name("CAP dresseur de puces"),),
    sections=(Section("Description", "", "Dresser."),),
)  # fmt: skip
CATALOGUE = Catalogue([TAMER, KEEPER, CAP])
NAMES = Names(CATALOGUE)


class NoCoverage:
    def rank(self, query: str, *, kind: str | None = None, limit: int = 20) -> Sequence[SheetHit]:
        return [SheetHit(sheet_id, 5.0, 0.3) for sheet_id in CATALOGUE]

    def cover(self, query: str, sheet_ids: Sequence[str]) -> Floats:
        return np.zeros((len(sheet_ids), len(COVERAGE)), np.float32)

    def knows(self, word: str) -> bool:
        return True


RANKER = NoCoverage()
RESOLVER = Resolver(CATALOGUE, RANKER)


def read(message: str, scores: dict[str, float]) -> Case:
    question = Question(message, "sheet")
    return Case(question, find_named(NAMES, message), scores, RANKER.rank(message), Memory())


def order(message: str, **scores: float) -> list[str]:
    meant = RESOLVER.resolve(read(message, scores))
    assert sum(sheet.chance for sheet in meant) == pytest.approx(1.0)
    return [sheet.sheet_id for sheet in meant]


@pytest.mark.parametrize(
    ("message", "scores", "first"),
    [
        pytest.param("devenir gardien de phare", {}, "MET.2", id="named"),
        pytest.param("pas dresseur de puces, gardien de phare", {}, "MET.2", id="refused"),
        pytest.param("salaire du dresseur de puces", {"salaire": 0.9}, "MET.1", id="pay is of a métier"),
        pytest.param("après le CAP dresseur de puces", {"poursuite": 0.9}, "FOR.1", id="studies after a formation"),
    ],
)
def test_the_sheet_that_is_meant_comes_first(message: str, scores: dict[str, float], first: str) -> None:
    assert order(message, **scores)[0] == first


def test_nothing_ranked_means_nothing() -> None:
    assert RESOLVER.resolve(Case(Question("x", "sheet"), [], {}, [], Memory())) == []


def test_features_stand_in_their_order() -> None:
    rows = RESOLVER.measure(read("gardien de phare", {}))
    assert rows.shape == (3, len(FEATURES))
    assert rows[:, FEATURES.index("named_exactly")].tolist() == [0.0, 1.0, 0.0]
