"""How much of a question sheets say too."""

import numpy as np
import pytest

from chatbot.chunks import Chunk
from chatbot.embedding import adapt_embedding
from chatbot.embedding.pairs import Pair
from chatbot.keywords import Keywords, build_keywords
from chatbot.retrieval import COVERAGE
from chatbot.retrieval.coverage import Coverage


def chunk(sheet_id: str, place: int, text: str) -> Chunk:
    return Chunk(f"{sheet_id}#{place}", sheet_id, "metier", "Nature du travail", "", "", text)


@pytest.fixture(scope="module")
def keywords() -> Keywords:
    chunks = [
        chunk("MET.1", 0, "Le boulanger pétrit la pâte."),
        chunk("MET.1", 1, "Il cuit le pain la nuit."),
        chunk("MET.2", 0, "La fleuriste compose des bouquets."),
    ]
    return build_keywords(chunks, {"MET.1": "boulanger", "MET.2": "fleuriste"}, {"MET.2": "vendre des roses"})


def test_a_sheet_covers_a_question_whole_and_a_passage_its_part(keywords: Keywords) -> None:
    [row] = Coverage(keywords, None).measure("pétrir la pâte, cuit le pain", ["MET.1"])
    covered = dict(zip(COVERAGE, row.tolist(), strict=True))
    assert covered["sheet_covers"] == pytest.approx(1.0)
    assert 0.3 < covered["passage_covers"] < 0.8


def test_names_and_everyday_words_count_for_the_sheet(keywords: Keywords) -> None:
    rows = Coverage(keywords, None).measure("des roses", ["MET.1", "MET.2"])
    assert rows[:, COVERAGE.index("sheet_covers")].tolist() == [0.0, 1.0]


def test_a_kindred_word_counts_in_part(keywords: Keywords) -> None:
    pairs = [Pair("baguette pain", "pain baguette", "MET.1"), Pair("tulipe bouquets", "bouquets tulipe", "MET.2")]
    covers = COVERAGE.index("sheet_covers")
    rows = Coverage(keywords, adapt_embedding(pairs * 20)).measure("tulipes", ["MET.1", "MET.2"])
    assert rows[1, covers] > rows[0, covers]


@pytest.mark.parametrize("query", ["", "le la les", "?!"])
def test_a_question_without_a_word_is_covered_by_none(keywords: Keywords, query: str) -> None:
    assert not np.any(Coverage(keywords, None).measure(query, ["MET.1"]))
    assert Coverage(keywords, None).measure("pain", []).shape == (0, len(COVERAGE))
