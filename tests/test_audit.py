"""What the audit asks of each sheet, and which answers it lets pass."""

from dataclasses import replace

import pytest

from chatbot.answering import Answer, Chatbot
from chatbot.audit import (
    ABSENT,
    ALIAS,
    TITLE,
    Probe,
    Verdict,
    audit,
    draw_sample,
    expected_facts,
    judge,
    list_probes,
    render_figures,
    render_misses,
    share_exact,
)
from chatbot.catalogue import Catalogue
from chatbot.citations import Citation, cited_ids
from chatbot.sheets import FORMATION, METIER, Link, Name, Section, Sheet, parse_niveau, parse_salaire

RINGER = Sheet(
    "MET.90011",
    METIER,
    "sonneur/euse de cloches",
    names=(
        Name("sonneur/euse de cloches", "sonneuse de cloches", "sonneur de cloches"),
        Name("carillonneur/euse", "carillonneuse", "carillonneur"),
        Name("campanologue"),
    ),
    sections=(Section("Accès au métier", "", "On apprend auprès d'un maître. Le permis B est utile."),),
    niveau=parse_niveau("CAP ou équivalent"),
    salaire=parse_salaire("De 1843 à 2 031 euros brut par mois."),
    formations=(Link("FOR.90011", "CAP sonneur"),),
    statuts=("salarié", "artisan"),
)
HERMIT = Sheet(
    "MET.90012", METIER, "ermite", names=(Name("ermite"), Name("campanologue")), salaire=parse_salaire("Variable")
)
SCHOOL = Sheet(
    "FOR.90011",
    FORMATION,
    "CAP sonneur",
    names=(Name("CAP sonneur"),),
    sections=(Section("Poursuite d'études", "", "Un brevet de maîtrise est possible."),),
    sigle="SON",
    duree="2 ans",
    type="certificat d'aptitude professionnelle (CAP)",
    certification="niveau 3",
)
TWIN = replace(SCHOOL, sheet_id="FOR.90012", duree="1 an", sigle="", detailed=False)
CATALOGUE = Catalogue([RINGER, HERMIT, SCHOOL, TWIN])


def answer(text: str, status: str = "answered") -> Answer:
    citations = (Citation(i, "metier" if i[0] == "M" else "formation", i, "Titre", "", "") for i in cited_ids(text))
    return Answer(text, status, tuple(citations))


def probe(need: str, *sheets: Sheet) -> Probe:
    return Probe(sheets, need, TITLE, "?")


def kinds(asked: Probe, text: str, status: str = "answered") -> list[str]:
    return [fault.kind for fault in judge(asked, answer(text, status), {})]


def test_every_need_is_asked_by_title_and_by_an_alias_of_its_own() -> None:
    probes = list_probes(CATALOGUE)
    count = {
        (sheet_id, naming): sum(p.sheets[0].sheet_id == sheet_id and p.naming == naming for p in probes)
        for sheet_id in CATALOGUE
        for naming in (TITLE, ALIAS)
    }
    assert count == {
        ("MET.90011", TITLE): 5,
        ("MET.90011", ALIAS): 5,
        ("MET.90012", TITLE): 5,
        ("MET.90012", ALIAS): 0,  # "campanologue" is the other's too
        ("FOR.90011", TITLE): 4,
        ("FOR.90011", ALIAS): 4,
        ("FOR.90012", TITLE): 0,  # a line of the referential has no facts of its own to ask
        ("FOR.90012", ALIAS): 0,
    }
    questions = " ".join(p.question for p in probes)
    assert "sonneur de cloches" in questions and "carillonneuse" in questions and "CAP SON" in questions
    assert "campanologue" not in questions


def test_sheets_of_one_title_are_asked_together() -> None:
    asked = next(p for p in list_probes(CATALOGUE) if p.need == "durée" and p.naming == TITLE)
    assert asked.sheets == (SCHOOL, TWIN)


def test_a_sample_is_always_the_same() -> None:
    probes = list_probes(CATALOGUE)
    assert draw_sample(probes, 7) == draw_sample(probes, 7)
    assert len(draw_sample(probes, 7)) == 7
    assert len(draw_sample(probes, 10_000)) == len(probes)


@pytest.mark.parametrize(
    ("sheet", "need", "facts"),
    [
        pytest.param(RINGER, "niveau", (("CAP ou équivalent",),), id="level"),
        pytest.param(RINGER, "salaire", (("1843",), ("2031",)), id="figures"),
        pytest.param(HERMIT, "salaire", (("Variable",),), id="salary-without-figure"),
        pytest.param(RINGER, "statut", (("salarié",), ("artisan",)), id="statuses"),
        pytest.param(
            RINGER,
            "accès",
            (("CAP ou équivalent",), ("On apprend auprès d'un maître.", "Le permis B est utile.")),
            id="access",
        ),
        pytest.param(HERMIT, "niveau", (ABSENT,), id="absent-level"),
        pytest.param(HERMIT, "formations", (ABSENT,), id="absent-formations"),
        pytest.param(SCHOOL, "durée", (("2 ans",),), id="duration"),
        pytest.param(SCHOOL, "niveau", (("niveau 3",),), id="certification"),
        pytest.param(SCHOOL, "poursuite", (("Un brevet de maîtrise est possible.",),), id="further-studies"),
        pytest.param(TWIN, "type", (("certificat d'aptitude professionnelle (CAP)",),), id="type"),
    ],
)
def test_what_is_expected_is_what_the_sheet_says(sheet: Sheet, need: str, facts: tuple[tuple[str, ...], ...]) -> None:
    assert expected_facts(sheet, need) == facts


