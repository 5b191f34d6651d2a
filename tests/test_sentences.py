"""A streamed text cut into sentences and list lines, each as soon as it is whole."""

from collections.abc import Iterator

import pytest

from chatbot.llm.sentences import split_stream


def split(text: str, piece: int = 1) -> list[str]:
    return [part.text for part in split_stream(text[at : at + piece] for at in range(0, len(text), piece))]


@pytest.mark.parametrize("piece", [1, 2, 5, 1000])
@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("Un [1]. Deux [2].", ["Un [1].", "Deux [2]."], id="key before the stop"),
        pytest.param("Un. [1] Deux. [2]", ["Un. [1]", "Deux. [2]"], id="key after the stop"),
        pytest.param("Un [1] [2]. Deux ! [3][4] Trois ?", ["Un [1] [2].", "Deux ! [3][4]", "Trois ?"], id="keys"),
        pytest.param("1.801 euros, env. 2 ans [1]. Fin.", ["1.801 euros, env. 2 ans [1].", "Fin."], id="stops inside"),
        pytest.param("un [1]. deux [2]. Trois.", ["un [1].", "deux [2].", "Trois."], id="no capitals"),
        pytest.param("M. Dupont, etc. Voilà [1].", ["M. Dupont, etc. Voilà [1]."], id="abbreviations"),
        pytest.param("Voici :\n- un. Puis [1]\n- trois [2]", ["Voici :", "- un. Puis [1]", "- trois [2]"], id="list"),
        pytest.param("Un [1]\n\nDeux [2].\r\n", ["Un [1]", "Deux [2]."], id="line breaks"),
        pytest.param("1. un [1]\n2. deux [2]\n", ["1. un [1]", "2. deux [2]"], id="numbered list"),
        pytest.param("Un [1]. Deu", ["Un [1]."], id="cut in a word"),
        pytest.param("Un [1]. Deux ans d'études", ["Un [1]."], id="cut after a word"),
        pytest.param("<think>Bon. Voyons.</think>Un [1].", ["Un [1]."], id="thoughts"),
        pytest.param("<think>Bon. Voyons.", [], id="thoughts only"),
        pytest.param("< 3 ans [1].", ["< 3 ans [1]."], id="a sign that opens no thoughts"),
        pytest.param("", [], id="nothing"),
        pytest.param("\n\n \n", [], id="blank"),
    ],
)
def test_sentences_are_cut_where_they_end(text: str, sentences: list[str], piece: int) -> None:
    assert split(text, piece) == sentences


def test_each_sentence_comes_when_the_next_one_begins() -> None:
    read: list[str] = []

    def chunks() -> Iterator[str]:
        for chunk in ("Un [1].", " ", "D", "eux."):
            read.append(chunk)
            yield chunk

    stream = split_stream(chunks())
    assert next(stream).text == "Un [1]."
    assert read == ["Un [1].", " ", "D"]


def test_a_text_without_an_end_is_given_up() -> None:
    assert split("sans fin " * 1000, 50) == []


def test_the_breaks_between_sentences_are_told() -> None:
    pieces = list(split_stream(["Un [1]. Deux [2].\n- trois [3]\n\nQuatre."]))
    assert [piece.gap for piece in pieces] == ["", " ", "\n", "\n\n"]
