"""Levels and diplomas that a message fixes."""

import pytest

from chatbot.question.constraints import (
    Levels,
    find_diploma_levels,
    find_diploma_types,
    find_duration,
    find_levels,
    find_shorter,
)


@pytest.mark.parametrize(
    ("message", "lowest", "highest"),
    [
        pytest.param("CAP max", None, -2, id="CAP at most"),
        pytest.param("un métier sans le bac", None, -1, id="without the bac"),
        pytest.param("j'ai pas eu le bac", None, -1, id="bac failed"),
        pytest.param("un travail sans diplôme", None, -2, id="no diploma"),
        pytest.param("je veux m'arrêter au bac", None, 0, id="stop at the bac"),
        pytest.param("des études courtes", None, 0, id="short studies"),
        pytest.param("pas de longues études", None, 0, id="no long studies"),
        pytest.param("sans repartir pour 3 ans d'école", None, 0, id="not back to school for years"),
        pytest.param("après la 3e", None, 0, id="after the 3e"),
        pytest.param("bac +2 maximum", None, 2, id="ceiling behind"),
        pytest.param("jusqu'à bac+3", None, 3, id="ceiling before, glued"),
        pytest.param("pas plus de trois ans d'études", None, 3, id="years in words"),
        pytest.param("deux ans d'études max", None, 2, id="years with max"),
        pytest.param("5 ans d'études maximum", None, 5, id="years with maximum"),
        pytest.param("à bac + 5", 5, 5, id="exactly"),
        pytest.param("au moins bac + 3", 3, None, id="at least"),
        pytest.param("un bac + 3 minimum", 3, None, id="minimum behind"),
        pytest.param("j'aime les animaux", None, None, id="none"),
        pytest.param("j'ai 17 ans", None, None, id="an age"),
        pytest.param("les longues études me font pas peur", None, None, id="long studies welcome"),
    ],
)
def test_a_message_bounds_the_levels_that_it_names(message: str, lowest: float | None, highest: float | None) -> None:
    found = find_levels(message)
    assert (found.lowest, found.highest) == (lowest, highest)
    assert bool(found.said) == (found != Levels())


@pytest.mark.xfail(strict=True, reason="a refused level becomes the ceiling")
def test_a_refused_level_lies_above_the_ceiling() -> None:
    found = find_levels("je ne veux pas faire bac + 5")
    assert found.highest is None or found.highest < 5


@pytest.mark.parametrize(
    ("message", "lowest", "highest"),
    [
        pytest.param("quelles formations à bac + 3 ?", 3, 3, id="bac + n"),
        pytest.param("des diplômes de niveau bac", 0, 0, id="bac"),
        pytest.param("quelles études jusqu'au bac ?", None, 0, id="up to the bac"),
        pytest.param("que faire après le bac", 1, None, id="after the bac"),
        pytest.param("après la 3e", None, 0, id="after the 3e"),
        pytest.param("quelles formations ?", None, None, id="none"),
    ],
)
def test_the_level_of_the_diplomas_asked_for(message: str, lowest: float | None, highest: float | None) -> None:
    found = find_diploma_levels(message)
    assert (found.lowest, found.highest) == (lowest, highest)


@pytest.mark.parametrize(
    ("message", "types"),
    [
        pytest.param("quel BTS ou BUT", ("BTS", "BUT"), id="in order"),
        pytest.param("du coup, quel est le but ?", (), id="words that look like sigles"),
        pytest.param("un DU de cuisine", ("DU",), id="the sigle in capitals"),
        pytest.param("licence pro ou licence", ("licence pro", "licence"), id="the longer name first"),
        pytest.param("un BTS agricole", ("BTSA",), id="BTS agricole is no BTS"),
        pytest.param("j'ai un cap agricole", ("CAP agricole",), id="CAP agricole is no CAP"),
        pytest.param("école d'ingé", ("diplôme d'ingénieur",), id="school for diploma"),
        pytest.param("une mention complémentaire", ("CS",), id="the old name"),
        pytest.param("que fait un boulanger ?", (), id="none"),
    ],
)
def test_diploma_words_name_their_types(message: str, types: tuple[str, ...]) -> None:
    assert find_diploma_types(message) == types


@pytest.mark.parametrize(
    ("message", "bounds"),
    [
        pytest.param("les diplômes du CAP au BTS", (-2.0, 2.0), id="from CAP to BTS"),
        pytest.param("du CAP au niveau bac ou juste après", (-2.0, 0.0), id="from CAP to bac"),
        pytest.param("de niveau CAP et de niveau bac", (-2.0, 0.0), id="two levels"),
        pytest.param("du plus court au niveau bac", (None, 0.0), id="from the shortest"),
        pytest.param("quelles formations bac+2", (2.0, 2.0), id="one level"),
        pytest.param("après un bac pro cuisine", (None, None), id="what one has bounds nothing"),
    ],
)
def test_a_range_of_diplomas_has_two_bounds(message: str, bounds: tuple[float | None, float | None]) -> None:
    levels = find_diploma_levels(message)
    assert (levels.lowest, levels.highest) == bounds


@pytest.mark.parametrize(
    ("message", "duration"),
    [
        pytest.param("une formation d'un an après ?", "1 an", id="in words"),
        pytest.param("ya une formation spécialisée en 2 ans", "2 ans", id="in figures"),
        pytest.param("j'ai 3 ans d'expérience", "", id="experience"),
    ],
)
def test_the_length_of_a_training_is_as_sheets_write_it(message: str, duration: str) -> None:
    assert find_duration(message) == duration


@pytest.mark.parametrize(
    ("message", "rank", "highest"),
    [
        pytest.param("un truc plus court ?", 5.0, 3.0, id="one step down"),
        pytest.param("c trop long pr moi", 9.0, 5.0, id="a complaint"),
        pytest.param("moins long", -2.0, -2.0, id="nothing is below a CAP"),
        pytest.param("les études sont longues ?", 5.0, None, id="asked, not wished"),
        pytest.param("plus court ?", None, None, id="below nothing"),
    ],
)
def test_shorter_studies_are_bounded_below_those_proposed(
    message: str, rank: float | None, highest: float | None
) -> None:
    assert find_shorter(message, rank).highest == highest


def test_a_diploma_that_was_failed_bounds_nothing() -> None:
    assert find_levels("et si je rate le CAP ?").highest is None
