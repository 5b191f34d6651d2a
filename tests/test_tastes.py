"""Tastes and ways of working in a message."""

import pytest

from chatbot.question import Tastes

TASTES = Tastes()


@pytest.mark.parametrize(
    ("message", "interest"),
    [
        pytest.param("j'aime les animaux", "je veux m'occuper d'animaux", id="animals"),
        pytest.param("travailler dehors", "j'aimerais travailler dehors", id="outdoors"),
        pytest.param("je veux aider les gens", "je veux être utile aux autres", id="helping"),
    ],
)
def test_a_taste_names_the_interest_of_the_sheets(message: str, interest: str) -> None:
    assert interest in TASTES.find_interests(message)


@pytest.mark.parametrize(
    ("message", "interest"),
    [
        pytest.param("j'aime pas les animaux", "je veux m'occuper d'animaux", id="not liked"),
        pytest.param("un métier sans maths", "j'aime jongler avec les chiffres", id="without"),
        pytest.param("combien gagne un notaire ?", "j'aime jongler avec les chiffres", id="nothing said"),
    ],
)
def test_a_refused_taste_is_no_interest(message: str, interest: str) -> None:
    assert interest not in TASTES.find_interests(message)


@pytest.mark.parametrize(
    ("message", "wanted", "unwanted"),
    [
        pytest.param("pas de travail de nuit", "no_night", "night", id="no night"),
        pytest.param("un métier sans maths", "no_maths", "numbers", id="no maths"),
        pytest.param("je veux travailler dehors", "outdoor", "indoor", id="outdoors"),
    ],
)
def test_a_refused_setting_stands_for_its_opposite(message: str, wanted: str, unwanted: str) -> None:
    found = TASTES.find_settings(message)
    assert wanted in found
    assert unwanted not in found


def test_every_setting_speaks_of_interests_that_exist() -> None:
    for setting in TASTES.settings.values():
        assert set(setting.wants + setting.avoids) <= set(TASTES.shorts)
