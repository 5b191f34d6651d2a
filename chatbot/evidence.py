"""A sheet and what is asked of it in; the sentences that answer, best first and bound to their section, out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chatbot.catalogue import fold
from chatbot.keywords import Stems
from chatbot.retrieval import read_weights
from chatbot.sheets import Sheet
from chatbot.stages import staged

DATA = Path(__file__).parent / "data"
STEMS = Stems()
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Rows = Callable[[NDArray[np.float32]], NDArray[np.bool_]]  # which of the measured sentences are kept
CACHED_SHEETS = 600  # some 40 kB each
SENTENCE_END = re.compile(r"(?<=[.!?…])(?<!\bex\.)(?<!\bM\.)(?<!\bc\.-à-d\.)[ »\"]*\s+(?=[A-ZÀÂÇÉÈÊÎÔÛ«\"0-9(-])")
CLAUSE_END = re.compile(
    r"[?!.;:]+\s|,\s| et (?:y |est|ca |ça |sa |quel|comment|combien|à quel|on |il |elle )", re.IGNORECASE
)
LEVEL_LINE = re.compile(
    r"(?:### )?(?:niveau .{1,25}|après la 3e?|après le bac.{0,12}|avec ou sans le bac|bac ?\+ ?\d.{0,10})\s*:?",
    re.IGNORECASE,
)

# Where the answer to a need usually stands, with the bonus that a sentence gets for standing there.
PLACES: dict[str, dict[str, float]] = json.loads((DATA / "places.json").read_text(encoding="utf-8"))
# Words that mark a sentence as one that speaks of the need, whatever words the question uses (folded).
_CUES: dict[str, list[str]] = json.loads((DATA / "sentence_cues.json").read_text(encoding="utf-8"))
CUES = {need: re.compile("|".join(words)) for need, words in _CUES.items()}
FIGURE_ASKED = re.compile(
    r"\bcombien\b|\bcb\b|\bcmb\b|quel age|a quelle heure|quels horaires|age minimum|des quel age|duree|how "
    r"(?:long|many|old)"
)
# Words of any question, which say nothing of its subject.
STOP = frozenset({
    "a", "ai", "alors", "apres", "as", "au", "aussi", "autre", "aux", "avec", "avoir", "bac", "bien", "bon",
    "bonjour", "c", "ca", "ce", "cela", "celui", "ces", "cet", "cette", "chez", "combien", "comme", "comment", "d",
    "dans", "de", "des", "deux", "diplome", "dire", "dit", "doit", "du", "elle", "elles", "en", "encore", "est", "et",
    "etre", "eu", "faire", "fait", "faut", "fille", "fils", "fois", "font", "il", "ils", "j", "jai", "je", "juste",
    "l", "la", "le", "les", "leur", "lui", "m", "ma", "mais", "me", "meme", "merci", "mes", "metier", "moi", "mon",
    "n", "ne", "ni", "non", "nos", "notre", "nous", "on", "ont", "ou", "oui", "par", "pas", "passer", "peu", "peut",
    "plus", "plutot", "possible", "pour", "pouvez", "pr", "qu", "quand", "que", "quel", "quelle", "quelles", "quels",
    "qui", "quoi", "s", "sa", "sans", "se", "ses", "si", "slt", "son", "sont", "stp", "suis", "sur", "svp", "t", "ta",
    "te", "tes", "toi", "ton", "toujours", "tout", "tous", "toute", "tres", "tu", "un", "une", "va", "vais", "vers",
    "veut", "veux", "voila", "vont", "vos", "votre", "voudrais", "vous", "vrai", "y", "travail", "travailler",
    "formation", "formations", "etudes", "etude", "devenir", "metiers", "boulot", "niveau", "annees", "ans",
    "j'aimerais", "aimerais", "souhaite", "tard", "avenir", "jour", "reve", "reves", "envie", "debut", "debute",
    "debutant", "dernier", "second", "seconde", "premier", "recommander", "reference", "concretement", "exactement",
    "vraiment", "besoin", "fort", "forte", "grave", "souvent", "beaucoup", "parfois", "deja", "quelqu'un", "genre",
    "france",
})  # fmt: skip


# Of the question whole, and of its best clause: cosine, share of its rare words held, share of the bridged words held;
# then where answers to the needs stand, a cue of the need, figures, and the sentence's own shape.
FEATURES = (
    "cosine", "shared", "bridged", "clause_cosine", "clause_shared", "clause_bridged",
    "place", "cue", "figure_asked", "figure", "short", "opens_section", "length", "constant",
)  # fmt: skip
PLACE = FEATURES.index("place")
COSINE = FEATURES.index("cosine")
WORDS = [FEATURES.index(name) for name in ("shared", "bridged", "clause_shared", "clause_bridged")]
ALIKE = 0.4  # the cosine of a sentence that says the like in other words
SHARED = [FEATURES.index("shared"), FEATURES.index("clause_shared")]
HALF = 0.5  # of the weight of the rare words
MOST_CLOSE, MOST_NEAR = 3, 6  # sentences
REMEMBERED = 64  # questions, each with one sheet: several parts of an answer ask for the same
SHORT, LONG = 25, 500  # characters
FITTED = DATA / "evidence.json"
WEIGHTS = read_weights(FITTED, FEATURES)
BRIDGED = 3  # how many words of the sheets' side make a full bridge


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a sheet, verbatim but for white space, with the section that it stands in."""

    sheet_id: str
    heading: str
    subheading: str
    text: str
    place: int


