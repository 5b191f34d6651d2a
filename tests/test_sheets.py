"""Parsing sheets: every trap of the material in an invented sheet."""

import time
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.sheets import (
    METIER,
    Link,
    Name,
    Niveau,
    Rome,
    Sheet,
    SheetError,
    content_hash,
    dump_sheets,
    levels_in,
    load_sheets,
    parse_sheet,
    study_years,
)
from tests.sheet_texts import FORMATION_TEXT, GOOD, METIER_TEXT, passages


def metier(body: str, title: str = "dresseur de nuages") -> Sheet:
    return parse_sheet(f"# {title}\n**ID:** MET.90001\n\n{dedent(body)}", "any.md")


def test_a_metier_sheet_gives_its_typed_facts() -> None:
    sheet = parse_sheet(METIER_TEXT, "MET.90001_dresseur_de_nuages.md")
    assert (sheet.sheet_id, sheet.kind, sheet.title) == ("MET.90001", METIER, "dresseur/euse de nuages")
    assert sheet.names == (
        Name("dresseur/euse de nuages", "dresseuse de nuages", "dresseur de nuages"),
        Name("berger/ère du ciel", "bergère du ciel", "berger du ciel"),
    )
    assert sheet.romes == (Rome("Z9901"), Rome("Z9902"))
    assert sheet.niveau == Niveau("CAP ou équivalent", -2.0)
    assert sheet.formations == (
        Link("FOR.90001", "CAP météo douce (option A)"),
        Link("FOR.90002", "licence de brume"),
    )
    assert sheet.statuts == ("salarié", "indépendant")
    assert sheet.interets == ("j'aime la nature",)
    assert sheet.salaire is not None
    assert [(amount.value, amount.unit) for amount in sheet.salaire.amounts] == [(1900, "mois"), (2100, "mois")]


def test_a_metier_sheet_gives_clean_sections_under_inverted_and_indented_headings() -> None:
    sheet = parse_sheet(METIER_TEXT, "MET.90001_dresseur_de_nuages.md")
    assert passages(sheet) == [
        ("Présentation", "", "Guide les nuages là où la pluie manque."),
        ("En bref", "", "Chaque matin, il faut rassembler le troupeau."),
        ("Durée des études", "Après la 3e", "2 ans pour un CAP météo douce."),
        ("Durée des études", "Après le bac", "3 ans pour une licence de brume."),
        (
            "Salaire",
            "Salaire du débutant",
            "A partir de 1900 euros brut par mois, en plaine\nA partir de 2100 euros brut par mois, en montagne",
        ),
        ("Intégrer le marché du travail", "Un ciel porteur", "Les départs sont nombreux."),
        ("Accès au métier", "", "Il faut aimer le vent."),
        ("Accès au métier", "Niveau CAP", "CAP météo douce\nCAP pluie fine"),
        ("Accès au métier", "Niveau bac + 3", "Licence de brume"),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            """\
            ## En bref

            Un résumé.

                        ### Après le bac
                        3 ans de licence.
            """,
            [("En bref", "", "Un résumé."), ("Durée des études", "Après le bac", "3 ans de licence.")],
            id="no 'Durée des études' heading",
        ),
        pytest.param(
            """\
            ## En bref

            Un résumé.

                        Après la 3e

                        2 ans de CAP.

                        Après le bac

                        2 ans de BTS.
            """,
            [
                ("En bref", "", "Un résumé."),
                ("Durée des études", "Après la 3e", "2 ans de CAP."),
                ("Durée des études", "Après le bac", "2 ans de BTS."),
            ],
            id="plain-text 'Après la 3e'",
        ),
        pytest.param(
            """\
            ## En bref

                        ### Durée des études
                        ## Après la 3e
                        Après la 3e

                        2 ans de CAP.
            """,
            [("Durée des études", "Après la 3e", "2 ans de CAP.")],
            id="the same heading twice",
        ),
        pytest.param(
            """\
            ## En bref

                        ### Durée des études
                        ## Avec ou sans le bac
                        Concours ouvert à tous.
            """,
            [("Durée des études", "Avec ou sans le bac", "Concours ouvert à tous.")],
            id="'Avec ou sans le bac'",
        ),
        pytest.param(
            "## Présentation\n\n## Nature du travail\n\n### Seul titre\n## En bref\n\nTexte.\n",
            [("Nature du travail", "Seul titre", ""), ("En bref", "", "Texte.")],
            id="an empty section goes, a heading without text stays",
        ),
        pytest.param(
            "## Accès au métier\n\n### Accès au métier\n\nPar la porte.\n",
            [("Accès au métier", "", "Par la porte.")],
            id="a section heading repeated below itself",
        ),
        pytest.param(
            "## Accès au métier\n\nNiveau bac + 4/5 :\n\nMaster\n\nBac\n\nBac + 5 et plus\n\nDoctorat\n",
            [
                ("Accès au métier", "Niveau bac + 4/5", "Master\nBac"),
                ("Accès au métier", "Bac + 5 et plus", "Doctorat"),
            ],
            id="levels standing alone, a diploma among them",
        ),
        pytest.param(
            "## Nature du travail\n\nNiveau bac + 5\n",
            [("Nature du travail", "", "Niveau bac + 5")],
            id="a level is a heading in sections on studies only",
        ),
        pytest.param(
            "##Présentation\n\nCollé.\n\n## conditions de travail ##\n\nDehors.\n",
            [("Présentation", "", "Collé."), ("Conditions de travail", "", "Dehors.")],
            id="headings written loosely",
        ),
        pytest.param(
            "## Un chapitre à nous\n\nTexte.\n\n### Détail\n\nSuite.\n",
            [("Un chapitre à nous", "", "Texte."), ("Un chapitre à nous", "Détail", "Suite.")],
            id="an own heading opens a section",
        ),
    ],
)
def test_layout_traps(body: str, expected: list[tuple[str, str, str]]) -> None:
    assert passages(metier(body)) == expected


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param("Le\u00a0vent\u202f:  il   va\u2009!", "Le vent : il va !", id="no-break and double spaces"),
        pytest.param("un rassem\u00adblement", "un rassemblement", id="soft hyphen"),
        pytest.param("l’œil du cœur", "l'œil du cœur", id="typographic apostrophe, œ kept"),
        pytest.param("un e\u0301clair\x81", "un éclair", id="combining accent and control character"),
        pytest.param("bac  5 ou bac ° 5", "bac 5 ou bac ° 5", id="words are not rewritten"),
        pytest.param("Un<br/>deux <br> trois", "Un\ndeux\ntrois", id="line breaks"),
        pytest.param("<p>\n    CAP pluie\n\n</p>", "CAP pluie", id="paragraph tags"),
        pytest.param("    - \n\n      lire\n\n    - \n      suivre", "- lire\n- suivre", id="split bullets"),
        pytest.param("• lire (2h) ;• suivre (3h)", "- lire (2h) ;\n- suivre (3h)", id="bullets run together"),
        pytest.param("* lire\n+ suivre\n-siffler", "- lire\n- suivre\n- siffler", id="bullet signs"),
        pytest.param(
            "Lire une carte des ventsSuivre un troupeau (petit)Savoir siffler juste",
            "- Lire une carte des vents\n- Suivre un troupeau (petit)\n- Savoir siffler juste",
            id="glued bullets",
        ),
        pytest.param("Chez NuaSoft et VentoLab Pro on rit.", "Chez NuaSoft et VentoLab Pro on rit.", id="brand names"),
        pytest.param("Le ciel est bas.La pluie vient.", "Le ciel est bas. La pluie vient.", id="glued sentences"),
        pytest.param("un **grand** vent, MPSI* et *lui*", "un grand vent, MPSI* et lui", id="emphasis"),
        pytest.param("**À noter :** le ciel.", "À noter : le ciel.", id="a bold start is no fact"),
    ],
)  # fmt: skip
def test_text_traps(body: str, text: str) -> None:
    assert metier(f"## Nature du travail\n\n{body}\n").text_of("Nature du travail") == text


