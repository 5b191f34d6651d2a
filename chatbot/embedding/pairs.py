"""Sections of sheets and everyday phrases come in; pairs of texts that should lie close to each other go out."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SENTENCE_END = re.compile(r"(?<=[.!?…])\s*(?=[A-ZÀÂÇÉÈÊÎÔŒ«])|\n+")
SENTENCE_WORDS = 5
WINDOW_WORDS = 60


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts about the same sheet."""

    left: str
    right: str
    sheet_id: str


@dataclass(frozen=True, slots=True)
class TextUnit:
    """One section of a sheet; the heading may be empty."""

    sheet_id: str
    title: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class EverydayEntry:
    """The names, descriptions and questions that people use for a sheet."""

    sheet_id: str
    title: str
    phrases: Sequence[str]


def split_sentences(text: str) -> list[str]:
    """Return the sentences of at least five words."""
    return [part for part in SENTENCE_END.split(text) if len(part.split()) >= SENTENCE_WORDS]


def build_pairs(units: Iterable[TextUnit], everyday: Iterable[EverydayEntry] = (), seed: int = 0) -> list[Pair]:
    """Pair name and heading with section, sentence with the rest of its sheet, everyday phrase with all of them."""
    chooser = random.Random(seed)  # nosec B311 # the same draw each time, no secret
    sheets: dict[str, list[TextUnit]] = {}
    for unit in units:
        sheets.setdefault(unit.sheet_id, []).append(unit)
    pairs: list[Pair] = []
    for sheet_id, sections in sheets.items():
        pairs += [
            Pair(f"{section.title} {section.heading}", section.text, sheet_id) for section in sections if section.text
        ]
        sentences = [(place, s) for place, section in enumerate(sections) for s in split_sentences(section.text)]
        for place, sentence in sentences:
            section = sections[place]
            others = [other for _, other in sentences if other is not sentence]
            if others:
                start = chooser.randrange(len(others))
                rest = " ".join(" ".join(others[start:] + others[:start]).split()[:WINDOW_WORDS])
                pairs.append(Pair(sentence, f"{section.title} {rest}", sheet_id))
    for entry in everyday:
        sections = sheets.get(entry.sheet_id, [])
        for phrase in entry.phrases:
            pairs.append(Pair(phrase, entry.title, entry.sheet_id))
            if sections:
                section = chooser.choice(sections)
                pairs.append(Pair(phrase, f"{section.title} {section.heading} {section.text}", entry.sheet_id))
            if len(entry.phrases) > 1:
                others = [other for other in entry.phrases if other is not phrase]
                pairs.append(Pair(phrase, f"{entry.title} {' '.join(others)}", entry.sheet_id))
    return pairs
