"""Parsing sheets: every trap of the material in an invented sheet, broken files, levels, durations, salaries."""

import os
import time
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.sheets import (
    FORMATION,
    METIER,
    Link,
    Name,
    Niveau,
    Reading,
    Rome,
    Sheet,
    SheetError,
    content_hash,
    dump_sheets,
    find_files,
    levels_in,
    load_sheets,
    parse_niveau,
    parse_salaire,
    parse_sheet,
    read_sheets,
    study_years,
)
from chatbot.sheets.files import MAX_FILE_BYTES

METIER_TEXT = """\
# dresseur/euse de nuages
**ID:** MET.90001

**Appellations:**
- Féminin: dresseuse de nuages
- Masculin: dresseur de nuages

## Autres appellations

### berger/ère du ciel
- Féminin: bergère du ciel
- Masculin: berger du ciel

**Codes ROME:**
- Z9901
- Z9902

## Présentation

Guide les nuages là où la pluie manque.

## En bref

Chaque matin, il faut rassembler  le troupeau.

            ### Durée des études
            ## Après la 3e
            2 ans pour un CAP météo douce.

            ##  Après le bac
            3 ans pour une licence de brume.

## Vie professionnelle

## Salaire
            ### Salaire du débutant
            A partir de 1900 euros brut par mois, en plaine<br/>A partir de 2100 euros brut par mois, en montagne

            ## Intégrer le marché du travail
            ### Un ciel porteur
            Les départs sont nombreux.

## Accès au métier

Il faut aimer le vent.

            Niveau CAP

            CAP météo douce

            CAP pluie fine

            Niveau bac + 3

            Licence de brume

**Niveau d'accès minimum:** CAP ou équivalent

## Formations recommandées

- CAP météo douce (option A) (ID: FOR.90001)
- licence de brume (ID: FOR.90002)

**Statuts possibles:**
- salarié
- indépendant

## Centres d'intérêt

- j'aime la nature
"""


def metier(body: str, title: str = "dresseur de nuages") -> Sheet:
    return parse_sheet(f"# {title}\n**ID:** MET.90001\n\n{dedent(body)}", "any.md")


def passages(sheet: Sheet) -> list[tuple[str, str, str]]:
    return [(section.heading, section.subheading, section.text) for section in sheet.sections]


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


FORMATION_TEXT = """\
# CAP météo douce

## Informations générales

**Code scolarité:** 123
**Sigle:** CMD
**Durée:** 2 ans
**Niveau de certification:** niveau 3
**Type:** CAP (CAP)

**Lien:** [https://exemple.test/a_b](https://exemple.test/a_b)

## Attendus

### Attendus nationaux
            Savoir attendre.

## Métiers associés

- dresseur/euse de nuages
"""
REFERENTIAL_TEXT = """\
# CAP météo douce

## 📋 Informations générales

**Type de formation:** certificat d'aptitude céleste (CAP)
**Sigle:** CMD
**Durée:** 2 ans
**Niveau de sortie indicatif:** CAP ou équivalent

## 🎓 Certification

**Code RNCP:** 99901
**Niveau:** niveau 3

**Code NSF:** 210 | 212
**Tutelle:** Ministère du Ciel

**🔗 Fiche formation Onisep:** [https://www.onisep.fr/http/redirection/formation/slug/FOR.90001](https://www.onisep.fr/http/redirection/formation/slug/FOR.90001)

## 🎯 Domaines

- ciel/nuages
"""
METIER_ROW = """\
# dresseur / dresseuse de nuages
**🔗 Fiche métier Onisep:** [https://www.onisep.fr/http/redirection/metier/slug/MET.90001](https://www.onisep.fr/http/redirection/metier/slug/MET.90001)

## 📚 Publication

**Titre:** Les métiers du {about}
**Collection:** Parcours
**Année:** 2021
**Code:** {about}1

**Groupe Formation Emploi (GFE):** GFE Z : ciel

## 🏷️ Classification ROME

**Code ROME:** Z9901 | Z9903
**Intitulé:** Conduite de nuages | Conduite de brumes
**Lien France Travail:** [https://candidat.francetravail.fr/metierscope/fiche-metier/Z9901 | …](https://candidat.francetravail.fr/…)

## 🎯 Domaines

- ciel/nuages
- ciel/{about}
"""


def write(folder: Path, **files: str) -> Reading:
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return read_sheets([folder])


def test_a_formation_takes_its_id_from_the_file_name() -> None:
    sheet = parse_sheet(FORMATION_TEXT, "FOR.90001_cap_météo.md")
    assert (sheet.sheet_id, sheet.kind, sheet.detailed) == ("FOR.90001", FORMATION, True)
    assert (sheet.sigle, sheet.duree, sheet.certification) == ("CMD", "2 ans", "niveau 3")
    assert sheet.lien == "https://exemple.test/a_b"
    assert sheet.metiers == ("dresseur/euse de nuages",)
    assert passages(sheet) == [("Attendus", "Attendus nationaux", "Savoir attendre.")]


