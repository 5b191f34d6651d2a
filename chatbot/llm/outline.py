"""The extractive answer in; what a model may write anew and what stays as code wrote it out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chatbot.answering import Answer
from chatbot.citations import MARKER, cited_ids
from chatbot.evidence import split_sentences

# What is said about the sheets rather than by them: that a fact is absent, that two disagree, that names are shared.
NOTE = re.compile(
    r"La fiche\b[^.]*?\b(?:ne |n')|Le même nom désigne|Les fiches ne disent pas|Vérifiez|Je n'ai pas"
    r"|Elle est inscrite au RNCP"
)
COUNT_LEFT = re.compile(r"\bautres?\b")


@dataclass(frozen=True, slots=True)
class Statement:
    """Words of the answer and the sheets that their marker names."""

    text: str
    sheet_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or a list line of the answer, as it stands there, with what it states."""

    text: str
    statements: tuple[Statement, ...]
    block: int
    is_line: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """An answer taken apart; `before` and `after` stay, `units` are what a model may say in other words."""

    before: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    after: tuple[str, ...] = ()
    heads: dict[int, str] = field(default_factory=dict)  # the line that opens a list, by block
    left_over: tuple[str, ...] = ()  # stays only where the list before it is whole
    has_table: bool = False

    @property
    def shape(self) -> str:
        """Say what a model is to write: prose, list or comparison."""
        if self.has_table:
            return "comparison"
        return "list" if self.units and self.units[0].is_line and len(self.listed) > 1 else "prose"

    @property
    def listed(self) -> frozenset[str]:
        """Give the sheets that the lines of its lists stand for."""
        return frozenset(s.sheet_ids[0] for unit in self.units if unit.is_line for s in unit.statements)


def take_apart(answer: Answer) -> Outline:
    """Take an extractive answer apart."""
    before: list[str] = []
    after: list[str] = []
    left_over: list[str] = []
    units: list[Unit] = []
    heads: dict[int, str] = {}
    blocks = answer.text.split("\n\n")
    has_table = any(block.startswith("|") for block in blocks)
    for place, block in enumerate(blocks):
        if has_table or NOTE.match(block) or not MARKER.search(block):
            counts = COUNT_LEFT.search(block) and not MARKER.search(block)
            (left_over if counts else after if units else before).append(block)
            continue
        lines = block.split("\n")
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            if line.startswith("- "):
                marked = cited_ids(heads.get(place, ""))
                units.append(Unit(line, tuple(_split_statements(line[2:], marked)), place, True))
            elif following.startswith("- ") and line.endswith(":"):
                heads[place] = line
                before += [] if units else [line]
            else:
                units += (Unit(_join(statements), statements, place) for statements in _split_units(line))
    if has_table:
        return Outline((), (), tuple(before), has_table=True)
    return Outline(tuple(before), tuple(units), tuple(after), heads, tuple(left_over))


def _split_units(block: str) -> Iterator[tuple[Statement, ...]]:
    """Split a paragraph into its sentences; a marker holds for the sentences before it."""
    for statement in _split_statements(block, ()):
        for sentence in split_sentences(statement.text):
            yield (Statement(sentence, statement.sheet_ids),)


def _split_statements(text: str, marked: tuple[str, ...]) -> Iterator[Statement]:
    """Split a text at its groups of markers; words after the last, or without any, take the marker of the list."""
    start = 0
    for group in re.finditer(rf"(?:\s*{MARKER.pattern})+", text):
        words = _strip(text[start : group.start()])
        if words:
            yield Statement(words, cited_ids(group.group()))
        start = group.end()
    rest = _strip(text[start:])
    if rest and start == 0 and marked:
        yield Statement(rest, marked)


def _strip(text: str) -> str:
    return re.sub(r"^[\s.,;:]+", "", text.replace("**", "")).strip()


def _join(statements: tuple[Statement, ...]) -> str:
    return " ".join(
        f"{s.text.rstrip(' .')} {' '.join(f'[{sheet_id}]' for sheet_id in s.sheet_ids)}." for s in statements
    )
