import json
import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from chatbot.catalogue import Catalogue
from chatbot.chunks import split_sheet
from chatbot.embedding import Vector
from chatbot.evaluation import Figures, RetrievalCase, evaluate_retrieval, read_cases, render_table
from chatbot.evaluation.fitting import ask_names, cross_validate, hold_out_questions, learn
from chatbot.index import CHUNKS, EVERYDAY
from chatbot.keywords import Keywords, build_keywords
from chatbot.naming import Everyday, Names
from chatbot.retrieval import FEATURES, Lesson, Retriever, fit_weights, read_weights, write_weights
from chatbot.retrieval.chain import SheetRetriever
from chatbot.sheets import FORMATION, METIER, Name, Section, Sheet
from tests.fake_embedder import FakeEmbedder


def sheet(sheet_id: str, title: str, *sections: tuple[str, str], detailed: bool = True) -> Sheet:
    kind = METIER if sheet_id.startswith("MET") else FORMATION
    parts = tuple(Section(heading, "", text) for heading, text in sections)
    return Sheet(sheet_id, kind, title, names=(Name(title),), sections=parts, detailed=detailed)


SHEETS = [
    sheet("MET.1", "fleuriste", ("Nature du travail", "Composer des bouquets de fleurs."),
          ("Conditions de travail", "Debout, dans une boutique fraîche.")),
    sheet("MET.2", "boulanger", ("Nature du travail", "Pétrir la pâte, cuire le pain."),
          ("Conditions de travail", "Travail de nuit, debout.")),
    sheet("MET.3", "vétérinaire", ("Nature du travail", "Soigner les animaux malades.")),
    sheet("FOR.1", "CAP fleuriste", ("Description", "Le titulaire compose des bouquets.")),
    sheet("FOR.2", "CAP boulanger", ("Description", "Fabriquer le pain et les viennoiseries.")),
    sheet("FOR.3", "CAP fleuriste en ligne", detailed=False),
]  # fmt: skip
EVERYDAY_TEXTS = [
    Everyday("MET.3", "vétérinaire", ("véto",), ("guérir les bêtes",), ("faut quoi pour être véto",)),
    Everyday("MET.2", "boulanger", ("celui des baguettes",), ("se lever à 3 h pour le pain",), ()),
]


@dataclass
class MemoryIndex:
    """An index held in memory, searched by comparing all vectors."""

    catalogue: Catalogue
    keywords: Keywords
    embedder: FakeEmbedder
    documents: dict[str, dict[str, Vector]] = field(default_factory=dict)

    def nearest(self, vector: Vector, count: int, collection: str = CHUNKS) -> list[tuple[str, float]]:
        found = [(key, float(vector @ other)) for key, other in self.documents[collection].items()]
        return sorted(found, key=lambda pair: -pair[1])[:count]


@pytest.fixture(scope="module")
def index() -> MemoryIndex:
    catalogue = Catalogue(SHEETS)
    chunks = [chunk for sheet in SHEETS for chunk in split_sheet(sheet)]
    everyday = {e.sheet_id: " ".join(e.names + e.descriptions + e.questions) for e in EVERYDAY_TEXTS}
    keywords = build_keywords(chunks, {sheet.sheet_id: sheet.title for sheet in SHEETS}, everyday)
    embedder = FakeEmbedder()
    documents = {
        CHUNKS: {chunk.chunk_id: embedder.encode_query(f"{chunk.breadcrumb} {chunk.text}") for chunk in chunks},
        # The layer covers every published sheet: one of these is not loaded.
        EVERYDAY: {f"{key}#0": embedder.encode_query(text) for key, text in {**everyday, "MET.99": "le pain"}.items()},
    }
    return MemoryIndex(catalogue, keywords, embedder, documents)


@pytest.fixture(scope="module")
def retriever(index: MemoryIndex) -> Retriever:
    return Retriever(index, Names(index.catalogue, EVERYDAY_TEXTS))


@pytest.mark.parametrize(
    ("query", "first"),
    [
        pytest.param("quel salaire pour un fleuriste ?", "MET.1", id="title"),
        pytest.param("CAP fleuriste durée", "FOR.1", id="diploma"),
        pytest.param("jveux etre veto", "MET.3", id="everyday name"),
        pytest.param("se lever à 3 h pour le pain", "MET.2", id="everyday words"),
        pytest.param("qui soigne les animaux malades ?", "MET.3", id="words of the sheet"),
        pytest.param("FOR.2 c'est quoi", "FOR.2", id="typed ID"),
    ],
)
def test_the_sheet_asked_about_comes_first(retriever: Retriever, query: str, first: str) -> None:
    hits = retriever.rank(query)
    assert hits[0].sheet_id == first
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert 0 < hits[0].chance <= 1


def test_only_sheets_of_a_kind_when_asked(retriever: Retriever) -> None:
    assert {hit.sheet_id[:3] for hit in retriever.rank("fleuriste", kind=FORMATION)} == {"FOR"}
    assert retriever.rank("fleuriste", kind=METIER, limit=1)[0].sheet_id == "MET.1"


