"""A message in; the name or ID in it that no loaded sheet bears, out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot.catalogue import Catalogue, fold
from chatbot.naming import Unlisted
from chatbot.question.asking import NAMED_METIER
from chatbot.question.case import CERTAIN, CONFIDENT, Case
from chatbot.question.model import Question
from chatbot.question.named import Named
from chatbot.question.resolver import Ranker
from chatbot.question.roles import role_of
from chatbot.sheets import METIER

MOST_NEAR = 3
NO_NAME = re.compile(r"(?:ee?s?|er|ant|ment)$")  # participles, infinitives and adverbs after "être" or "devenir"


class Strangers:
    """Finds what messages name and no sheet is about."""

    def __init__(self, catalogue: Catalogue, ranker: Ranker) -> None:
        self._catalogue, self._ranker = catalogue, ranker
        forms = [form for sheet in catalogue.values() for name in sheet.names for form in name.forms]
        self._unlisted = Unlisted(forms)
        self._name_starts = {_start(word) for form in forms for word in re.findall(r"\w{5,}", fold(form))}

    def find_id(self, named: Sequence[Named]) -> str:
        """Give the typed ID that no sheet and no link of a sheet knows; empty when there is none."""
        typed = (n.mention.sheet_ids[0] for n in named if n.mention.source == "id")
        return next((i for i in typed if self._catalogue.title_of(i) is None), "")

    def find_unlisted(self, case: Case) -> Question | None:
        """Settle a message about an occupation without a sheet on the nearest ones; None when it is about another."""
        message = case.question.message
        found = self._unlisted.find(message)
        if found is None:
            return None
        asked = (n for n in case.named if n.is_sure and not n.is_set_aside and not n.is_plain_word)
        if any(n.mention.source != "fuzzy" or n.mention.text not in found.text for n in asked):
            return None  # a name that is only taken for a slip of another is the stranger's own
        role = role_of(message, found.start, found.end, METIER)
        if role in ("had", "not_wanted") or case.best >= (CERTAIN if role == "wanted" else CONFIDENT):
            return None
        near = self._ranker.rank(found.near, kind=METIER, limit=MOST_NEAR)
        return case.having(intent="unknown", topic=found.text, subjects=tuple(hit.sheet_id for hit in near)).question

    def find_name(self, case: Case) -> str:
        """Give the name of a métier whose words stand in no sheet and no name; empty when the message has none."""
        message = case.question.message
        covered = [(n.mention.start, n.mention.end) for n in case.named if not n.is_partial]
        for found in NAMED_METIER.finditer(message):
            start, end = found.span(1)
            if any(low < end and start < high for low, high in covered):
                continue
            words = [word for word in re.findall(r"[^\W\d_]{5,}", fold(found.group(1))) if not NO_NAME.search(word)]
            strange = [word for word in words if _start(word) not in self._name_starts]
            unheard = any(not self._ranker.knows(word) for word in strange)
            if unheard or (words and strange == words and case.best < CONFIDENT + 2):
                return found.group(1).strip()
        return ""


def _start(word: str) -> str:
    """The start of a word, what its inflections share."""
    return word[: max(5, len(word) - 2)]