def test_a_referential_row_takes_its_id_from_its_link() -> None:
    sheet = parse_sheet(REFERENTIAL_TEXT, "formation_00001.md")
    assert (sheet.sheet_id, sheet.kind, sheet.detailed) == ("FOR.90001", FORMATION, False)
    assert (sheet.code_rncp, sheet.code_nsf, sheet.tutelle) == ("99901", "210 | 212", "Ministère du Ciel")
    assert sheet.domaines == ("ciel/nuages",)


def test_a_formation_is_one_sheet_with_what_the_referential_adds(tmp_path: Path) -> None:
    reading = write(tmp_path, **{"FOR.90001_cap": FORMATION_TEXT, "a_row": REFERENTIAL_TEXT})
    assert list(reading.sheets) == ["FOR.90001"]
    sheet = reading.sheets["FOR.90001"]
    assert sheet.niveau == Niveau("CAP ou équivalent", -2.0)
    assert (sheet.code_rncp, sheet.code_scolarite, sheet.domaines) == ("99901", "123", ("ciel/nuages",))
    assert sheet.type == "certificat d'aptitude céleste (CAP)"  # the fuller wording; the other is kept
    assert sheet.other_facts == (("type", "CAP (CAP)"),)
    assert sheet.names == (Name("CAP météo douce"),)
    assert sheet.files == ("FOR.90001_cap.md", "a_row.md")
    assert sheet.detailed


def test_every_value_that_differs_between_two_files_is_kept(tmp_path: Path) -> None:
    row = REFERENTIAL_TEXT.replace("2 ans", "1 an").replace("niveau 3", "niveau 4").replace("CMD", "CAPMD")
    sheet = write(tmp_path, **{"FOR.90001_cap": FORMATION_TEXT, "row": row}).sheets["FOR.90001"]
    assert (sheet.duree, sheet.certification, sheet.sigle) == ("2 ans", "niveau 3", "CMD")
    assert {("duree", "1 an"), ("certification", "niveau 4"), ("sigle", "CAPMD")} < set(sheet.other_facts)


def test_the_rows_of_one_metier_are_merged(tmp_path: Path) -> None:
    reading = write(
        tmp_path,
        row_1=METIER_ROW.format(about="vent"),
        row_2=METIER_ROW.format(about="givre"),
        **{"MET.90001_dresseur": METIER_TEXT},
    )
    sheet = reading.sheets["MET.90001"]
    assert sheet.title == "dresseur/euse de nuages"
    assert len(sheet.names) == 2  # "dresseur / dresseuse de nuages" says nothing new
    assert sheet.romes == (Rome("Z9901", "Conduite de nuages"), Rome("Z9902"), Rome("Z9903", "Conduite de brumes"))
    assert sorted(sheet.domaines) == ["ciel/givre", "ciel/nuages", "ciel/vent"]
    assert set(sheet.publications) == {
        "Les métiers du vent, Parcours, 2021, vent1",
        "Les métiers du givre, Parcours, 2021, givre1",
    }
    assert sheet.gfe == "GFE Z : ciel"


def test_files_of_one_name_keep_the_titles_of_their_headings(tmp_path: Path) -> None:
    reading = write(
        tmp_path,
        **{"FOR.1_bts_ciel": "# BTS ciel option A\n\n**Durée:** 2 ans\n", "FOR.2_bts_ciel": "# BTS ciel option B\n"},
    )
    assert [sheet.title for sheet in reading.sheets.values()] == ["BTS ciel option A", "BTS ciel option B"]


def test_own_sheets_with_one_id_are_merged(tmp_path: Path) -> None:
    first = "# dresseur\n**ID:** MET.7\n\n## Présentation\n\nUn.\n\n**Statuts possibles:**\n- salarié\n"
    second = "# dresseur de nuages\n**ID:** MET.7\n\n## En bref\n\nDeux.\n\n**Statuts possibles:**\n- libéral\n"
    sheet = write(tmp_path, a=first, b=second).sheets["MET.7"]
    assert [name.label for name in sheet.names] == ["dresseur", "dresseur de nuages"]
    assert sheet.statuts == ("salarié", "libéral")
    assert [section.text for section in sheet.sections] == ["Un.", "Deux."]


def test_an_own_sheet_may_state_facts_that_no_field_holds() -> None:
    sheet = parse_sheet("# métier rare\n**ID:** MET.5\n**Uniforme:** bleu\n**Outils:**\n- filet\n- sifflet\n", "a.md")
    assert sheet.other_facts == (("uniforme", "bleu"), ("outils", "filet; sifflet"))


