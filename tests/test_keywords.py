from pathlib import Path

import pytest

from chatbot.chunks import Chunk
from chatbot.keywords import Keywords, build_keywords, open_keywords


def chunk(sheet_id: str, place: int, text: str) -> Chunk:
    return Chunk(f"{sheet_id}#{place}", sheet_id, "metier", "Nature du travail", "", "Titre", text)


@pytest.fixture(scope="module")
def keywords() -> Keywords:
    chunks = [
        chunk("MET.1", 0, "Le boulanger pétrit la pâte."),
        chunk("MET.1", 1, "Il se lève tôt et travaille la nuit."),
        chunk("MET.2", 0, "La fleuriste compose des bouquets."),
        chunk("MET.3", 0, "L'ingénieure du son règle les micros."),
    ]
    names = {"MET.1": "boulanger boulangère", "MET.2": "fleuriste", "MET.3": "ingénieur du son ingénieure du son"}
    return build_keywords(chunks, names, {"MET.1": "celui qui fait les baguettes", "MET.2": "vendre des roses"})


def best(scores: object, keywords: Keywords) -> str:
    return keywords.sheet_ids[int(scores.argmax())]  # type: ignore[attr-defined]


def test_a_sheet_scores_as_its_best_chunk(keywords: Keywords) -> None:
    scores = keywords.score("travailler la nuit")
    assert best(scores.text, keywords) == "MET.1"
    assert scores.text[0] == scores.chunks[:2].max() == scores.chunks[1]


def test_accents_case_and_inflection_are_folded(keywords: Keywords) -> None:
    assert best(keywords.score("PETRIR LES PATES").text, keywords) == "MET.1"


def test_fields_are_apart(keywords: Keywords) -> None:
    scores = keywords.score("baguettes")
    assert scores.text.max() == scores.name.max() == 0
    assert best(scores.everyday, keywords) == "MET.1"


def test_a_subject_is_no_stop_word(keywords: Keywords) -> None:
    assert best(keywords.score("son").name, keywords) == "MET.3"


@pytest.mark.parametrize("query", ["", "   ", "quel est le", "🙂", "xyzzy"])
def test_a_query_without_a_known_word_scores_nothing(keywords: Keywords, query: str) -> None:
    scores = keywords.score(query)
    assert scores.text.max() == scores.name.max() == scores.everyday.max() == 0


def test_scores_of_one_sheets_chunks(keywords: Keywords) -> None:
    scores = keywords.score("bouquets")
    assert [len(keywords.chunk_scores(scores, sheet_id)) for sheet_id in ("MET.1", "MET.2", "MET.9")] == [2, 1, 0]


def test_a_rare_stem_weighs_more(keywords: Keywords) -> None:
    (common,), (rare,) = keywords.stems_of("titre"), keywords.stems_of("micros")
    assert keywords.weight_of(common) < keywords.weight_of(rare) <= keywords.weight_of("unknown")


def test_saved_and_opened_scores_the_same(keywords: Keywords, tmp_path: Path) -> None:
    keywords.save(tmp_path / "keywords")
    opened = open_keywords(tmp_path / "keywords")
    for query in ("boulanger de nuit", "roses", ""):
        ours, theirs = keywords.score(query), opened.score(query)
        assert (ours.chunks == theirs.chunks).all() and (ours.everyday == theirs.everyday).all()


def test_opening_nothing_fails(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_keywords(tmp_path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("pétrir la nuit", {"MET.1"}, id="words of several chunks"),
        pytest.param("boulanger bouquet", set(), id="no sheet holds both"),
        pytest.param("baguettes", {"MET.1"}, id="everyday word"),
        pytest.param("fleur", {"MET.2"}, id="start of a word"),
        pytest.param("micors", {"MET.3"}, id="mended"),
        pytest.param("quel est le", set(), id="stop words only"),
        pytest.param("xyzzy", set(), id="unknown"),
    ],
)
def test_sheets_holding_every_word(keywords: Keywords, text: str, found: set[str]) -> None:
    assert keywords.holding(text, lambda word: ["micros"] if word == "micors" else []) == found
