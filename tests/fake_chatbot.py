"""A chatbot of one sheet and fixed words, for the tests of what serves answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chatbot.answering import Answer
from chatbot.api import OpenIndex
from chatbot.api.service import DOSSIERS
from chatbot.api.turns import TURNS, Turns
from chatbot.browse import Browser
from chatbot.catalogue import Catalogue
from chatbot.citations import Citation, public_url
from chatbot.question import Turn
from chatbot.retrieval import SheetHit
from chatbot.sheets import Niveau, Section, Sheet

SHEET = Sheet(
    sheet_id="MET.1",
    kind="metier",
    title="dompteur ou dompteuse de puces",
    niveau=Niveau("bac + 5", 5),
    sections=(Section("Présentation", "", "Il ou elle dresse des puces."),),
)


@dataclass
class FakeChatbot:
    """Answers every question with `text`, and remembers what it was asked."""

    text: str = "Il faut un **bac + 5** [MET.1]."
    excerpt: str = "bac + 5"
    suggestions: tuple[str, ...] = ("Combien gagne un débutant ?",)
    generator: str = "extractive"
    remote_model: bool = False
    catalogue: Catalogue = field(default_factory=lambda: Catalogue([SHEET]))
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        self.asked.append((question, tuple(history)))
        citation = Citation(
            "MET.1", "metier", SHEET.title, "Niveau d'accès minimum", self.excerpt, public_url("MET.1", "metier")
        )
        return Answer(self.text, "answered", (citation,), self.suggestions, self.generator)


class FakeSearcher:
    """Finds nothing but what the names of the sheets begin with."""

    def rank(self, query: str, *, limit: int) -> Sequence[SheetHit]:
        return ()

    def holding(self, query: str) -> set[str]:
        return set()

    def knows(self, word: str) -> bool:
        return False


@dataclass
class FakeService:
    """Serves a fake chatbot, or nothing while `chatbot` is None."""

    chatbot: FakeChatbot | None = field(default_factory=FakeChatbot)
    turns: Turns = TURNS
    dossiers: Turns = DOSSIERS

    def open_index(self) -> OpenIndex | None:
        if self.chatbot is None:
            return None
        browser = Browser(self.chatbot.catalogue, FakeSearcher())
        indexed_at, corpus_date = (datetime(2026, 1, day, tzinfo=UTC) for day in (2, 1))
        writer = (self.chatbot.generator, self.chatbot.remote_model)
        about = (1, 2, "fake", indexed_at, "de8e75", corpus_date, *writer)
        return OpenIndex(self.chatbot, browser, *about, turns=self.turns, dossiers=self.dossiers)  # type: ignore[arg-type]
