"""The seed sheets: the founding one untouched, the others with the corpus's facts and prose of our own."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.catalogue import Catalogue
from chatbot.quality import find_level_conflict
from chatbot.sheets import FORMATION, METIER, Section, Sheet, read_sheets

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
CORPUS = ROOT.parent / "shared" / "corpus"
FOUNDING = "MET.854"
FOUNDING_SHA256 = "51a4b5c88bfb18dcb864a90ee71723289b0b75e3ae0b6bcfa282c7f2d6a32bb3"
# A valid ID that Onisep gives no sheet: its title stands only in the sheets of the métiers that cite it.
WITHOUT_SHEET = {"FOR.3000"}
LEVELS = {
    "sans diplôme", "3E", "autre formation", "diplôme national du brevet", "CAP ou équivalent",
    "CAP ou équivalent + 1 an", "bac ou équivalent", "bac + 1", "bac + 2", "bac + 3", "bac + 4", "bac + 5", "bac + 6",
    "bac + 7", "bac + 8", "bac + 9 et plus",
}  # fmt: skip
DOMAINES = 20  # "santé, social, sport", "armée, sécurité", …: what stands before the slash
INTERETS = 32
FACTS = (
    "kind", "title", "names", "niveau", "formations", "statuts", "interets", "romes", "sigle", "duree", "type",
    "certification", "metiers", "lien", "code_rncp", "code_scolarite", "code_nsf", "tutelle", "domaines", "gfe",
    "detailed",
)  # fmt: skip
OF_REFERENTIAL = {"romes", "domaines", "gfe"}  # the founding sheet is older than the referential's facts
SHINGLE = 8


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    reading = read_sheets([SEEDS])
    assert reading.problems == ()
    return Catalogue(reading.sheets.values())


@pytest.fixture(scope="module")
def corpus() -> Catalogue:
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    return Catalogue(read_sheets([CORPUS]).sheets.values())


def prose_of(sheet: Sheet) -> Iterator[Section]:
    """Give the passages in our words: all but those of the founding sheet and the salary, which is a fact."""
    if sheet.sheet_id != FOUNDING:
        yield from (section for section in sheet.sections if section.heading != "Salaire")


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def shingles_of(text: str) -> set[tuple[str, ...]]:
    words = words_of(text)
    return {tuple(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}


def figures_of(text: str) -> set[str]:
    return set(re.findall(r"\d+", re.sub(r"(?<=\d)[ \u00a0\u202f.](?=\d{3}\b)", "", text)))


def text_of(sheet: Sheet) -> str:
    niveau = sheet.niveau.text if sheet.niveau else ""
    facts = (sheet.title, sheet.duree, niveau, sheet.certification, *(link.title for link in sheet.formations))
    return "\n".join((*facts, *(f"{section.subheading}\n{section.text}" for section in sheet.sections)))


def test_the_founding_sheet_is_untouched() -> None:
    data = (SEEDS / "MET.854_responsable_e_commerce.md").read_bytes()
    assert hashlib.sha256(data).hexdigest() == FOUNDING_SHA256


def test_one_file_per_sheet_named_by_its_id(catalogue: Catalogue) -> None:
    for sheet in catalogue.values():
        assert len(sheet.files) == 1
        assert sheet.files[0].startswith(f"{sheet.sheet_id}_")


def test_metiers_of_every_level_interest_and_domaine(catalogue: Catalogue) -> None:
    metiers = list(catalogue.of_kind(METIER))
    assert len(metiers) == 48
    assert {sheet.niveau.text for sheet in metiers if sheet.niveau} == LEVELS
    assert len({interet for sheet in metiers for interet in sheet.interets}) == INTERETS
    assert len({domaine.split("/")[0] for sheet in metiers for domaine in sheet.domaines}) == DOMAINES


def test_levels_interests_and_domaines_are_all_those_of_the_corpus(corpus: Catalogue) -> None:
    metiers = list(corpus.of_kind(METIER))
    assert {sheet.niveau.text for sheet in metiers if sheet.niveau} == LEVELS
    assert len({interet for sheet in metiers for interet in sheet.interets}) == INTERETS
    assert len({domaine.split("/")[0] for sheet in metiers for domaine in sheet.domaines}) == DOMAINES


def test_every_cited_formation_has_its_sheet_and_no_other_is_there(catalogue: Catalogue) -> None:
    cited = {link.sheet_id: link.title for sheet in catalogue.of_kind(METIER) for link in sheet.formations}
    assert {sheet.sheet_id for sheet in catalogue.of_kind(FORMATION)} == cited.keys() - WITHOUT_SHEET
    for sheet_id in cited.keys() - WITHOUT_SHEET:
        assert catalogue[sheet_id].title == cited[sheet_id]


def test_a_formation_without_sheet_has_none_in_the_corpus(corpus: Catalogue) -> None:
    assert not WITHOUT_SHEET & corpus.keys()


def test_every_seed_formation_tells_what_it_is_and_how_long_it_takes(catalogue: Catalogue) -> None:
    for sheet in catalogue.of_kind(FORMATION):
        assert sheet.duree and sheet.type and sheet.domaines, sheet.sheet_id


def test_no_text_is_left_to_write(catalogue: Catalogue) -> None:
    unfinished = [path.name for path in sorted(SEEDS.glob("*.md")) if "<<" in path.read_text(encoding="utf-8")]
    assert unfinished == []


def test_facts_are_those_of_the_corpus(catalogue: Catalogue, corpus: Catalogue) -> None:
    differences = [
        (sheet.sheet_id, name, getattr(sheet, name), getattr(corpus[sheet.sheet_id], name))
        for sheet in catalogue.values()
        for name in FACTS
        if getattr(sheet, name) != getattr(corpus[sheet.sheet_id], name)
        and not (sheet.sheet_id == FOUNDING and name in OF_REFERENTIAL)
    ]
    assert differences == []


def test_salaries_are_the_words_of_the_corpus_unless_they_are_prose_without_figures(
    catalogue: Catalogue, corpus: Catalogue
) -> None:
    reworded = set()
    for sheet in catalogue.of_kind(METIER):
        ours, theirs = sheet.salaire, corpus[sheet.sheet_id].salaire
        assert (ours is None) == (theirs is None), sheet.sheet_id
        if ours and theirs and ours != theirs:
            assert ours.amounts == theirs.amounts == (), sheet.sheet_id
            assert ours.text.startswith("Variable") and theirs.text.startswith("Variable"), sheet.sheet_id
            reworded.add(sheet.sheet_id)
    assert reworded <= {"MET.33"}


def test_sections_are_those_of_the_corpus_down_to_the_levels_of_study(catalogue: Catalogue, corpus: Catalogue) -> None:
    added = {sheet.sheet_id for sheet in catalogue.of_kind(FORMATION)} & {
        link.sheet_id for link in catalogue[FOUNDING].formations
    }  # the founding formations have a description that Onisep gives none
    for sheet in catalogue.values():
        theirs = corpus[sheet.sheet_id]
        if sheet.sheet_id not in added:
            assert {s.heading for s in sheet.sections} == {s.heading for s in theirs.sections}, sheet.sheet_id
        for heading in ("Durée des études", "Accès au métier"):
            levels = [{s.subheading for s in each.sections_under(heading)} for each in (sheet, theirs)]
            assert levels[0] == levels[1], (sheet.sheet_id, heading)


def test_a_level_that_the_text_contradicts_is_contradicted_in_the_corpus_too(
    catalogue: Catalogue, corpus: Catalogue
) -> None:
    def contradicted(sheets: Catalogue) -> dict[str, bool]:
        conflicts = {sheet_id: find_level_conflict(sheets[sheet_id]) for sheet_id in catalogue}
        return {sheet_id: conflict.field_is_higher for sheet_id, conflict in conflicts.items() if conflict}

    assert contradicted(catalogue) == contradicted(corpus)


def test_every_figure_of_our_prose_stands_in_the_sheet_that_it_sums_up(catalogue: Catalogue, corpus: Catalogue) -> None:
    invented = [
        (sheet.sheet_id, section.heading, figure)
        for sheet in catalogue.values()
        for section in prose_of(sheet)
        for figure in figures_of(section.text) - figures_of(text_of(corpus[sheet.sheet_id]))
    ]
    assert invented == []


def test_no_sentence_of_the_corpus_is_copied(catalogue: Catalogue) -> None:
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    ours = {shingle for sheet in catalogue.values() for s in prose_of(sheet) for shingle in shingles_of(s.text)}
    assert len(ours) > 10_000
    copied = [
        (path.name, " ".join(shingle))
        for path in CORPUS.rglob("*.md")
        for shingle in ours & shingles_of(path.read_text(encoding="utf-8"))
    ]
    assert copied == []
