"""The seed sheets: the founding one untouched, the others complete and in our own words."""

import hashlib
import re
from pathlib import Path

import pytest

from chatbot.catalogue import Catalogue
from chatbot.sheets import read_sheets

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
CORPUS = ROOT.parent / "shared" / "corpus"
FOUNDING = "MET.854"
FOUNDING_SHA256 = "51a4b5c88bfb18dcb864a90ee71723289b0b75e3ae0b6bcfa282c7f2d6a32bb3"
SHINGLE = 8


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    reading = read_sheets([SEEDS])
    assert reading.problems == ()
    return Catalogue(reading.sheets.values())


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def shingles_of(text: str) -> set[tuple[str, ...]]:
    words = words_of(text)
    return {tuple(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}


def test_the_founding_sheet_is_untouched() -> None:
    data = (SEEDS / "MET.854_responsable_e_commerce.md").read_bytes()
    assert hashlib.sha256(data).hexdigest() == FOUNDING_SHA256


def test_every_formation_that_the_founding_sheet_cites_is_there(catalogue: Catalogue) -> None:
    cited = {link.sheet_id: link.title for link in catalogue[FOUNDING].formations}
    assert len(cited) == 7
    assert set(catalogue) == {FOUNDING, *cited}
    for sheet_id, title in cited.items():
        assert catalogue[sheet_id].title == title
        assert FOUNDING in catalogue.metiers_of(sheet_id)


def test_every_seed_formation_has_its_facts_and_a_description(catalogue: Catalogue) -> None:
    for sheet in catalogue.of_kind("formation"):
        assert sheet.duree and sheet.certification and sheet.type and sheet.niveau and sheet.domaines and sheet.lien
        assert sheet.text_of("Description")


def test_no_sentence_of_the_corpus_is_copied(catalogue: Catalogue) -> None:
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    ours = {s for sheet in catalogue.of_kind("formation") for s in shingles_of(sheet.text_of("Description"))}
    assert len(ours) > 100
    copied = [
        (path.name, " ".join(shingle))
        for path in CORPUS.rglob("*.md")
        for shingle in ours & shingles_of(path.read_text(encoding="utf-8"))
    ]
    assert copied == []
