"""Values in sheets: levels, durations, salaries."""

import pytest

from chatbot.sheets import (
    Niveau,
    levels_in,
    parse_niveau,
    parse_salaire,
    study_years,
)


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