@dataclass(frozen=True, slots=True)
class _Sentences:
    """The sentences of a sheet, encoded."""

    passages: tuple[Passage, ...]
    vectors: NDArray[np.float32]
    folded: tuple[str, ...]
    words: tuple[frozenset[str], ...]
    shapes: NDArray[np.float32]  # the features that no question changes, from "place" on
    rarity: dict[str, float]
    unseen: float  # the rarity of a word that the sheet does not hold
    placed: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def place(self, need: str) -> NDArray[np.float32]:
        """Give for each sentence what a need makes of its place, and whether it holds a cue of the need."""
        known = self.placed.get(need)
        if known is None:
            place, cue = PLACES.get(need, {}), CUES.get(need)
            rows = [
                (place.get(passage.heading, 0.0), float(cue is not None and bool(cue.search(folded))))
                for passage, folded in zip(self.passages, self.folded, strict=True)
            ]
            self.placed[need] = known = np.array(rows, dtype=np.float32)
        return known


class _Same:
    """A sheet as a key: itself, not one that says the same."""

    __slots__ = ("sheet",)

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.sheet is other.sheet

    def __hash__(self) -> int:
        return hash(self.sheet.sheet_id)


class Evidence:
    """Finds the sentences of a sheet that answer a question; keeps the last sheets' sentences encoded."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._split = lru_cache(CACHED_SHEETS)(lambda same: tuple(split_passages(same.sheet)))
        self._sentences = lru_cache(CACHED_SHEETS)(self._encode_sentences)
        self._matches = lru_cache(REMEMBERED)(self._match_all)

    @staged("evidence")
    def find(self, sheet: Sheet, question: str, needs: Sequence[str], limit: int = 6) -> list[tuple[Passage, float]]:
        """Rank the sentences of a sheet for a question (names of the sheet taken out), best first.

        A score is some 0.3 for any sentence, 1 and more for one that answers.
        """
        passages = self.passages_of(sheet)
        if not passages:
            return []
        scores = self.measure(sheet, question, needs) @ WEIGHTS
        order = np.argsort(-scores, kind="stable")[:limit]
        return [(passages[row], float(scores[row])) for row in order]

    @staged("evidence")
    def find_close(self, sheet: Sheet, question: str) -> list[tuple[Passage, float]]:
        """Rank the three best sentences that hold half of the rare words of a question or of a clause of it."""
        return self._find_where(sheet, question, MOST_CLOSE, lambda rows: rows[:, SHARED].max(axis=1) >= HALF)

    @staged("evidence")
    def find_near(self, sheet: Sheet, question: str) -> list[tuple[Passage, float]]:
        """Rank the best sentences that share a word with a question, or say the like in others."""
        return self._find_where(sheet, question, MOST_NEAR, are_near)

    def _find_where(self, sheet: Sheet, question: str, limit: int, kept: Rows) -> list[tuple[Passage, float]]:
        passages = self.passages_of(sheet)
        if not passages:
            return []
        rows = self.measure(sheet, question, ())
        scores = np.where(kept(rows), rows @ WEIGHTS, -np.inf)
        order = np.argsort(-scores, kind="stable")[:limit]
        return [(passages[row], float(scores[row])) for row in order if np.isfinite(scores[row])]

    def measure(self, sheet: Sheet, question: str, needs: Sequence[str]) -> NDArray[np.float32]:
        """Give a row a sentence, in the order of FEATURES."""
        same = _Same(sheet)
        sentences = self._sentences(same)
        rows = np.concatenate([self._matches(same, question), sentences.shapes], axis=1)
        for need in needs:
            columns = rows[:, PLACE : PLACE + 2]
            np.maximum(columns, sentences.place(need), out=columns)
        rows[:, PLACE + 2] *= bool(FIGURE_ASKED.search(fold(question)))
        return rows

    def _match_all(self, same: _Same, question: str) -> NDArray[np.float32]:
        """Match every sentence with a question whole and with its best clause."""
        clauses = [self._match(self._sentences(same), clause) for clause in split_clauses(question)]
        return np.concatenate([clauses[0], np.max(clauses, axis=0)], axis=1)

    def _match(self, sentences: _Sentences, clause: str) -> NDArray[np.float32]:
        """Match every sentence with a clause: cosine, the share of its rare words held, and bridged words."""
        asked = content_words(clause)
        weights = {word: sentences.rarity.get(word, sentences.unseen) for word in asked}
        bridged = find_bridges(clause) - asked
        total = sum(weights.values()) or 1.0
        shared = [sum(weight for word, weight in weights.items() if word in words) / total for words in sentences.words]
        across = [min(BRIDGED, len(bridged & words)) / BRIDGED for words in sentences.words]
        cosines = sentences.vectors @ self._encode([clause])[0]
        return np.stack([cosines, np.array(shared), np.array(across)], axis=1).astype(np.float32)

    def passages_of(self, sheet: Sheet) -> tuple[Passage, ...]:
        """Give every sentence of a sheet, in order."""
        return self._split(_Same(sheet))

    @staged("evidence")
    def similarity(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the cosine of each text with a question."""
        similarities: NDArray[np.float32] = self._encode(texts) @ self._encode([question])[0]
        return similarities

    def _encode_sentences(self, same: _Same) -> _Sentences:
        passages = self._split(same)
        texts = [f"{passage.subheading} {passage.text}" for passage in passages]
        words = tuple(frozenset(content_words(text)) for text in texts)
        counts = Counter(word for group in words for word in group)
        return _Sentences(
            passages,
            self._encode(texts) if texts else np.zeros((0, 1), dtype=np.float32),
            tuple(fold(passage.text) for passage in passages),
            words,
            np.array(list(_measure_shapes(passages)), dtype=np.float32).reshape(-1, len(FEATURES) - PLACE),
            {word: log(1 + len(passages) / count) for word, count in counts.items()},
            0.5 * log(1 + len(passages)),
        )


