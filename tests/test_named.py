"""What a name in a message is worth: a name by itself, a word that opens others, a plain word, a type asked for."""

import pytest

from chatbot.naming import Mention
from chatbot.question.named import Named, asked_types
from chatbot.sheets import FORMATION, METIER


def named(message: str, text: str, sheet_id: str, score: float = 1.0, source: str = "title") -> Named:
    start = message.index(text)
    kind = FORMATION if sheet_id.startswith("FOR.") else METIER
    return Named(Mention(start, start + len(text), text, (sheet_id, "MET.9"), score, source), kind, "")


@pytest.mark.parametrize(
    ("text", "score", "generic"),
    [
        pytest.param("biologiste", 0.4, True, id="a-name-that-opens-others"),
        pytest.param("technicien", 0.2, False, id="no-name-by-itself"),
        pytest.param("technicien de nuit", 0.5, False, id="part-of-a-name"),
    ],
)
def test_a_generic_name_is_one_word_that_opens_others(text: str, score: float, generic: bool) -> None:
    assert named(text, text, "MET.1", score, "partial").is_generic is generic


def test_a_course_called_a_formation_is_no_plain_word() -> None:
    assert named("la bande dessinée", "bande dessinée", "FOR.1").is_plain_word
    assert not named("la formation cascadeur", "formation cascadeur", "FOR.1").is_plain_word


def test_a_word_of_diploma_in_the_name_of_a_metier_asks_for_none() -> None:
    message = "scrum master, quels diplômes ? quel BTS ?"
    assert asked_types(message, []) == ("BTS",)
    assert asked_types("scrum master, diplômes ?", []) == ("master",)
    assert asked_types("CAP puis quoi ?", []) == ()
    assert asked_types("un CAP puis quel BTS ?", []) == ("BTS",)
    assert asked_types("scrum master, diplômes ?", [named(message, "scrum master", "MET.1")]) == ()
