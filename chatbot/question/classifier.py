"""What a message asks for: labels with probabilities, learned when the index is built from the examples in `data/`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from chatbot.catalogue import fold

DATA = Path(__file__).parent.parent / "data"
EXAMPLES = DATA / "examples.jsonl"
CUES = DATA / "cues.json"
MASKS = {"metier": "metierx", "formation": "formationx"}
CHARACTERS, WORDS = 2**15, 2**14
CUE_WEIGHT = 2.0  # of a cue beside the n-grams and the embedding, whose vectors have length 1
THREADS = 2
CLAUSE_END = re.compile(r"(?<=[.?!;:…])\s+|,\s+|\n")

Encode = Callable[[str], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Example:
    """A message and every label that fits it."""

    text: str
    labels: tuple[str, ...]


def read_examples() -> tuple[Example, ...]:
    """Read `data/examples.jsonl`, its `{metier}` and `{formation}`, which stand for a name, put as masks."""
    rows = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines() if line.strip()]
    return tuple(Example(row["text"].format_map(_Slots()), tuple(row["labels"])) for row in rows)


class _Slots(dict[str, str]):
    """Any slot of an example to its mask; `{metier2}` counts as `{metier}`."""

    def __missing__(self, slot: str) -> str:
        return MASKS["formation" if slot.startswith("formation") else "metier"]


class Cues:
    """Phrases that speak for a label, from `data/cues.json`: one feature a label, learned like the others."""

    def __init__(self) -> None:
        patterns: dict[str, list[str]] = json.loads(CUES.read_text(encoding="utf-8"))
        self._patterns = [re.compile(r"\b(?:" + "|".join(group) + ")") for group in patterns.values()]

    def strip(self, folded: str) -> str:
        """Take the cues out of a text: what is left is what it speaks of."""
        for pattern in self._patterns:
            folded = pattern.sub(" ", folded)
        return folded

    def find(self, folded: str) -> NDArray[np.float32]:
        """Give one number a label: the weight of a cue that stands in the text, or 0."""
        return np.array([CUE_WEIGHT if pattern.search(folded) else 0.0 for pattern in self._patterns], dtype=np.float32)


class LabelModel:
    """One logistic regression a label over hashed n-grams and the sentence embedding."""

    def __init__(self, labels: Sequence[str], weights: NDArray[np.float32], bias: NDArray[np.float32], encode: Encode):
        self.labels = tuple(labels)
        self._weights, self._bias, self._encode = weights, bias, encode
        self.cues = Cues()
        self._hashers = [
            (each.build_analyzer(), FeatureHasher(each.n_features, input_type="string", alternate_sign=False))
            for each in _vectorizers()
        ]

    def scores(self, text: str) -> dict[str, float]:
        """Give the probability of each label for a message whose names are masked: its best clause decides."""
        clauses = [part for part in CLAUSE_END.split(text) if len(part.split()) > 1]
        parts = list(dict.fromkeys([text, *clauses]))
        logits = self._logits(parts).max(axis=0)
        return dict(zip(self.labels, (1 / (1 + np.exp(-logits))).tolist(), strict=True))

    def _logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give a row a text, a column a label."""
        folded = [fold(text) for text in texts]
        logits = np.tile(self._bias, (len(texts), 1))
        start = 0
        for analyze, hasher in self._hashers:
            # What HashingVectorizer does, without its checks, which take half of the time of a short text.
            with config_context(assume_finite=True, skip_parameter_validation=True):
                rows = hasher.transform(map(analyze, folded))
            for place, (first, last) in enumerate(pairwise(rows.indptr)):
                values, columns = rows.data[first:last], rows.indices[first:last]
                length = float(np.sqrt(values @ values)) or 1.0
                logits[place] += (values / length).astype(np.float32) @ self._weights[start + columns]
            start += hasher.n_features
        cues = np.stack([self.cues.find(text) for text in folded])
        logits += cues @ self._weights[start : start + cues.shape[1]]
        vectors = np.stack([self._encode(text) for text in texts])
        logits += vectors @ self._weights[start + cues.shape[1] :]
        return logits

    def save(self, folder: Path) -> None:
        """Write the model into a folder."""
        np.savez(folder / "labels.npz", labels=self.labels, weights=self._weights.astype(np.float16), bias=self._bias)


def train_labels(examples: Iterable[Example], encode: Encode, folder: Path | None = None) -> LabelModel:
    """Fit one regression a label on the examples (some 20 s for 8,000 on two cores); deterministic."""
    from scipy.sparse import csr_matrix, hstack

    examples = tuple(examples)
    labels = sorted({label for example in examples for label in example.labels})
    vectors = np.stack([encode(example.text) for example in examples])
    parts = [vectorizer.transform([fold(example.text) for example in examples]) for vectorizer in _vectorizers()]
    cues = Cues()
    parts.append(csr_matrix(np.stack([cues.find(fold(example.text)) for example in examples])))
    features = hstack([*parts, csr_matrix(vectors)]).tocsr()
    weights = np.zeros((features.shape[1], len(labels)), dtype=np.float32)
    bias = np.zeros(len(labels), dtype=np.float32)

    def fit(label: str) -> LogisticRegression:
        wanted = np.array([label in example.labels for example in examples])
        model = LogisticRegression(C=10.0, solver="liblinear", random_state=0, intercept_scaling=3.0)
        return model.fit(features, wanted)

    with ThreadPoolExecutor(THREADS) as pool:  # liblinear lets go of the interpreter while it works
        for column, model in enumerate(pool.map(fit, labels)):
            weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    trained = LabelModel(labels, weights, bias, encode)
    if folder is not None:
        trained.save(folder)
    return trained


def open_labels(folder: Path, encode: Encode) -> LabelModel:
    """Open the model that `train_labels` wrote; raise OSError or KeyError when it is not there or not one."""
    with np.load(folder / "labels.npz", allow_pickle=False) as data:
        return LabelModel(data["labels"].tolist(), data["weights"].astype(np.float32), data["bias"], encode)


def _vectorizers() -> tuple[HashingVectorizer, HashingVectorizer]:
    return (
        HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=CHARACTERS, alternate_sign=False),
        HashingVectorizer(  # nosec B106 # a pattern of words, no password
            analyzer="word", token_pattern=r"[\w+']+", ngram_range=(1, 2), n_features=WORDS, alternate_sign=False
        ),
    )
