"""A question and its history in; a cited answer out, composed from facts and sentences of the sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from chatbot.answering.absence import (
    UNSETTLED,
    answer_elsewhere,
    answer_without_sheet,
    list_choices,
    write_out_of_reach,
)
from chatbot.answering.aside import ASIDES, aside_answer, support_answer
from chatbot.answering.compare import write_comparison
from chatbot.answering.draft import Draft
from chatbot.answering.formation import FormationWriter
from chatbot.answering.metier import MetierWriter
from chatbot.answering.model import Answer
from chatbot.answering.passages import Excerpts
from chatbot.answering.proposals import Proposer, write_proposals
from chatbot.answering.suggestions import STARTERS, suggest
from chatbot.answering.wording import NIVEAU, capital, name_of, of, plain, short_name_of
from chatbot.catalogue import Catalogue, fold
from chatbot.evidence import Evidence
from chatbot.question import Question, Ranker, Turn, Understanding, without_asking
from chatbot.sheets import METIER, Sheet
from chatbot.stages import staged

GUESSED = {"nothing", "unknown", "explore", "sheet", "ambiguous", "compare"}  # intents whose subject may be another's
AFTER, OF_ONE = {"metiers_apres", "poursuite"}, {"missions", "conditions", "emploi"}  # needs asked of a sheet
# Needs that a question about schools, prices or dates is taken for.
VAGUE = frozenset({"fiche", "question", "diplomes", "acces", "appellations"})
SMALL = 200  # a catalogue that can hardly propose ideas: a few own sheets
REMEMBERED = 2_000  # answers to first questions: on a busy day many ask what the page proposes; some 10 MB
LONGEST = 2400  # characters of an answer about one sheet


class Elsewhere(Protocol):
    """Finds a sheet that exists but is not loaded: its ID and title."""

    def find(self, query: str) -> tuple[str, str] | None: ...

    def find_rather(self, query: str, than: str) -> tuple[str, str] | None: ...


class Chatbot:
    """Answers questions over one catalogue; keeps no conversation, safe for threads."""

    def __init__(
        self,
        catalogue: Catalogue,
        ranker: Ranker,
        understanding: Understanding,
        evidence: Evidence,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.catalogue, self._elsewhere = catalogue, elsewhere
        self.understanding, self.evidence = understanding, evidence
        self._proposer = Proposer(catalogue, ranker, understanding.tastes)
        self._answer_first = lru_cache(REMEMBERED)(self._answer)

    def understand(self, question: str, history: Sequence[Turn] = ()) -> Question:
        """Say how a question is understood, for those who maintain the understanding."""
        return self.understanding.understand(question, history)

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question in its conversation, every claim marked with the ID of its sheet."""
        return self._answer(question, history) if history else self._answer_first(question)

    def forget(self) -> None:
        """Forget what was answered: the index finds more than it did."""
        self._answer_first.cache_clear()

    @staged("writing")
    def _answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        understood = self.understand(question, history)
        if understood.intent == "support":
            return support_answer(understood)
        found = self._find_elsewhere(question, understood)
        if found is not None:
            return answer_elsewhere(Draft(self.catalogue), *found)
        if understood.intent in ASIDES:
            return aside_answer(understood)
        draft = Draft(self.catalogue, _answer_before(question, history))
        if understood.english:
            draft.add("*The official sheets are in French; here is what they say.*")
        if understood.intent in UNSETTLED:
            return UNSETTLED[understood.intent](draft, understood)
        if understood.intent == "explore":
            return self._explore(draft, understood)
        known = draft.known(understood.subjects)
        if understood.intent == "compare" and len(known) > 1:
            write_comparison(draft, self.evidence, known, understood)
            return draft.finish(known[0].sheet_id, suggest(self.catalogue, known[0], understood))
        if not known:
            return answer_without_sheet(draft, understood)
        return self._about(draft, known[0], known[1:], understood)

    def _find_elsewhere(self, message: str, question: Question) -> tuple[str, str] | None:
        """Give the ID and title of the sheet that a message is about rather than a loaded one."""
        if self._elsewhere is None or question.followed or question.intent not in GUESSED:
            return None
        after = question.diploma_types and AFTER.intersection(question.needs)  # "quels métiers après ce bac pro ?"
        wishes = question.interests or question.settings or not question.needs
        if question.intent == "explore" and wishes and not after and len(self.catalogue) >= SMALL:
            return self._elsewhere.find_rather(message, "") if OF_ONE.intersection(question.needs) else None
        if question.named:
            return self._elsewhere.find_rather(message, question.subjects[0]) if question.subjects else None
        return self._elsewhere.find(message)

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[str | Answer]:
        """Yield the text of the answer, block by block, then the whole answer."""
        return self.answer(question, history).pieces()

    def _about(self, draft: Draft, sheet: Sheet, others: Sequence[Sheet], question: Question) -> Answer:
        vague = question.out_of_reach and VAGUE.issuperset(question.needs)
        if vague and Excerpts(draft, self.evidence, sheet, question).find_answer(question.needs) is None:
            write_out_of_reach(draft, sheet)
            return draft.finish(sheet.sheet_id, suggest(self.catalogue, sheet, question))
        if question.within:
            return self._within_level(draft, sheet, [self.catalogue[i] for i in question.within], question)
        if others:
            question = replace(question, diploma_limit=3)
        writer = MetierWriter if sheet.kind == METIER else FormationWriter
        opened = len(draft.blocks)
        writer(Excerpts(draft, self.evidence, sheet, question)).write()
        if len(draft.blocks) == opened:  # all of it was just told, and is asked for again
            draft.tell_again()
            writer(Excerpts(draft, self.evidence, sheet, question)).write()
        while draft.length > LONGEST and len(draft.blocks) > 1:
            draft.blocks.pop()
        if others:
            named = ", ".join(
                f"{plain(name_of(other))} {draft.mark(other.sheet_id, 'Titre', other.title)}" for other in others
            )
            draft.add(f"Le même nom désigne aussi : {named}.")
        return draft.finish(sheet.sheet_id, suggest(self.catalogue, sheet, question))

    def _within_level(self, draft: Draft, sheet: Sheet, within: Sequence[Sheet], question: Question) -> Answer:
        """Answer "et sans le bac ?" about a sheet of a higher level: what is nearest within the level."""
        above = sheet.niveau.text if sheet.niveau else ""
        mark = draft.mark(sheet.sheet_id, NIVEAU if sheet.kind == METIER else "Niveau de sortie", above)
        if sheet.kind != METIER:
            draft.add(f"{capital(plain(sheet.title))}, c'est {above} {mark}. Moins haut, dans le même domaine :")
            draft.add(list_choices(draft, within))
            return draft.finish(within[0].sheet_id, tuple(plain(short_name_of(near)) for near in within))
        draft.add(
            f"Oui, dans le même domaine : **{plain(name_of(within[0]))}** "
            f"{draft.mark(within[0].sheet_id, 'Titre', within[0].title)}. "
            f"{capital(plain(short_name_of(sheet)))}, c'est au minimum {above} {mark}."
        )
        asked_now = replace(question, within=(), followed=False, specific=False, needs=("niveau",))
        MetierWriter(Excerpts(draft, self.evidence, within[0], asked_now)).write()
        return draft.finish(within[0].sheet_id, suggest(self.catalogue, within[0], question))

    def _explore(self, draft: Draft, question: Question) -> Answer:
        proposals = self._proposer.propose(question, without_asking(question.focus))
        if not proposals and question.proposed:
            draft.status = "not_found"
            draft.add("Je n'ai pas d'autre idée dans ce goût parmi les fiches chargées ici.")
            return draft.finish(suggestions=STARTERS)
        if not proposals:
            return aside_answer(replace(question, intent="nothing"))
        write_proposals(draft, self.understanding.tastes, question, proposals)
        first = proposals[0]
        return draft.finish(
            first.sheet_id, tuple(f"Parle-moi {of(plain(short_name_of(sheet)))}" for sheet in proposals[:3])
        )


def _answer_before(question: str, history: Sequence[Turn]) -> str:
    """Give the answer just given, unless the same is asked again."""
    asked = next((turn.content for turn in reversed(history) if turn.role == "user"), "")
    if fold(asked).strip(" ?!.") == fold(question).strip(" ?!."):
        return ""
    return next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
