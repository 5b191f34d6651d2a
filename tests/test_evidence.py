"""The sentences of a sheet that answer a question."""

import pytest

from chatbot.evidence import Evidence, content_words, split_clauses, split_passages, split_sentences
from chatbot.sheets import METIER, Section, Sheet
from tests.fake_embedder import FakeEmbedder

SHEET = Sheet(
    "MET.1",
    METIER,
    "dresseur de puces",
    sections=(
        Section("Présentation", "", "Il dresse des puces. Elle coud des costumes."),
        Section("Nature du travail", "Nourrir", "- La nourriture est donnée chaque soir.\n- Les cages sont nettoyées."),
        Section("Durée des études", "Après la 3e", "### Après la 3e\n2 ans pour préparer le CAP dresseur."),
        Section("Accès au métier", "", "Niveau bac\nLe concours est ouvert à partir de 21 ans, sur dossier."),
        Section("Conditions de travail", "", "Les représentations ont lieu la nuit et le dimanche."),
        Section("Salaire", "", "1843 euros brut par mois."),
    ),
)


@pytest.fixture
def evidence() -> Evidence:
    return Evidence(FakeEmbedder().encode_documents)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("Il dresse. Elle coud.", ["Il dresse.", "Elle coud."], id="two"),
        pytest.param("Des bêtes (ex. Les puces) dorment.", ["Des bêtes (ex. Les puces) dorment."], id="for example"),
        pytest.param("Il a été formé par M. Puce en 2012.", ["Il a été formé par M. Puce en 2012."], id="monsieur"),
        pytest.param("Comment ? Avec patience !", ["Comment ?", "Avec patience !"], id="question"),
        pytest.param("1.843 euros", ["1.843 euros"], id="figures"),
        pytest.param("", [], id="empty"),
    ],
)
def test_a_paragraph_is_split_into_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_a_passage_keeps_its_sheet_and_headings() -> None:
    passage = next(p for p in split_passages(SHEET) if "nourriture" in p.text)
    assert (passage.sheet_id, passage.heading, passage.subheading) == ("MET.1", "Nature du travail", "Nourrir")


def test_passages_are_verbatim_and_in_order() -> None:
    passages = split_passages(SHEET)
    assert [passage.place for passage in passages] == list(range(len(passages)))
    assert all(any(passage.text in section.text for section in SHEET.sections) for passage in passages)


def test_a_line_that_only_announces_a_level_is_no_passage() -> None:
    texts = [passage.text for passage in split_passages(SHEET)]
    assert "Niveau bac" not in texts
    assert "### Après la 3e" not in texts


@pytest.mark.parametrize(
    ("question", "needs", "heading"),
    [
        pytest.param("à quel âge peut-on passer le concours ?", ("acces",), "Accès au métier", id="access"),
        pytest.param("on travaille la nuit ?", ("conditions",), "Conditions de travail", id="conditions"),
        pytest.param("les cages, qui les nettoie ?", ("missions",), "Nature du travail", id="missions"),
        pytest.param("combien de temps ça dure ?", ("duree",), "Durée des études", id="duration"),
        pytest.param("qui coud les costumes ?", (), "Présentation", id="no need, only words"),
    ],
)
def test_the_best_sentence_stands_where_the_answer_is(
    evidence: Evidence, question: str, needs: tuple[str, ...], heading: str
) -> None:
    ranked = evidence.find(SHEET, question, needs)
    assert ranked[0][0].heading == heading
    assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


def test_a_sheet_without_text_has_no_evidence(evidence: Evidence) -> None:
    assert evidence.find(Sheet("MET.2", METIER, "vide"), "que fait-on ?", ("missions",)) == []


def test_at_most_so_many_sentences_are_given(evidence: Evidence) -> None:
    assert len(evidence.find(SHEET, "puces", (), limit=2)) == 2


def test_the_sentences_of_a_sheet_are_encoded_once() -> None:
    embedder = FakeEmbedder()
    evidence = Evidence(embedder.encode_documents)
    evidence.find(SHEET, "puces", ())
    evidence.find(SHEET, "costumes", ())
    assert sum("coud des costumes" in text for text in embedder.encoded) == 1


def test_a_question_gives_its_clauses_that_say_something() -> None:
    clauses = split_clauses("horaires de nuit des cirques, et concours ouvert aux mineurs ?")
    assert clauses[0].startswith("horaires")
    assert len(clauses) >= 2
    assert split_clauses("et le salaire ?") == ["et le salaire ?"]


def test_words_of_any_question_carry_no_meaning() -> None:
    assert content_words("quel métier pour moi ?") == set()
    assert content_words("dresser des puces") == content_words("Dressé, la puce")
