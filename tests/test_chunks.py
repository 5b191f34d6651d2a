"""Chunks: one per passage under its breadcrumb, none too long, the facts of every sheet among them."""

import pytest

from chatbot.chunks import FACTS, MAX_CHARACTERS, split_sheet, split_text
from chatbot.sheets import Link, Name, Niveau, Rome, Salaire, Section, Sheet

SHEET = Sheet(
    sheet_id="MET.1",
    kind="metier",
    title="dompteur de puces",
    names=(Name("dompteur de puces", "dompteuse de puces", "dompteur de puces"), Name("puciste")),
    niveau=Niveau("CAP ou équivalent", -2),
    salaire=Salaire("1 850 euros brut par mois"),
    statuts=("artisan", "salarié"),
    interets=("j'aime les animaux",),
    romes=(Rome("A1234", "Dressage"), Rome("B5678")),
    formations=(Link("FOR.1", "CAP puces"),),
    sections=(
        Section("Nature du travail", "", "Il ou elle dresse des puces."),
        Section("Conditions de travail", "De longues journées", "Les puces dorment peu."),
        Section("Vie professionnelle", "", ""),
    ),
)


def test_each_passage_is_a_chunk_under_its_breadcrumb() -> None:
    chunks = split_sheet(SHEET)[1:]
    assert [(chunk.chunk_id, chunk.breadcrumb, chunk.text) for chunk in chunks] == [
        ("MET.1#1", "dompteur de puces › Nature du travail", "Il ou elle dresse des puces."),
        ("MET.1#2", "dompteur de puces › Conditions de travail › De longues journées", "Les puces dorment peu."),
    ]
    assert {(chunk.sheet_id, chunk.kind) for chunk in chunks} == {("MET.1", "metier")}


def test_the_facts_come_first() -> None:
    facts = split_sheet(SHEET)[0]
    assert (facts.chunk_id, facts.heading, facts.breadcrumb) == ("MET.1#0", FACTS, "dompteur de puces › Fiche")
    assert facts.text.splitlines() == [
        "dompteur de puces",
        "Autres noms : dompteuse de puces, puciste",
        "Niveau d'accès minimum : CAP ou équivalent",
        "Salaire : 1 850 euros brut par mois",
        "Statuts possibles : artisan, salarié",
        "Centres d'intérêt : j'aime les animaux",
        "ROME : A1234 Dressage, B5678",
        "Formations recommandées : CAP puces",
    ]


def test_a_sheet_of_a_title_alone_has_one_chunk() -> None:
    chunks = split_sheet(Sheet(sheet_id="FOR.1", kind="formation", title="CAP puces"))
    assert [chunk.text for chunk in chunks] == ["CAP puces"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("", [], id="empty"),
        pytest.param(" \n ", [], id="blank"),
        pytest.param("Court.", ["Court."], id="short"),
        pytest.param("Un deux.\nTrois quatre.", ["Un deux.", "Trois quatre."], id="paragraphs"),
        pytest.param("Un deux. Trois quatre.", ["Un deux.", "Trois quatre."], id="sentences"),
        pytest.param("un deux trois quatre cinq", ["un deux trois", "quatre cinq"], id="words"),
        pytest.param("a" * 30, ["a" * 13, "a" * 13, "a" * 4], id="one-endless-word"),
        pytest.param(
            "A.\nB.\nC.\nUn deux trois quatre.", ["A.\nB.\nC.", "Un deux trois", "quatre."], id="a-long-paragraph-last"
        ),
    ],
)
def test_a_long_text_is_cut_where_it_pauses(text: str, parts: list[str]) -> None:
    assert split_text(text, 13) == parts


def test_a_long_passage_keeps_its_words_and_its_breadcrumb() -> None:
    text = "\n".join(f"Phrase numéro {number} sur les puces savantes." for number in range(100))
    chunks = split_sheet(Sheet("MET.2", "metier", "puciste", sections=(Section("En bref", "", text),)))[1:]
    assert len(chunks) == 4
    assert max(len(chunk.text) for chunk in chunks) <= MAX_CHARACTERS
    assert {chunk.breadcrumb for chunk in chunks} == {"puciste › En bref"}
    assert "\n".join(chunk.text for chunk in chunks) == text
