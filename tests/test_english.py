"""English messages, in French words."""

import pytest

from chatbot.question.english import to_french


@pytest.mark.parametrize(
    ("message", "words"),
    [
        pytest.param("What does an orchestra conductor do?", ["chef d'orchestre"], id="the longest phrase"),
        pytest.param("How long does it take to become a nurse?", ["combien de temps", "infirmier"], id="question"),
        pytest.param("Are nurses well paid?", ["infirmier"], id="plural"),
        pytest.param("the nurse's salary", ["infirmier", "salaire"], id="possessive"),
        pytest.param("HOW MUCH DOES A BAKER EARN", ["combien", "boulanger", "gagne"], id="capitals"),
    ],
)
def test_a_message_is_rewritten_phrase_by_phrase(message: str, words: list[str]) -> None:
    french = to_french(message)
    assert all(word in french for word in words), french
    assert "the" not in french.split()


def test_what_is_unknown_stays() -> None:
    assert to_french("xylofluff MET.38") .split()[0] == "xylofluff"
    assert to_french("") == ""
