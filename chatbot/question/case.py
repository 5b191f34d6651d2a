"""Everything read off one message, for those who settle what it is about; and from which figures on they are sure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chatbot.catalogue import fold
from chatbot.question.conversation import Memory
from chatbot.question.model import METIER_ONLY, Question
from chatbot.question.named import Named
from chatbot.retrieval import SheetHit
from chatbot.sheets import FORMATION, METIER

# Chances of labels (0 to 1).
NEED_THRESHOLD = 0.3
INTENT_THRESHOLD = 0.5
WEAK_NEED = 0.15  # of the best need of a message that has none above the threshold
# Scores of the fitted ranker (`data/ranker.json`), measured on 500 questions: one that names or describes a sheet has
# 8 to 20 for its best, a wish, an ellipsis or small talk 4 to 7. Fitting it again calls for measuring these again.
CERTAIN = 11.0
CONFIDENT = 8.0
PLAUSIBLE = 6.2
WORTH_ANSWERING = 5.5  # below, the best sheet is only the nearest: better to say so


@dataclass(frozen=True, slots=True)
class Case:
    """Everything read off one message: its names, the chance of each label, the ranking, what was said before."""

    question: Question
    named: Sequence[Named]
    scores: dict[str, float]
    hits: Sequence[SheetHit]  # the sheet most likely meant first
    memory: Memory

    def having(self, **changes: Any) -> Case:
        """Give the same with these fields of its question changed."""
        return replace(self, question=replace(self.question, **changes))

    def score_of(self, labels: Iterable[str]) -> float:
        """Give the chance of the likeliest of these labels."""
        return max((self.scores.get(label, 0.0) for label in labels), default=0.0)

    @property
    def text(self) -> str:
        """The message, folded."""
        return fold(self.question.message)

    @property
    def best(self) -> float:
        """The score of the best hit."""
        return max((hit.score for hit in self.hits), default=0.0)

    @property
    def names_a_sheet(self) -> bool:
        """Whether the message surely names a sheet, be it one that it sets aside."""
        return any(n.is_sure and not n.is_plain_word for n in self.named)

    @property
    def speaks_of_formation(self) -> bool:
        """Whether the message names a formation, however loosely, rather than asking for one."""
        formations = (n for n in self.named if n.kind == FORMATION and not n.is_set_aside)
        return any(len(n.mention.text.split()) > 1 and not n.is_asked_for for n in formations)

    @property
    def asked(self) -> list[Named]:
        """The names that the message asks about: whole ones, neither set aside nor refused under another name."""
        refused = {i for n in self.named if n.role == "not_wanted" for i in n.mention.sheet_ids}
        whole = (n for n in self.named if not n.is_set_aside and not n.is_partial)
        return [n for n in whole if not refused.issuperset(n.mention.sheet_ids)]

    @property
    def refused(self) -> tuple[str, ...]:
        """The IDs of the métiers that the message refuses."""
        return tuple(
            i for n in self.named if n.role == "not_wanted" and n.kind == METIER for i in n.mention.sheet_ids
        )

    @property
    def of_metier(self) -> bool:
        """Whether something is asked that only a métier has ("quel salaire ?")."""
        return self.score_of(METIER_ONLY) >= INTENT_THRESHOLD

    @property
    def surely_asked(self) -> list[Named]:
        """Those of them that are sure; a formation is none where only a métier can be asked so."""
        return [
            n
            for n in self.asked
            if n.is_sure and not (n.kind == FORMATION and (self.of_metier or n.is_plain_word or n.is_bare_diploma))
        ]

    @property
    def wants_metier(self) -> bool:
        """Whether a métier is named as what is wanted."""
        return any(n.kind == METIER and n.role == "wanted" for n in self.surely_asked)

    @property
    def studied(self) -> list[Named]:
        """The formations that the message surely names, had or wanted."""
        sure = (n for n in self.named if n.kind == FORMATION and n.is_sure)
        return [n for n in sure if not (n.is_partial or n.is_bare_diploma or n.is_plain_word)]