@pytest.mark.parametrize("query", ["", "🙂🙂", "' OR 1=1; --", "<script>", "a" * 2000, "\u202eabc\x00"])
def test_any_query_is_ranked(retriever: Retriever, query: str) -> None:
    assert all(hit.sheet_id in {sheet.sheet_id for sheet in SHEETS} for hit in retriever.rank(query))
    retriever.passages(query, ["MET.1", "MET.404"])


def test_passages_stay_in_the_sheets_given(retriever: Retriever) -> None:
    found = retriever.passages("il travaille la nuit ?", ["MET.2", "MET.1"])
    assert found[0].chunk.heading == "Conditions de travail" and found[0].chunk.sheet_id == "MET.2"
    assert {hit.chunk.sheet_id for hit in found} <= {"MET.1", "MET.2"}
    assert retriever.passages("nuit", []) == []


def test_langchain_gets_documents_with_their_sheet(retriever: Retriever) -> None:
    documents = SheetRetriever(retriever=retriever, sheets=2, passages=3).invoke("pétrir la pâte")
    assert documents[0].metadata["sheet_id"] == "MET.2"
    assert documents[0].metadata["url"] == "https://www.onisep.fr/http/redirection/metier/slug/MET.2"
    assert documents[0].metadata["heading"] == "Nature du travail"
    assert documents[0].page_content == "Pétrir la pâte, cuire le pain."


def test_fitting_finds_the_feature_that_tells(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    lessons = []
    for _ in range(50):
        features = random.random((10, len(FEATURES))).astype(np.float32)
        lessons.append(Lesson(features, features[:, 2] == features[:, 2].max()))
    weights = fit_weights(lessons)
    assert weights.argmax() == 2
    write_weights(weights, tmp_path / "weights.json")
    assert np.allclose(read_weights(tmp_path / "weights.json"), weights, atol=1e-3)


def test_weights_of_other_features_are_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.json").write_text(json.dumps({"text": 1.0}))
    with pytest.raises(ValueError, match="fit them again"):
        read_weights(tmp_path / "weights.json")


def test_held_out_questions_leave_the_everyday_layer(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    rows = [{"id": f"FOR.{n}", "title": "t", "names": ["n"], "question": f"q{n}"} for n in (1, 2)]
    (source / "formations.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (source / "metiers.jsonl").write_text(json.dumps({"id": "MET.1", "names": [], "questions": ["a", "b"]}))
    held = hold_out_questions(source, target)
    assert [(case.question, case.right) for case in held] == [("q2", frozenset({"FOR.2"})), ("a", frozenset({"MET.1"}))]
    left = "".join(path.read_text() for path in sorted(target.iterdir()))
    assert '"q1"' in left and '"q2"' not in left and '"a"' not in left and '"b"' in left


def test_lessons_from_names_fit_and_cross_validate(index: MemoryIndex, retriever: Retriever) -> None:
    cases = list(ask_names(index.catalogue, random.Random(0)))
    assert {"MET.1"} in [case.right for case in cases] and {"FOR.3"} not in [case.right for case in cases]
    lessons = learn(cases, retriever, 1.0, 3)
    assert all(lesson.right.any() for lesson in lessons)
    assert cross_validate(cases * 3, retriever, lessons).hit_5 == 1.0


def test_evaluation_counts_first_fifth_and_twentieth(retriever: Retriever) -> None:
    cases = [
        RetrievalCase("salary", "salaire fleuriste", frozenset({"MET.1"})),
        RetrievalCase("level", "niveau boulanger", frozenset({"MET.404"})),
    ]
    figures = evaluate_retrieval(cases, retriever, read_weights())
    assert figures["fused"]["salary"].hit_1 == 1.0
    assert figures["fused"]["level"].hit_20 == 0.0
    assert figures["fused"]["all"].count == 2 and figures["fused"]["all"].hit_5 == 0.5
    assert "| fused | 0.50 | 0.50 | 0.50 | 0.50 |" in render_table(figures)


def test_figures_of_ranks() -> None:
    figures = Figures.of([1, 5, 21, 4])
    assert (figures.count, figures.hit_1, figures.hit_5, figures.hit_20) == (4, 0.25, 0.75, 0.75)
    assert figures.mrr == pytest.approx((1 + 1 / 5 + 1 / 21 + 1 / 4) / 4)


def test_cases_are_single_turns_with_right_sheets(tmp_path: Path) -> None:
    rows = [
        {"type": "level", "turns": ["a"], "gold_ids": ["MET.1"], "any_of_ids": ["MET.2"]},
        {"type": "explore", "turns": ["b"], "gold_ids": [], "any_of_ids": ["MET.2"]},
        {"type": "multi_turn", "turns": ["c", "d"], "gold_ids": ["MET.1"], "any_of_ids": []},
        {"type": "distress", "turns": ["e"], "gold_ids": [], "any_of_ids": []},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    cases = read_cases([tmp_path / "questions.jsonl"])
    assert [(case.question, case.right) for case in cases] == [("a", frozenset({"MET.1"})), ("b", frozenset({"MET.2"}))]