def are_near(rows: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which of measured sentences share a word with the question, or say the like in others."""
    near: NDArray[np.bool_] = (rows[:, WORDS].max(axis=1) > 0) | (rows[:, COSINE] >= ALIKE)
    return near


def _measure_shapes(passages: Sequence[Passage]) -> Iterator[tuple[float, ...]]:
    before: tuple[str, str] | None = None
    for passage in passages:
        digit = float(any(map(str.isdigit, passage.text)))
        opens = (passage.heading, passage.subheading) != before
        length = len(passage.text)
        yield (0.0, 0.0, digit, digit, float(length < SHORT), float(opens), min(length / LONG, 1.0), 1.0)
        before = (passage.heading, passage.subheading)


def split_passages(sheet: Sheet) -> list[Passage]:
    """Split the sections of a sheet into sentences, in order; a line that only announces a level joins what follows."""
    passages: list[Passage] = []
    for section in sheet.sections:
        for line in section.text.split("\n"):
            if LEVEL_LINE.fullmatch(line.strip()):
                continue
            for sentence in split_sentences(line.removeprefix("- ")):
                passages.append(Passage(sheet.sheet_id, section.heading, section.subheading, sentence, len(passages)))
    return passages


def find_bridges(text: str) -> set[str]:
    """Give the words that sheets use for what a question says in its own ("à son compte" → libéral, indépendant)."""
    folded = fold(text)
    return set().union(*(words for pattern, words in BRIDGES if pattern.search(folded)))


def split_clauses(question: str) -> list[str]:
    """Give a question whole, and each of its clauses that has two words of its own."""
    clauses = [part.strip() for part in CLAUSE_END.split(question)]
    return [question, *(clause for clause in clauses if clause != question and len(content_words(clause)) >= 2)]


def split_sentences(text: str) -> list[str]:
    """Split a paragraph into sentences."""
    return [part.strip() for part in SENTENCE_END.split(text) if part.strip()]


def content_words(text: str) -> set[str]:
    """Give the stems of a text that carry meaning, without the words of any question."""
    words = (
        word for word in re.findall(r"[a-z0-9]+", fold(text)) if word not in STOP and (len(word) > 2 or word.isdigit())
    )
    return set(STEMS.split(" ".join(words)))


BRIDGES = tuple(
    (re.compile(pattern), frozenset(content_words(words)))
    for pattern, words in json.loads((DATA / "bridges.json").read_text(encoding="utf-8")).items()
)