@pytest.mark.parametrize(
    ("asked", "text", "found"),
    [
        pytest.param(probe("niveau", RINGER), "Un CAP ou équivalent [MET.90011].", [], id="exact"),
        pytest.param(probe("niveau", RINGER), "Un bac [MET.90011].", ["fact missing"], id="another-level"),
        pytest.param(
            probe("niveau", RINGER),
            "CAP ou équivalent [MET.90012].",
            ["gold not cited", "first citation"],
            id="another-sheet",
        ),
        pytest.param(
            probe("salaire", RINGER), "De 1 843 à 2 000 euros [MET.90011].", ["fact missing"], id="one-figure-of-two"
        ),
        pytest.param(probe("statut", RINGER), "Artisan ou salarié [MET.90011].", [], id="statuses"),
        pytest.param(probe("statut", RINGER), "Salarié [MET.90011].", ["fact missing"], id="one-status-of-two"),
        pytest.param(
            probe("formations", RINGER), "CAP sonneur [FOR.90011] [MET.90011].", ["first citation"], id="order"
        ),
        pytest.param(probe("formations", RINGER), "[MET.90011] CAP sonneur [FOR.90011].", [], id="its-formation"),
        pytest.param(
            probe("formations", RINGER),
            "[MET.90011] CAP sonneur [FOR.90011], DU [FOR.90019].",
            ["formation of another sheet"],
            id="another-formation",
        ),
        pytest.param(probe("formations", RINGER), "Voici [MET.90011].", ["formations missing"], id="no-formation"),
        pytest.param(
            probe("durée", SCHOOL, TWIN), "1 an [FOR.90012]. Ou [FOR.90011].", [], id="the-twin-and-a-mention"
        ),
        pytest.param(
            probe("durée", SCHOOL, TWIN),
            "1 an [FOR.90012].",
            ["gold not cited", "first citation", "fact missing"],
            id="the-twin-alone",
        ),
        pytest.param(probe("durée", SCHOOL, TWIN), "1 an [FOR.90011].", ["fact missing"], id="a-fact-of-the-twin"),
    ],
)
def test_an_answer_is_compared_with_its_sheet(asked: Probe, text: str, found: list[str]) -> None:
    assert kinds(asked, text) == found


def test_an_absent_fact_is_to_be_said() -> None:
    absent = probe("statut", HERMIT)
    assert kinds(absent, "La fiche n'indique pas de statut [MET.90012].", "not_found") == []
    assert kinds(absent, "Salarié [MET.90012].") == ["fact missing"]
    assert kinds(probe("statut", RINGER), "Salarié ou artisan [MET.90011].", "not_found") == ["status"]


def test_asking_back_is_right_between_sheets_of_one_name() -> None:
    assert kinds(probe("durée", SCHOOL, TWIN), "Laquelle ? [FOR.90011] [FOR.90012]", "clarify") == []
    assert "status" in kinds(probe("durée", SCHOOL, TWIN), "Laquelle ? [FOR.90012] [MET.90011]", "clarify")
    assert "status" in kinds(probe("durée", SCHOOL), "Laquelle ? [FOR.90011] [FOR.90012]", "clarify")


def test_sheets_with_a_name_that_opens_with_the_alias_are_known() -> None:
    tower = replace(HERMIT, names=(Name("ermite"), Name("carillonneur de beffroi")))
    asked = [p for p in list_probes(Catalogue([RINGER, tower])) if p.naming == ALIAS and p.sheets[0] is RINGER]
    assert asked and all(p.sheets == (RINGER, tower) for p in asked)


def test_a_formation_of_a_metiers_name_is_asked_as_a_formation() -> None:
    school = replace(SCHOOL, title="ermite", names=(Name("ermite"),), sigle="", type="formation d'école spécialisée")
    questions = [p.question for p in list_probes(Catalogue([HERMIT, school])) if p.sheets[0] is school]
    assert len(questions) == 4 and all("la formation ermite" in question for question in questions)


def test_figures_and_misses_are_written() -> None:
    right, wrong = answer("2 ans [FOR.90011]."), answer("3 ans\n[FOR.90011].")
    asked = probe("durée", SCHOOL)
    verdicts = [Verdict(asked, a, tuple(judge(asked, a, {}))) for a in (right, wrong)]
    assert share_exact(verdicts) == 0.5
    assert "| formation | durée | 1 / 2 = 0.5000 | – |" in render_figures(verdicts)
    assert render_figures(verdicts).endswith("exact: 1 / 2 = 0.5000")
    misses = render_misses(verdicts)
    assert misses.startswith("# 1 answers")
    assert "fact missing: 2 ans" in misses and "got (answered): 3 ans [FOR.90011]." in misses


def test_the_answers_about_the_invented_sheets_are_exact(bot: Chatbot) -> None:
    verdicts = audit(list_probes(bot.catalogue), bot, {})
    assert len(verdicts) > 40
    assert not [f"{v.probe.question} {fault}" for v in verdicts for fault in v.faults]
