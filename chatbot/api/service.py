"""What the routes and the page are served from: a chatbot and a catalogue over one open index."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chatbot.answering import Answer, Chatbot
from chatbot.api.replies import observe_reply
from chatbot.api.turns import TURNS, Channel, Turns, take_turn
from chatbot.browse import Browser
from chatbot.llm import Composer, Stop
from chatbot.question import Turn

INDEX_MISSING = "Les fiches ne sont pas encore indexées. À lancer sur le serveur : python -m chatbot index"
STARTING = "Le service démarre : réessayez dans quelques secondes."
STARTING_SECONDS = 5
MOST_DOSSIERS = 8  # that wait: a long one takes a second, and who waits for ten is sent away
DOSSIERS = Turns(at_once=1, longest=MOST_DOSSIERS)  # however many wait, one takes turns with the questions


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
    turns: Turns = TURNS  # who is answered when
    dossiers: Turns = DOSSIERS  # and whose dossier is made

    @property
    def degraded(self) -> bool:
        """Whether answers rest on keywords alone now, the Chroma server being away."""
        return self.is_degraded()

    @property
    def extractive(self) -> Chatbot:
        """Give the chatbot without a language model, for what has to come out the same each time."""
        return self.chatbot.extractive if isinstance(self.chatbot, Composer) else self.chatbot


class Service(Protocol):
    """What the routes and the page are served from."""

    def open_index(self) -> OpenIndex | None:
        """Give the index that answers now, or None while there is none."""


def is_starting(service: Service) -> bool:
    """Whether there is no index yet since it is being opened."""
    return bool(getattr(service, "is_starting", False))


def say_unavailable(service: Service) -> str:
    """Say why there is no index to answer from."""
    return STARTING if is_starting(service) else INDEX_MISSING


@dataclass(frozen=True, slots=True)
class InTurn:
    """Answers for a dossier: without a language model, each in a turn of its own among the questions."""

    index: OpenIndex

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question; raise Overloaded when too many wait already."""
        with take_turn(self.index.turns, "dossier"):
            return self.index.extractive.answer(question, history)


def reply(index: OpenIndex, question: str, history: Sequence[Turn], *, channel: Channel = "api") -> Answer:
    """Answer a question: every way in, page, API or tool, comes through here or through `stream_reply`.

    Raise Overloaded when too many wait already, AnswerFailed for what goes wrong inside.
    """

    def answer() -> Generator[str | Answer, None, None]:
        yield index.chatbot.answer(question, history)

    with closing(observe_reply(answer(), question, channel, index.turns)) as pieces:
        return next(piece for piece in pieces if isinstance(piece, Answer))


def stream_reply(
    index: OpenIndex,
    question: str,
    history: Sequence[Turn],
    stop: Stop | None = None,
    *,
    channel: Channel = "stream",
) -> Generator[str | Answer, None, None]:
    """Yield pieces of the text as they are written, then the whole answer; without a language model that alone.

    A stop tells that nobody waits any more. Raise as `reply` does, when the first piece is asked for.
    """

    def answer() -> Generator[str | Answer, None, None]:
        if index.generator == "extractive":
            yield index.chatbot.answer(question, history)
        elif isinstance(index.chatbot, Composer):
            yield from index.chatbot.stream(question, history, stop)
        else:
            yield from index.chatbot.stream(question, history)

    return observe_reply(answer(), question, channel, index.turns)
