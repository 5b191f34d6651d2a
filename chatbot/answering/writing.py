"""What the parts of one answer about one sheet share: where they write, of what sheet, for which question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chatbot.answering.draft import Draft
from chatbot.answering.passages import Excerpts, quote_all
from chatbot.evidence import Passage
from chatbot.question import Question
from chatbot.sheets import Sheet


@dataclass
class Writing:
    """One answer about one sheet as it is written; `said` is how the sheet is named in it ("La fiche …")."""

    excerpts: Excerpts
    name: str
    said: str
    budget: int  # characters of prose for a need
    missing: list[str] = field(default_factory=list)  # needs that the sheet says nothing of

    @property
    def draft(self) -> Draft:
        """Where it is written."""
        return self.excerpts.draft

    @property
    def sheet(self) -> Sheet:
        """The sheet that it is about."""
        return self.excerpts.sheet

    @property
    def question(self) -> Question:
        """The question that it answers."""
        return self.excerpts.question

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

    def lead(self, needs: Sequence[str]) -> None:
        """Open on the sentence that answers a precise question, where one surely does."""
        answer = self.excerpts.find_answer(needs)
        if answer is not None:
            self.quote([answer])

    def quote(self, passages: Sequence[Passage]) -> None:
        """Add passages, in their words."""
        self.add(quote_all(self.draft, passages))

    def add_more(self, least: float = 0.45) -> None:
        """Add what else the sheet says close to the question."""
        self.add(self.excerpts.more(least))
