"""What the parts of one answer about one sheet share: where they write, of what sheet, for which question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chatbot.answering.draft import Draft
from chatbot.answering.passages import answer_from, find_answer, more_on, quote_all
from chatbot.evidence import Evidence, Passage
from chatbot.question import Question
from chatbot.sheets import Sheet


@dataclass
class Writing:
    """One answer about one sheet as it is written; `said` is how the sheet is named in it ("La fiche …")."""

    draft: Draft
    evidence: Evidence
    sheet: Sheet
    question: Question
    name: str
    said: str
    budget: int  # characters of prose for a need
    missing: list[str] = field(default_factory=list)  # needs that the sheet says nothing of

    def add(self, block: str) -> None:
        """Add a block, if it is one."""
        self.draft.add(block)

    def fact(self, section: str, excerpt: str) -> str:
        """Mark a fact of the sheet."""
        return self.draft.mark(self.sheet.sheet_id, section, excerpt)

    def refuse(self, what: str) -> str:
        """Say of the sheet that it does not give something ("ne donne pas de salaire"), without a full stop."""
        return f"La fiche {self.said} {what} {self.fact('Titre', self.sheet.title)}"

    def lack(self, need: str, what: str, instead: Sequence[Passage] = ()) -> None:
        """Say that the sheet does not answer a need; `instead` are what it says that comes near, to be quoted next."""
        self.add(f"{self.refuse(what)}, mais elle dit :" if instead else f"{self.refuse(what)}.")
        if not instead:
            self.missing.append(need)

    def find(self, needs: Sequence[str], budget: int, least: float = 0.35) -> list[Passage]:
        """Choose the sentences that answer; at most so many characters."""
        return answer_from(self.draft, self.evidence, self.sheet, self.question.asked, needs, budget, least)

    def lead(self, needs: Sequence[str]) -> bool:
        """Open on the sentence that answers a precise question, where one surely does; say whether it does."""
        answer = find_answer(self.evidence, self.sheet, self.question, needs)
        if answer is not None:
            self.quote([answer])
        return answer is not None

    def quote(self, passages: Sequence[Passage]) -> None:
        """Add passages, in their words."""
        self.add(quote_all(self.draft, passages))

    def add_more(self, least: float = 0.45) -> None:
        """Add what else the sheet says close to the question."""
        self.add(more_on(self.draft, self.evidence, self.sheet, self.question, least=least))
