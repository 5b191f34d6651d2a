"""Scoring of answers, rule by rule, and the report of an evaluation."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from chatbot.answering import Answer, Chatbot
from chatbot.citations import Citation, cited_ids
from chatbot.evaluation import (
    Case,
    evaluate_answers,
    find_faults,
    mentions,
    read_questions,
    read_texts,
    render_failures,
    render_outcomes,
    share_right,
)
from chatbot.retrieval.retriever import SheetHit
from tests.small_world import RINGER, SHEETS, TAMER

TEXTS = {"MET.1": "# fleuriste\nDe 1 843 à 2031 euros brut par mois.", "MET.2": "# boulanger\nLe pain, 7 jours sur 7."}


class NoHits:
    def rank(self, query: str, *, kind: str | None = None, limit: int = 20) -> list[SheetHit]:
        return []

    def cover(self, query: str, sheet_ids: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.zeros(len(sheet_ids), np.float32)

    def knows(self, word: str) -> bool:
        return True


def case(expect: str = "answer", type: str = "salary", **given: tuple[object, ...]) -> Case:
    return Case("c-1", type, ("fleuriste, 39 h ?",), expect, **{"gold_ids": ("MET.1",), **given})  # type: ignore[arg-type]


def answer(text: str, status: str = "answered", excerpt: str = "") -> Answer:
    return Answer(text, status, tuple(Citation(i, "metier", i, "Titre", excerpt, "") for i in cited_ids(text)))


@pytest.mark.parametrize(
    ("text", "variants", "found"),
    [
        pytest.param("Il gagne 2\u202f031 €", ["2031"], True, id="thousands"),
        pytest.param("bac+5", ["bac + 5"], True, id="spaces"),
        pytest.param("Des ÉLÈVES motivés", ["eleve"], True, id="accents-case-inflection"),
        pytest.param("des sols", ["sol"], False, id="a-short-word-is-not-inflected"),
        pytest.param("en 12 mois", ["2 mois"], False, id="a-word-is-whole"),
        pytest.param("le cœur", ["poumon", "coeur"], True, id="one-variant-is-enough"),
        pytest.param("tout", ["…"], False, id="a-variant-without-a-word"),
    ],
)
def test_a_fact_is_found_in_any_spelling(text: str, variants: list[str], found: bool) -> None:
    assert mentions(text, variants) is found


@pytest.mark.parametrize(
    ("asked", "given", "kinds"),
    [
        pytest.param(case(), answer("De 1843 euros, 39 h [MET.1]."), [], id="right"),
        pytest.param(case(), answer("Voici [MET.1].", "clarify"), ["status"], id="status"),
        pytest.param(
            case("clarify", "ambiguous", gold_ids=(), any_of_ids=("MET.1", "MET.2")),
            answer("[MET.1] ou [MET.2]"),
            [],
            id="an-ambiguous-question-answered-for-two",
        ),
        pytest.param(case("support", gold_ids=()), answer("Courage.", "support"), ["help line"], id="no-help-line"),
        pytest.param(case("support", gold_ids=()), answer("Le 3114.", "support"), [], id="help-line"),
        pytest.param(case("redirect", gold_ids=()), answer("Non.", "not_found"), [], id="redirect"),
        pytest.param(case(), answer("[MET.2]"), ["gold not cited", "first citation"], id="another-sheet"),
        pytest.param(case(), answer("[MET.2] [MET.1]"), ["first citation"], id="another-sheet-first"),
        pytest.param(case(type="compare"), answer("[MET.2] [MET.1]"), [], id="order-is-free-in-lists"),
        pytest.param(
            case(gold_ids=(), any_of_ids=("MET.1",)), answer("[MET.2]"), ["gold not cited", "first citation"], id="any"
        ),
        pytest.param(case(must_mention=(("brut",), ("net",))), answer("brut [MET.1]"), ["fact missing"], id="missing"),
        pytest.param(case("not_found", must_mention=(("brut",),)), answer("Non.", "not_found"), [], id="not-demanded"),
        pytest.param(case(must_not_mention=(("net",),)), answer("net [MET.1]"), ["wrong fact"], id="wrong-fact"),
        pytest.param(case(), answer("mot " * 700 + "[MET.1]"), ["too long"], id="too-long"),
        pytest.param(case(type="explore"), answer("mot " * 700 + "[MET.1]"), [], id="longer-when-exploring"),
        pytest.param(
            case(),
            Answer("MET.2 [MET.1]", "answered", answer("[MET.1]").citations),
            ["ID in text without citation"],
            id="uncited-ID",
        ),
        pytest.param(case(type="reverse"), answer("[MET.1] [MET.3]"), ["invented ID"], id="invented-ID"),
        pytest.param(
            case(),
            answer("[MET.1]", excerpt="De 1\u00a0843 à 2 031 EUROS… par mois"),
            [],
            id="excerpt-with-words-left-out",
        ),
        pytest.param(case(), answer("[MET.1]", excerpt="le pain"), ["excerpt not in sheet"], id="excerpt-of-another"),
        pytest.param(case(), answer("1900 euros [MET.1]"), ["number not in cited sheets"], id="invented-number"),
        pytest.param(case(), answer("39 h, 9 fois, 25 métiers [MET.1]"), [], id="asked-small-and-counted-numbers"),
    ],
)
def test_an_answer_is_judged_by_each_rule(asked: Case, given: Answer, kinds: list[str]) -> None:
    assert [fault.kind for fault in find_faults(asked, given, TEXTS)] == kinds


def test_too_many_sheets_are_counted() -> None:
    many = answer(" ".join(f"[MET.{number}]" for number in range(1, 10)))
    assert [fault.kind for fault in find_faults(case(), many, {})] == ["too many sheets"]
    assert not find_faults(case(type="reverse"), many, {})


def test_without_texts_sources_are_not_checked() -> None:
    assert not find_faults(case(), answer("1900 euros [MET.1]", excerpt="le pain"), {})


def test_questions_are_read(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    row = {
        "id": "a-1",
        "type": "level",
        "turns": ["quel niveau ?"],
        "expect": "answer",
        "must_mention": [["bac", "BAC"], "2"],
    }
    path.write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    assert read_questions([path]) == [
        Case("a-1", "level", ("quel niveau ?",), "answer", must_mention=(("bac", "BAC"), ("2",)))
    ]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("{", id="no-JSON"),
        pytest.param('{"id": "a", "type": "level", "turns": ["?"]}', id="no-expect"),
        pytest.param('{"id": "a", "type": "level", "turns": ["?"], "expect": "anything"}', id="unknown-expect"),
        pytest.param('{"id": "a", "type": "level", "turns": [], "expect": "answer"}', id="no-turn"),
        pytest.param("[]", id="no-object"),
    ],
)
def test_a_wrong_line_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"questions\.jsonl, line 2: "):
        read_questions([path])


def test_the_texts_of_one_sheet_are_joined(tmp_path: Path) -> None:
    (tmp_path / "MET.7_fleuriste.md").write_text("# fleuriste", encoding="utf-8")
    (tmp_path / "metier_1.md").write_text("https://onisep.fr/metier/slug/MET.7 A1234", encoding="utf-8")
    (tmp_path / "notes.md").write_text("rien", encoding="utf-8")
    texts = read_texts([tmp_path])
    assert list(texts) == ["MET.7"]
    assert "# fleuriste" in texts["MET.7"] and "A1234" in texts["MET.7"]


def test_an_evaluation_reports_by_type_and_shows_why_cases_fail(bot: Chatbot) -> None:
    right = Case("a-1", "salary", ("quel salaire pour un dresseur de puces ?",), "answer", (TAMER,), (), (("1843",),))
    wrong = Case("a-2", "multi_turn", (*right.turns, "et le niveau ?"), "answer", (RINGER,))
    outcomes = evaluate_answers([right, wrong], bot, SHEETS)
    assert share_right(outcomes) == 0.5
    table = render_outcomes(outcomes)
    assert "salary                1 /    1" in table and "multi_turn            0 /    1" in table
    assert (
        "faults: gold not cited 1, first citation 1" in table or "faults: first citation 1, gold not cited 1" in table
    )
    assert table.endswith("right: 1 / 2 = 0.500")
    failures = render_failures(outcomes, bot, NoHits())
    assert "a-1" not in failures
    for shown in (
        "## a-2 (multi_turn, expects answer)",
        "> **user**: quel salaire pour un dresseur de puces ?",
        "> **et le niveau ?**",
        f"- gold not cited: {RINGER}",
        f"Right sheets: {RINGER} accordeur/euse de carillons",
        "followed True",
        f"Answer (answered; cites {TAMER}",
        "CAP ou équivalent",
    ):
        assert shown in failures