GOOD = "# un métier\n**ID:** MET.1\n"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.md", b"", "empty file", id="empty"),
        pytest.param("a.md", b" \n\t\n", "empty file", id="blank"),
        pytest.param("a.md", b"**ID:** MET.2\n", "no title", id="no title"),
        pytest.param("a.md", b"# Un titre\n\nTexte.\n", "no ID", id="no ID"),
        pytest.param("a.md", b"# Un titre\n**ID:** ?\n", "no ID", id="impossible ID"),
        pytest.param("a.md", "# m\u00e9tier\n**ID:** MET.2\n".encode("latin-1"), "not UTF-8: byte 0xe9", id="Latin-1"),
        pytest.param("a.md", "# métier\n".encode("utf-16"), "binary file", id="UTF-16"),
        pytest.param("a.md", b"\x89PNG\r\n\x1a\n\0\0", "binary file", id="binary"),
        pytest.param("a.md", b"x" * (MAX_FILE_BYTES + 1), "too large", id="too large"),
    ],
)
def test_a_broken_file_is_reported_and_the_rest_is_read(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    reading = write(tmp_path, good=GOOD)
    assert list(reading.sheets) == ["MET.1"]
    [problem] = reading.problems
    assert problem.path == tmp_path / name
    assert problem.reason.startswith(reason)


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(50_000_000)
    [problem] = read_sheets([tmp_path]).problems
    assert problem.reason == "too large: 50,000,000 bytes, a sheet has at most 2,000,000"


def test_what_is_no_file_is_reported_or_passed_over(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "folder.md" / "inside.MD").write_text(GOOD)
    (tmp_path / "README.md").write_text("# How to bring sheets\n")
    (tmp_path / "loop.md").symlink_to("loop.md")
    (tmp_path / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone.md").symlink_to("nowhere.md")
    os.mkfifo(tmp_path / "pipe.md")
    reading = read_sheets([tmp_path, tmp_path / "missing"])
    assert list(reading.sheets) == ["MET.1"]
    reasons = {problem.path.name: problem.reason for problem in reading.problems}
    assert reasons == {
        "loop.md": "cannot be read: Too many levels of symbolic links",
        "gone.md": "cannot be read: No such file or directory",
        "missing": "cannot be read: No such file or directory",
        "pipe.md": "not a file that can be read",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text(GOOD)
    (tmp_path / "secret.md").chmod(0)
    (tmp_path / "closed").mkdir(mode=0)
    problems = read_sheets([tmp_path]).problems
    (tmp_path / "closed").chmod(0o700)
    assert {problem.path.name for problem in problems} == {"secret.md", "closed"}


def test_files_come_in_a_stable_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "c.txt"):
        (tmp_path / name).write_text(GOOD)
    assert [path.name for path in find_files([tmp_path])] == ["a.md", "b.md"]
    assert [path.name for path in find_files([tmp_path / "c.txt"])] == ["c.txt"]


def test_progress_is_told_every_thousand_files(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(GOOD)
    told: list[int] = []
    read_sheets([path] * 2_000, told.append)
    assert told == [1_000, 2_000]


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


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        pytest.param("bac + 5", 5, id="bac + 5"),
        pytest.param("bac + 9 et plus", 9, id="and more"),
        pytest.param("BAC+3", 3, id="written together"),
        pytest.param("bac ou équivalent", 0, id="bac"),
        pytest.param("CAP ou équivalent", -2, id="CAP"),
        pytest.param("CAP ou équivalent + 1 an", -1, id="CAP + 1"),
        pytest.param("3E", -4, id="3e"),
        pytest.param("sans diplôme", -4, id="none"),
        pytest.param("diplôme national du brevet", -3, id="brevet"),
        pytest.param("de bac + 2 à bac + 3", 2, id="a range starts at its lower end"),
        pytest.param("autre formation", None, id="off the ladder"),
    ],
)
def test_levels_have_their_rank(text: str, rank: float | None) -> None:
    assert parse_niveau(text) == Niveau(text, rank)


@pytest.mark.parametrize("text", ["", "  ", "non renseigné"])
def test_no_level_is_none(text: str) -> None:
    assert parse_niveau(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("un bac + 5, ou bac+3", [("bac + 5", 5), ("bac+3", 3)], id="two"),
        pytest.param("bac + 4/5", [("bac + 4/5", 4), ("bac + 4/5", 5)], id="slash"),
        pytest.param("du bac + 2 au bac + 5", [("bac + 2", 2), ("bac + 5", 5)], id="du … au"),
        pytest.param("de bac + 3 à bac + 5", [("bac + 3 à bac + 5", 3), ("bac + 3 à bac + 5", 5)], id="range"),
        pytest.param("bac + 2 et 3 ans de pratique", [("bac + 2", 2)], id="years that follow are no level"),
        pytest.param("bac ° 5, puis bac  2.", [("bac ° 5", 5), ("bac 2", 2)], id="lost signs"),
        pytest.param("un CAP ou un bac pro", [("CAP", -2), ("bac", 0)], id="CAP and bac"),
        pytest.param("le DNB suffit", [("DNB", -3)], id="brevet"),
        pytest.param("Il n'y a pas de diplôme requis.", [("pas de diplôme requis", -4)], id="none required"),
        pytest.param("Aucun diplôme n'est exigé", [("Aucun diplôme n'est exigé", -4)], id="none demanded"),
        pytest.param("Il n'existe pas de diplôme national.", [], id="no such diploma is no level"),
        pytest.param("après le bac, post-bac, sans le bac, 3e cycle", [], id="not levels"),
        pytest.param("garder le cap sur demain", [], id="cap of a ship"),
        pytest.param("bac, puis le baccalauréat", [("bac", 0)], id="a rank once"),
    ],
)
def test_levels_are_found_in_text(text: str, expected: list[tuple[str, float]]) -> None:
    assert [(level.text, level.rank) for level in levels_in(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("5 ans pour un master", [(5, 5)], id="digits"),
        pytest.param("Deux ans, puis une année", [(2, 2), (1, 1)], id="words"),
        pytest.param("18 mois", [(1.5, 1.5)], id="months"),
        pytest.param("en 3 à 4 ans", [(3, 4)], id="range"),
        pytest.param("un ou deux ans", [(1, 2)], id="range in words"),
        pytest.param("six mois à un an", [(0.5, 1)], id="range over two units"),
        pytest.param("2 ans et demi", [(2.5, 2.5)], id="and a half"),
        pytest.param("6 semestres", [(3, 3)], id="semesters"),
        pytest.param("2\u00a0ans ou 2 ans", [(2, 2)], id="each once"),
        pytest.param("âgé de 18 ans, moins de 12 ans, dès 11 ans", [], id="ages"),
        pytest.param("5 ans d'expérience, 3 ans de pratique", [], id="careers"),
        pytest.param("la 2e année en 2024, bac + 2", [], id="no duration"),
    ],
)
def test_durations_are_found_in_text(text: str, expected: list[tuple[float, float]]) -> None:
    assert [(duration.years, duration.most) for duration in study_years(text)] == expected


