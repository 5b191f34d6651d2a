"""Words shortened on a phone, written in full."""

import pytest

from chatbot.question.sms import write_in_full


@pytest.mark.parametrize(
    ("message", "full"),
    [
        pytest.param("fo koi com bac", "faut quoi com bac", id="words"),
        pytest.param("apré on pe fer koi", "après on peut faire quoi", id="phrase before its words"),
        pytest.param("Jador les zanimo", "j'adore les animaux", id="capital"),
        pytest.param("le concours de PE", "le concours de PE", id="sigle"),
        pytest.param("FO, c'est un syndicat", "FO, c'est un syndicat", id="capitals stay"),
        pytest.param("la forge, le fer et le cuir", "la forge, le fer et le cuir", id="a metal"),
    ],
)
def test_short_words_are_written_in_full(message: str, full: str) -> None:
    assert write_in_full(message) == full
