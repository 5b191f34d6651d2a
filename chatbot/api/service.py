"""What the routes and the page are served from: a chatbot and a catalogue over one open index."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chatbot.answering import Answer, Chatbot
from chatbot.browse import Browser
from chatbot.llm import Composer, Stop
from chatbot.question import Turn


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """A chatbot whose index is open, the same catalogue to browse, and what is to be known of that index."""

    chatbot: Chatbot | Composer
    browser: Browser
    sheets: int
    chunks: int
    embedding: str
    indexed_at: datetime
    corpus_version: str = ""  # names what the sheets say
    corpus_date: datetime | None = None  # since when they say it
    generator: str = "extractive"  # what writes the answers, where it can
    remote_model: bool = False  # whether questions leave this machine for it
    is_degraded: Callable[[], bool] = lambda: False

    @property
    def degraded(self) -> bool:
        """Whether answers rest on keywords alone now, the Chroma server being away."""
        return self.is_degraded()

    @property
    def extractive(self) -> Chatbot:
        """Give the chatbot without a language model, for what has to come out the same each time."""
        return self.chatbot.extractive if isinstance(self.chatbot, Composer) else self.chatbot

    @property
    def model_counts(self) -> dict[str, int]:
        """Give what was counted of a language model's sentences and answers; nothing without one."""
        return self.chatbot.counts.snapshot() if isinstance(self.chatbot, Composer) else {}


class Service(Protocol):
    """What the routes and the page are served from."""

    def open_index(self) -> OpenIndex | None:
        """Give the index that answers now, or None while there is none."""


def reply(index: OpenIndex, question: str, history: Sequence[Turn]) -> Answer:
    """Answer a question: every way in, page, API or tool, comes through here or through `stream_reply`."""
    return index.chatbot.answer(question, history)


def stream_reply(
    index: OpenIndex, question: str, history: Sequence[Turn], stop: Stop | None = None
) -> Generator[str | Answer, None, None]:
    """Yield pieces of the text as they are written, then the whole answer; without a language model that alone.

    A stop tells that nobody waits any more.
    """
    if index.generator == "extractive":
        yield index.chatbot.answer(question, history)
    elif isinstance(index.chatbot, Composer):
        yield from index.chatbot.stream(question, history, stop)
    else:
        yield from index.chatbot.stream(question, history)