def test_a_duration_keeps_the_words_of_the_text() -> None:
    assert [duration.text for duration in study_years("Compter  Deux\u00a0ans.")] == ["Deux ans"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A partir de 1 801 euros brut par mois", [(1801, "mois")], id="monthly"),
        pytest.param("Entre 3000 et 2000 euros brut par mois", [(3000, "mois"), (2000, "mois")], id="inverted range"),
        pytest.param("Entre 2500 et 2500 € brut mensuels", [(2500, "mois"), (2500, "mois")], id="equal bounds"),
        pytest.param("Un salaire hebdomadaire de 1\u00a0234,50 euros (39h)", [(1234.5, "semaine")], id="weekly"),
        pytest.param("Le forfait : 80 à 90 euros par jour", [(80, "jour"), (90, "jour")], id="daily"),
        pytest.param("Facturer une journée entre 100 et 200 euros", [(100, "jour"), (200, "jour")], id="unit before"),
        pytest.param("12.50 euros de l'heure", [(12.5, "heure")], id="hourly"),
        pytest.param("4000 euros brut pour un documentaire de 50 minutes", [(4000, "film")], id="per film"),
        pytest.param("3 euros par mile nautique", [(3, "mile nautique")], id="per mile"),
        pytest.param("10 pour cent des ventes", [(10, "%")], id="percentage"),
        pytest.param("1900 euros par mois, 15 à 20 % de primes", [(1900, "mois"), (15, "%"), (20, "%")], id="bonus"),
        pytest.param("1900 euros par mois ou 12 euros de l'heure", [(1900, "mois"), (12, "heure")], id="two units"),
        pytest.param("De 2000 (bac) à 2500 (master) brut par mois", [(2000, "mois"), (2500, "mois")], id="asides"),
        pytest.param("2000 euros par mois, pour 152 heures, 1er échelon, bac + 2", [(2000, "mois")], id="others"),
        pytest.param("Une visite est payée 200 euros", [(200, "")], id="unit unsaid"),
        pytest.param("Variable selon le vent", [], id="no figure is an answer"),
    ],
)  # fmt: skip
def test_salaries_keep_their_figures_and_units(text: str, expected: list[tuple[float, str]]) -> None:
    salaire = parse_salaire(text)
    assert salaire is not None
    assert salaire.text == text
    assert [(amount.value, amount.unit) for amount in salaire.amounts] == expected


def test_no_salary_is_none() -> None:
    assert parse_salaire(" \n") is None
