"""A question and its history in; an answer in a chat model's words out, held to the sheets, or the extractive answer.

The extractive answer always comes first. A model may say in other words what it says; each sentence is shown once it is
verified, and none before the one that answers. So what has been shown stands, whatever happens to the model after.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from chatbot.answering import Answer, Chatbot, Turn
from chatbot.catalogue import Catalogue, fold
from chatbot.citations import Citation, cited_ids
from chatbot.evidence import content_words
from chatbot.llm.facts import CHARACTERS_PER_TOKEN, fit_facts, gather_facts
from chatbot.llm.language_model import LanguageModel, ModelUnavailable, Stop
from chatbot.llm.outline import Outline, Unit, take_apart
from chatbot.llm.privacy import find_personal
from chatbot.llm.sentences import Piece, split_stream
from chatbot.prompts import build_messages
from chatbot.question import Question
from chatbot.verification import Fact, Verifier, find_claims

LOG = logging.getLogger("chatbot.llm")
ANSWER_TOKENS = 500  # what a reply may take of the context
LONGEST = 1800  # characters that a model may tell: what code adds comes on top
DROPPED_IN_A_ROW = 6  # a model that goes on like that is not worth waiting for
TOLD_SHARE = 0.5  # of what the extractive answer says: below it, what is missing is added
ASKED = 0.5  # least share of the words of a precise question in words that answer it
HISTORY = 2  # messages before a question that leans on them
WITHHELD = (
    "*Votre message contient des données personnelles : il n'a pas été transmis au modèle de langue. La réponse vient "
    "directement des fiches.*"
)


@dataclass(slots=True)
class Telling:
    """What a model has told so far, and how much of the extractive answer that covers."""

    outline: Outline
    facts: dict[int, Fact]
    first: str  # the sheet that comes first, where one must
    asked: frozenset[str]  # the words of a precise question, names aside; none of a general one
    kept: list[tuple[str, str]] = field(default_factory=list)  # gap and text
    keys: dict[int, None] = field(default_factory=dict)
    aside: tuple[str, str] | None = None  # words without a claim, waiting for what follows
    dropped: int = 0

    def tell(self, gap: str, text: str, keys: Sequence[int]) -> list[tuple[str, str]]:
        """Add a verified sentence; give what is told by it, a lead-in that waited for it included."""
        told = []
        if self.aside and self.aside[1].rstrip("* ").endswith(":") and text.startswith("- "):
            told.append(self.aside)
        self.aside = None
        told.append((gap, text))
        self.kept += told
        self.keys.update(dict.fromkeys(keys))
        return told

    def repeats(self, text: str) -> bool:
        """Whether a sentence stands there already."""
        return any(fold(text) == fold(other) for _, other in self.kept)

    def answers(self) -> bool:
        """Whether what the question asks first has been told, of the right sheet."""
        if not self.kept:
            return False
        if self.outline.has_table:
            return len({self.facts[key].sheet_id for key in self.keys}) > 1
        units = self.outline.units
        if self.outline.shape == "list":
            return any(self.covers(unit) for unit in units)
        told = " ".join(text for _, text in self.kept)
        if cited_ids(" ".join([*self.outline.before, told]))[:1] != (self.first,):
            return False
        if self.covers(units[0]) or (self.asked and len(self.asked & content_words(told)) >= ASKED * len(self.asked)):
            return True
        return not _figures(units[0]) and sum(self.covers(unit) for unit in units) > 1

    def covers(self, unit: Unit) -> bool:
        """Whether what a unit states has been told: its figures, or where it has none, one of its facts."""
        figures = _figures(unit)
        ids = {sheet_id for statement in unit.statements for sheet_id in statement.sheet_ids}
        cited = [self.facts[key] for key in self.keys if self.facts[key].sheet_id in ids]
        if unit.is_line and len(self.outline.listed) > 1:
            return bool(ids) and ids <= {fact.sheet_id for fact in cited}
        if figures:
            told = " ".join(text for _, text in self.kept if ids & set(cited_ids(text)))
            return bool(cited) and figures <= find_claims(told).figures
        return any(_states(unit, fact) for fact in cited)

    def rest(self) -> list[str]:
        """Give the blocks of the extractive answer to add, so that enough of it is told."""
        units, outline = self.outline.units, self.outline
        missing = [unit for unit in units if not self.covers(unit)]
        whole = not any(unit.is_line for unit in missing)
        added = []
        if len(missing) > (1 - TOLD_SHARE) * len(units):
            for block in dict.fromkeys(unit.block for unit in missing):
                ours = [unit for unit in missing if unit.block == block]
                lines = [unit.text for unit in ours if unit.is_line]
                if lines:
                    head = [outline.heads[block]] if block in outline.heads else []
                    bare = not head or head[0] in outline.before
                    added.append("\n".join(lines if bare else [*head, *lines]))
                elif len(ours) == sum(unit.block == block for unit in units):
                    added.append(" ".join(unit.text for unit in ours))
            whole = True
        return [*added, *(outline.left_over if whole else ()), *outline.after]


class Composer:
    """Answers as the chatbot does, in a language model's words where it can; safe for threads."""

    def __init__(self, chatbot: Chatbot, model: LanguageModel) -> None:
        self._chatbot, self._model = chatbot, model
        self._verifier = Verifier(chatbot.catalogue)
        self.counts = model.counts

    @property
    def extractive(self) -> Chatbot:
        """Give the chatbot whose answers are the same each time and ask nothing of a model."""
        return self._chatbot

    @property
    def catalogue(self) -> Catalogue:
        """Give the sheets that answers are made of."""
        return self._chatbot.catalogue

    @property
    def generator(self) -> str:
        """Name what writes."""
        return self._model.name

    @property
    def remote_model(self) -> bool:
        """Whether questions leave this machine."""
        return self._model.remote

    def understand(self, question: str, history: Sequence[Turn] = ()) -> Question:
        """Say how a question is understood: the model has no part in it."""
        return self._chatbot.understand(question, history)

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question in its conversation."""
        return next(piece for piece in self.stream(question, history) if isinstance(piece, Answer))

    def stream(
        self, question: str, history: Sequence[Turn] = (), stop: Stop | None = None
    ) -> Iterator[str | Answer]:
        """Yield the text of the answer, piece by piece as it is settled, then the whole answer.

        A stop ends the waiting for the model: what comes then is of no matter.
        """
        extractive = self._chatbot.answer(question, history)
        outline = take_apart(extractive)
        understood = self._chatbot.understand(question, history)
        if extractive.status != "answered" or understood.english or not (outline.units or outline.has_table):
            yield from self._settle(extractive, "settled")
            return
        if self._withholds(question):
            text = f"{extractive.text}\n\n{WITHHELD}"
            yield from self._settle(replace(extractive, text=text), "personal")
            return
        needed = history[-HISTORY:] if understood.followed else ()
        needed = [turn for turn in needed if not self._withholds(turn.content)]
        yield from self._compose(extractive, outline, understood, needed, stop)

    def _withholds(self, message: str) -> bool:
        """Whether a message stays here for the personal data in it."""
        return self._model.private and self._model.remote and bool(find_personal(message))

    def _settle(self, answer: Answer, reason: str) -> Iterator[str | Answer]:
        self.counts.add(f"extractive.{reason}")
        yield from answer.pieces()

    def _compose(
        self, extractive: Answer, outline: Outline, question: Question, history: Sequence[Turn], stop: Stop | None
    ) -> Iterator[str | Answer]:
        """Let the model write; what it tells is held back until it answers, then shown as it comes."""
        started = time.monotonic()
        found = gather_facts(extractive, outline, question, self.catalogue, self._chatbot.evidence)
        found = fit_facts(found, self._room(question, history))
        asked = content_words(question.focus) if question.specific else ()
        first = extractive.citations[0].sheet_id
        telling = Telling(outline, {fact.key: fact for fact in found}, first, frozenset(asked))
        messages = build_messages(question.message, found, history, shape=outline.shape, tu=question.tu)
        parts: list[str] = []
        held = [("", block) for block in outline.before]
        reason = ""
        try:
            for gap, text in self._write(messages, telling, question.message, stop):
                held.append((gap, text))
                if parts or telling.answers():
                    for joined in _join(held, bool(parts)):
                        parts.append(joined)
                        yield joined
                    held = []
        except ModelUnavailable as trouble:
            reason = trouble.reason
        if not parts:
            self._log(started, telling, reason or "no answer")
            yield from self._settle(extractive, reason or "no answer")
            return
        coded = [*outline.before, *(ending := telling.rest())]
        if telling.aside and not ending and telling.aside[1].endswith("?"):
            ending = [telling.aside[1]]
        for block in ending:
            goes_on = block.startswith("- ") and parts[-1].rpartition("\n")[2].startswith("- ")
            parts.append(f"\n{block}" if goes_on else f"\n\n{block}")
            yield parts[-1]
        self.counts.add("written")
        self._log(started, telling, reason)
        yield self._finish(extractive, "".join(parts), telling, set(cited_ids(" ".join(coded))))

    def _write(
        self, messages: Sequence[tuple[str, str]], telling: Telling, question: str, stop: Stop | None
    ) -> Iterator[tuple[str, str]]:
        """Yield what the model tells and can be verified, with what sets it off from the words before."""
        in_a_row, length = 0, 0
        lines_only = telling.outline.shape == "list"
        with closing(self._model.read(messages, stop)) as chunks:
            for piece in split_stream(chunks):
                verdict = self._verifier.verify(piece.text, telling.facts, question)
                fault = verdict.fault
                if not fault and lines_only and not verdict.text.startswith("- "):
                    fault = "form"
                if not fault and telling.repeats(verdict.text):
                    fault = "repeated"
                in_a_row = in_a_row + 1 if fault else 0
                if fault:
                    telling.dropped += 1
                    self.counts.add(f"dropped.{fault}")
                    if in_a_row >= DROPPED_IN_A_ROW:
                        return
                elif verdict.is_aside:
                    telling.aside = (_gap(piece, verdict.text, telling), verdict.text)
                else:
                    self.counts.add("kept")
                    yield from telling.tell(_gap(piece, verdict.text, telling), verdict.text, verdict.keys)
                    length += len(verdict.text)
                    if length > LONGEST:
                        return

    def _room(self, question: Question, history: Sequence[Turn]) -> int:
        """Give the tokens that are left for facts."""
        rest = build_messages(question.message, (), history)
        used = sum(len(text) for _, text in rest) / CHARACTERS_PER_TOKEN
        return int(self._model.context - ANSWER_TOKENS - used)

    def _finish(self, extractive: Answer, text: str, telling: Telling, coded: set[str]) -> Answer:
        """Make the answer: citations of what the model told, then of what code wrote, each sheet and section once."""
        by_place: dict[tuple[str, str], Citation] = {}
        told = [telling.facts[key].citation for key in telling.keys]
        for citation in (*told, *(citation for citation in extractive.citations if citation.sheet_id in coded)):
            by_place.setdefault((citation.sheet_id, citation.section), citation)
        first = extractive.citations[0].sheet_id
        citations = sorted(by_place.values(), key=lambda citation: citation.sheet_id != first)
        return Answer(text, extractive.status, tuple(citations), extractive.suggestions, self.generator)

    def _log(self, started: float, telling: Telling, reason: str) -> None:
        """Say what came of a call; never the words of a question."""
        told = f"{len(telling.kept)} sentences kept, {telling.dropped} dropped"
        LOG.info("%s: %s, %.1f s%s", self.generator, told, time.monotonic() - started, reason and f", {reason}")


def _figures(unit: Unit) -> frozenset[object]:
    return find_claims(" ".join(statement.text for statement in unit.statements)).figures


def _states(unit: Unit, fact: Fact) -> bool:
    """Whether a fact is what a unit states."""
    return any(fold(fact.text)[:60] in fold(s.text) and fact.sheet_id in s.sheet_ids for s in unit.statements)


def _gap(piece: Piece, text: str, telling: Telling) -> str:
    """Choose what sets a sentence off: a line of a list stands on its own line, what follows a list after a gap."""
    last = telling.kept[-1][1] if telling.kept else ""
    if text.startswith("- "):
        return "\n" if not last or last.startswith("- ") or piece.gap == "\n" else "\n\n"
    return "\n\n" if not last or last.startswith("- ") or "\n" in piece.gap else " "


def _join(held: Sequence[tuple[str, str]], going_on: bool) -> Iterator[str]:
    """Join what is shown now to what was shown before."""
    for place, (gap, text) in enumerate(held):
        yield f"{gap or chr(10) * 2}{text}" if going_on or place else text
