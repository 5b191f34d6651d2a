"""Tastes and working settings in a message, as interest phrases of the sheets and settings of `data/`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.catalogue import fold

DATA = Path(__file__).parent.parent / "data"
NEGATION = re.compile(
    r"\b(?:pas|sans|ni|deteste|horreur|aucun|evite\w*|plutot que|marre|quitt\w+|chang\w+|fatigue\w*|hors"
    r"|loin)(?: (?!mais|et|plutot)\w+){0,3} $"
)
REFUSALS = ("sans", "plus", "moins", "jamais")  # no plurals


@dataclass(frozen=True, slots=True)
class Taste:
    """A phrase that people use, and the interest or setting that it stands for."""

    phrase: str
    key: str


@dataclass(frozen=True, slots=True)
class Interest:
    """One of the interest phrases of the sheets, and how to say it back."""

    interest: str
    short: str


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

    def __init__(self, folder: Path = DATA) -> None:
        interests = _read(folder / "interests.jsonl")
        settings = _read(folder / "settings.jsonl")
        self.interests = {str(row["interest"]): Interest(row["interest"], row["short"]) for row in interests}
        self.settings = {
            str(row["key"]): Setting(
                row["key"], row["say"], *(tuple(row.get(key, ())) for key in ("wants", "avoids", "words", "not_words"))
            )
            for row in settings
        }
        self._interest_words = [
            (key, _stem(phrase)) for row in interests for phrase in row["phrases"] for key in [row["interest"]]
        ]
        self._setting_words = [
            (key, _stem(phrase)) for row in settings for phrase in row["phrases"] for key in [row["key"]]
        ]

    def find_interests(self, message: str) -> tuple[str, ...]:
        """Name the interests that a message expresses, strongest first; a negated one is left out."""
        return self._find(message, self._interest_words)

    def find_avoided(self, message: str) -> tuple[str, ...]:
        """Name the interests that a message refuses ("pas les maths")."""
        return self._find(message, self._interest_words, negated=True)

    def find_settings(self, message: str) -> tuple[str, ...]:
        """Name the settings that a message asks for; a refused one stands for its opposite ("pas de bureau")."""
        wanted = self._find(message, self._setting_words)
        refused = self._find(message, self._setting_words, negated=True)
        opposites = tuple(f"no_{key}" for key in refused if f"no_{key}" in self.settings)
        return tuple(dict.fromkeys((*(key for key in wanted if f"no_{key}" not in wanted), *opposites)))

    def _find(self, message: str, phrases: list[tuple[str, str]], negated: bool = False) -> tuple[str, ...]:
        text = f" {_stem(message)} "
        found: dict[str, float] = {}
        for key, phrase in phrases:
            place = text.find(f" {phrase} ")
            own_refusal = phrase.startswith(("pas ", "sans ", "jamais ", "plus ", "ni ", "evit"))
            if place < 0 or (not own_refusal and bool(NEGATION.search(text[: place + 1]))) != negated:
                continue
            found[key] = found.get(key, 0.0) + len(phrase.split()) ** 2
        return tuple(sorted(found, key=lambda key: -found[key]))


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


STOP = {
    "j",
    "je",
    "le",
    "la",
    "les",
    "l",
    "un",
    "une",
    "des",
    "d",
    "de",
    "du",
    "aime",
    "adore",
    "veux",
    "m",
    "travailler",
    "etre",
    "dans",
    "en",
    "au",
    "a",
    "tout",
    "trop",
    "bien",
    "avec",
}


def _stem(text: str) -> str:
    """Fold a text to bare words, plural endings off, little words out."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    kept = [word for word in words if word not in STOP] or words
    return " ".join(word if word in REFUSALS else re.sub(r"(?<=\w{3})(?:s|x|es)$", "", word) for word in kept)
