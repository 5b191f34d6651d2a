"""The quality of a catalogue: absences, dangling IDs, contradictions and shared names, each where it is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.catalogue import Catalogue
from chatbot.quality import Finding, Quality, dump_quality, inspect_catalogue, render_quality
from chatbot.sheets import (
    FORMATION,
    METIER,
    Link,
    Name,
    Niveau,
    Section,
    Sheet,
    parse_niveau,
    parse_salaire,
    read_sheets,
)

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"
METIER_SHEET = Sheet(
    "MET.1",
    METIER,
    "dompteur",
    names=(Name("dompteur"), Name("puciste")),
    niveau=Niveau("bac + 3", 3.0),
    salaire=parse_salaire("Variable"),
    formations=(Link("FOR.1", "CAP puces"),),
)
CAP = Sheet("FOR.1", FORMATION, "CAP puces", duree="2 ans", certification="niveau 3", metiers=("dompteur",))


def inspect(*sheets: Sheet) -> Quality:
    return inspect_catalogue(Catalogue(sheets))


def with_access(subheading: str, text: str) -> Sheet:
    return replace(METIER_SHEET, sections=(Section("Accès au métier", subheading, text),))


@pytest.mark.parametrize(
    ("sheets", "findings"),
    [
        pytest.param([METIER_SHEET, CAP], [], id="nothing"),
        pytest.param([METIER_SHEET], [("ID without a sheet", "FOR.1", "CAP puces, named by MET.1")], id="dangling"),
        pytest.param([METIER_SHEET, replace(CAP, metiers=("dompteur", "fantôme"))],
                     [("métier named that has no sheet", "FOR.1", "fantôme")], id="dangling title"),
        pytest.param([METIER_SHEET, replace(CAP, title="CAP cirque")],
                     [("title between sheets", "MET.1 FOR.1", "'CAP puces' in the one, 'CAP cirque' in the other")],
                     id="titles"),
        pytest.param([METIER_SHEET, replace(CAP, metiers=())],
                     [("link one way only", "MET.1 FOR.1", "the formation does not name it")], id="one way"),
        pytest.param([with_access("", "Aucun diplôme requis."), CAP],
                     [("level higher than the text's", "MET.1", "'bac + 3', the text says 'Aucun diplôme requis'")],
                     id="no diploma"),
        pytest.param([with_access("Niveau bac + 5", "Master."), CAP],
                     [("level lower than the text's", "MET.1", "'bac + 3', the text says 'bac + 5'")], id="heading"),
        pytest.param([with_access("Niveau bac + 3", "Après le bac + 5, mieux."), CAP], [], id="the same heading"),
        pytest.param([METIER_SHEET, replace(CAP, niveau=parse_niveau("bac + 2"))],
                     [("certification against exit level", "FOR.1", "'niveau 3' and 'bac + 2'")], id="two levels"),
        pytest.param([METIER_SHEET, replace(CAP, sections=(Section("Description", "", "Se prépare en trois ans."),))],
                     [("duration against text", "FOR.1", "'2 ans', the text says 'trois ans'")], id="duration"),
        pytest.param([replace(METIER_SHEET, sections=(Section("Durée des études", "", "1 an."),)), CAP],
                     [("duration between sheets", "MET.1 FOR.1", "'1 an' in the one, '2 ans' in the other")],
                     id="durations"),
        pytest.param([METIER_SHEET, CAP, replace(METIER_SHEET, sheet_id="MET.2", names=(Name("b"), Name("Puciste")))],
                     [("link one way only", "MET.2 FOR.1", "the formation does not name it"),
                      ("name of several métiers", "MET.1 MET.2", "puciste")], id="alias"),
        pytest.param([METIER_SHEET, replace(CAP, sigle="CD"), Sheet("FOR.2", FORMATION, "autre", sigle="CD")],
                     [("sigle of several formations", "FOR.1 FOR.2", "CD")], id="sigle"),
        pytest.param([replace(METIER_SHEET, niveau=parse_niveau("autre formation")), CAP],
                     [("level off the ladder", "MET.1", "'autre formation' (1 sheets)")], id="level"),
    ],
)  # fmt: skip
def test_a_finding_names_its_sheets_and_both_words(sheets: list[Sheet], findings: list[tuple[str, str, str]]) -> None:
    expected = tuple(Finding(kind, tuple(ids.split()), detail) for kind, ids, detail in findings)
    assert inspect(*sheets).findings == expected


def test_absences_are_told_by_kind_and_an_answer_without_a_figure_is_none() -> None:
    quality = inspect(METIER_SHEET, CAP, Sheet("FOR.2", FORMATION, "du référentiel", detailed=False))
    absent = {(absence.kind, absence.fact): absence.sheet_ids for absence in quality.absences}
    assert ("metier", "Salaire") not in absent and quality.counts["salaries without a figure"] == 1
    assert absent["metier", "Statuts possibles"] == ("MET.1",)
    assert absent["formation", "Durée"] == ("FOR.2",)
    assert absent["formation with a sheet of its own", "Description"] == ("FOR.1",)


def test_the_text_shows_some_and_the_json_all() -> None:
    quality = inspect(*(replace(METIER_SHEET, sheet_id=f"MET.{n}", names=(Name(f"m{n}"),)) for n in range(1, 9)), CAP)
    text = render_quality(quality, shown=2)
    assert "link one way only: 8" in text and "  … and 6 more" in text
    assert len(json.loads(dump_quality(quality))["findings"]) == len(quality.findings) >= 8


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus at ../shared/corpus")
def test_the_real_corpus_has_what_is_known_of_it() -> None:
    quality = inspect_catalogue(Catalogue(read_sheets([CORPUS]).sheets.values()))
    kinds: dict[str, set[str]] = {}
    for finding in quality.findings:
        kinds.setdefault(finding.kind, set()).update(finding.sheet_ids)
    absent = {(absence.kind, absence.fact): len(absence.sheet_ids) for absence in quality.absences}
    assert (quality.counts["métiers"], quality.counts["formations"]) == (1_043, 5_776)
    assert (absent["metier", "Salaire"], absent["metier", "Statuts possibles"]) == (177, 5)
    assert absent["formation with a sheet of its own", "Description"] == 1_496
    assert len(kinds["ID without a sheet"]) == 39
    assert {"MET.635", "MET.330", "MET.805", "MET.769", "MET.91"} <= kinds["level higher than the text's"]
    assert "FOR.11989" in kinds["duration against text"]
    assert {"MET.561", "FOR.7120"} <= kinds["duration between sheets"]
    assert {"MET.313", "MET.691", "MET.8090", "MET.7927"} <= kinds["name of several métiers"]
    assert "FOR.1014" in kinds["sigle of several formations"]
    assert "link one way only" not in kinds  # the 347 cases are formation sheets cut at ten métiers