def test_bold_facts_stand_inside_whatever_section_is_last() -> None:
    sheet = metier(
        "## En bref\n\nCourt.\n\n**Niveau d'accès minimum** : 3E\n\n**Statuts possibles:**\n- libéral\n\nFin.\n"
    )
    assert sheet.niveau == Niveau("3E", -4.0)
    assert sheet.statuts == ("libéral",)
    assert passages(sheet) == [("En bref", "", "Court.\nFin.")]


def test_aliases_may_be_plain_bullets() -> None:
    sheet = metier("## Autres appellations\n\n- berger du ciel\n- meneuse de brume\n")
    assert [name.label for name in sheet.names] == ["dresseur de nuages", "berger du ciel", "meneuse de brume"]


def test_a_recommended_formation_without_id_stays_as_text() -> None:
    sheet = metier("## Formations recommandées\n\n- CAP pluie (ID: FOR.1)\n- une école du vent\n")
    assert sheet.formations == (Link("FOR.1", "CAP pluie"),)
    assert passages(sheet) == [("Formations recommandées", "", "- une école du vent")]


def test_sheets_survive_a_round_trip_and_the_hash_ignores_file_names() -> None:
    sheet = parse_sheet(METIER_TEXT, "one.md")
    assert load_sheets(dump_sheets([sheet])) == (sheet,)
    assert content_hash(sheet) == content_hash(parse_sheet(METIER_TEXT, "two.md"))
    assert content_hash(sheet) != content_hash(parse_sheet(METIER_TEXT.replace("1900", "1901"), "one.md"))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(METIER_TEXT.splitlines() + FORMATION_TEXT.splitlines()), st.text())))
def test_any_text_is_a_sheet_or_a_sheet_error(lines: list[str]) -> None:
    text = "\n".join(lines).encode("utf-8", "ignore").decode("utf-8")
    try:
        sheet = parse_sheet(text, "a.md")
    except SheetError:
        return
    assert load_sheets(dump_sheets([sheet])) == (sheet,)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("**" + " " * 100_000, id="spaces"),
        pytest.param("#" * 100_000, id="hashes"),
        pytest.param("*a " * 25_000, id="asterisks"),
        pytest.param("a" * 100_000, id="one word"),
        pytest.param("1 " * 50_000, id="figures"),
        pytest.param("9" * 100_000 + " euros", id="one figure"),
        pytest.param("- " * 50_000, id="dashes"),
        pytest.param("(ID: " * 20_000, id="brackets"),
        pytest.param("<br/>" * 20_000, id="line breaks"),
    ],
)
def test_a_hostile_line_costs_no_more_than_a_long_one(line: str) -> None:
    started = time.process_time()
    for heading in ("Salaire", "Accès au métier", "Formations recommandées"):
        sheet = parse_sheet(f"{GOOD}## {heading}\n\n{line}\n- {line}\n**{line}", "a.md")
        levels_in(line), study_years(line)
    assert load_sheets(dump_sheets([sheet])) == (sheet,)
    assert time.process_time() - started < 8
