"""A dossier: answers and sheets to take away, with all that says where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from chatbot.answering import Answer, Turn
from chatbot.sheets import Sheet


class Answerer(Protocol):
    """What a dossier needs of the chatbot."""

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Corpus:
    """The sheets that a dossier rests on: how many, and which version of their index."""

    sheets: int
    indexed_at: datetime
    version: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the conversation, in its place; one that is not kept only helps to understand those after it."""

    question: str
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what the chatbot answers to it."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Shown:
    """A sheet to show in full, and its facts: pairs of label and text."""

    sheet: Sheet
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A sheet that answers rest on, with the words cited: pairs of section and excerpt."""

    sheet_id: str
    kind: str
    title: str
    url: str
    excerpts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """What goes into one document."""

    title: str
    made_on: date
    corpus: Corpus
    exchanges: tuple[Exchange, ...]
    sheets: tuple[Shown, ...]
    sources: tuple[Source, ...]
