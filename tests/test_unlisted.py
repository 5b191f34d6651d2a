"""Occupations and diplomas that no sheet is about."""

import json
from pathlib import Path

import pytest

from chatbot.catalogue import fold
from chatbot.naming import Unlisted
from chatbot.naming.unlisted import UNLISTED
from chatbot.sheets import read_sheets

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "metiers"


@pytest.fixture
def unlisted(tmp_path: Path) -> Unlisted:
    rows = [{"names": ["croupier", "croupière"], "near": "jeux"}, {"names": ["croupier de bord"], "near": "mer"}]
    path = tmp_path / "unlisted.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return Unlisted(["agent de bord"], path)


@pytest.mark.parametrize(
    ("message", "text", "near"),
    [
        pytest.param("Comment devenir croupière ?", "croupière", "jeux", id="feminine"),
        pytest.param("les CROUPIERS", "CROUPIERS", "jeux", id="plural and capitals"),
        pytest.param("croupier de bord, ça existe ?", "croupier de bord", "mer", id="the longest"),
    ],
)
def test_a_name_without_a_sheet_is_found(unlisted: Unlisted, message: str, text: str, near: str) -> None:
    found = unlisted.find(message)
    assert found is not None
    assert (found.text, found.near, message[found.start : found.end]) == (text, near, text)


def test_other_words_are_none(unlisted: Unlisted) -> None:
    assert unlisted.find("comment devenir boulanger ?") is None
    assert unlisted.find("") is None
    assert Unlisted().find("un peu moins long ?") is None  # "moine" is listed


def test_a_name_that_a_sheet_bears_is_listed() -> None:
    assert Unlisted().find("herboriste") is not None
    assert Unlisted(["Herboriste"]).find("herboriste") is None


def test_every_line_names_something_and_says_where_to_look() -> None:
    rows = [json.loads(line) for line in UNLISTED.read_text(encoding="utf-8").splitlines()]
    names = [fold(name) for row in rows for name in row["names"]]
    assert len(names) == len(set(names))
    assert all(row["near"].strip() and row["names"] for row in rows)


def test_no_metier_of_onisep_is_called_unlisted() -> None:
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    sheets = read_sheets([CORPUS]).sheets.values()
    borne = {fold(form) for sheet in sheets for name in sheet.names for form in name.forms}
    rows = [json.loads(line) for line in UNLISTED.read_text(encoding="utf-8").splitlines()]
    assert [name for row in rows for name in row["names"] if fold(name) in borne] == []
