"""Tastes and working settings in a message, as interest phrases of the sheets and settings of `data/`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from chatbot.catalogue import fold
from chatbot.question.ideas import KIN

DATA = Path(__file__).parent.parent / "data"
NEGATION = re.compile(
    r"\b(?:pas|sans|ni|deteste|horreur|aucun|evite\w*|plutot que|marre|quitt\w+|chang\w+|fatigue\w*|hors"
    r"|loin)(?: (?!mais?\b|et\b|plutot)\w+){0,3} $"
)
BUT = re.compile(  # a new clause ends a refusal: "marre du bureau, j'aime le jardin"
    r"[,;.!?] ?(?:moi )?(?:j'? ?(?:aime|adore|prefere|kiffe)|je (?:prefere|veux|voudrais|reve))\b(?! pas)"
)
REFUSALS = ("sans", "plus", "moins", "jamais")  # no plurals
# Little words: "j'aime travailler avec les animaux" says what "les animaux" does.
STOP = frozenset({
    "j", "je", "le", "la", "les", "l", "un", "une", "des", "d", "de", "du", "aime", "adore", "veux", "m", "travailler",
    "etre", "dans", "en", "au", "a", "tout", "trop", "bien", "avec",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """A way of working that no field of a sheet gives: the interests and words that speak for it or against it."""

    key: str
    say: str
    wants: tuple[str, ...]
    avoids: tuple[str, ...]
    words: tuple[str, ...]
    not_words: tuple[str, ...]


class Tastes:
    """Finds interests and settings by the words that people say them with (whole words, folded, inflected)."""

    def __init__(self) -> None:
        interests, settings = _read(DATA / "interests.jsonl"), _read(DATA / "settings.jsonl")
        self.shorts = {str(row["interest"]): str(row["short"]) for row in interests}  # how to say an interest back
        self.settings = {
            str(row["key"]): Setting(
                row["key"], row["say"], *(tuple(row.get(key, ())) for key in ("wants", "avoids", "words", "not_words"))
            )
            for row in settings
        }
        self._interest_words = _Phrases((row["interest"], phrase) for row in interests for phrase in row["phrases"])
        self._setting_words = _Phrases((row["key"], phrase) for row in settings for phrase in row["phrases"])

    def find_interests(self, message: str) -> tuple[str, ...]:
        """Name the interests that a message expresses, strongest first; a negated one is left out."""
        return self._interest_words.find(message)

    def find_avoided(self, message: str) -> tuple[str, ...]:
        """Name the interests that a message refuses ("pas les maths")."""
        return self._interest_words.find(message, negated=True)

    def find_settings(self, message: str) -> tuple[str, ...]:
        """Name the settings that a message asks for; a refused one stands for its opposite ("pas de bureau")."""
        wanted = self._setting_words.find(message)
        refused = self._setting_words.find(message, negated=True)
        opposites = tuple(f"no_{key}" for key in refused if f"no_{key}" in self.settings)
        return tuple(dict.fromkeys((*(key for key in wanted if f"no_{key}" not in wanted), *opposites)))


class _Phrases:
    """Phrases, each with the key that it stands for."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self._keys: dict[str, list[tuple[int, str]]] = {}
        for place, (key, phrase) in enumerate(phrases):
            self._keys.setdefault(_stem(phrase), []).append((place, key))
        self._match = lru_cache(64)(self._find_all)
        self._longest = max((len(phrase.split()) for phrase in self._keys), default=0)

    def find(self, message: str, negated: bool = False) -> tuple[str, ...]:
        """Give the keys whose phrases stand in a message, or stand there refused, strongest first."""
        text = f" {_stem(message)} "
        found: dict[str, float] = {}
        for _, key, phrase, start in self._match(text):
            own_refusal = phrase.startswith(("pas ", "sans ", "jamais ", "plus ", "ni ", "evit"))
            if own_refusal or bool(NEGATION.search(text[:start])) == negated:
                found[key] = found.get(key, 0.0) + len(phrase.split()) ** 2
        return tuple(sorted(found, key=lambda key: -found[key]))

    def _find_all(self, text: str) -> list[tuple[int, str, str, int]]:
        """Give the place, key and text of each phrase that stands in a text, and where it stands first."""
        said: dict[str, int] = {}
        starts = [match.start() for match in re.finditer(r"\S+", text)]
        for first, start in enumerate(starts):
            for last in range(first, min(first + self._longest, len(starts))):
                said.setdefault(text[start : text.index(" ", starts[last])], start)
        return sorted((*entry, phrase, said[phrase]) for phrase in said for entry in self._keys.get(phrase, ()))


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@lru_cache(64)
def _stem(text: str) -> str:
    """Fold a text to bare words, plural endings off, little words out, and of whom it speaks ("mon ado")."""
    words = re.findall(r"[a-z0-9]+", KIN.sub(" ", BUT.sub(" mais ", fold(text))))
    kept = [word for word in words if word not in STOP] or words
    return " ".join(word if word in REFUSALS else re.sub(r"(?<=\w{3})(?:s|x|es)$", "", word) for word in kept)
