"""A message in; the sheets that it compares, named or not, out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot.catalogue import Catalogue, fold
from chatbot.question.case import CONFIDENT, INTENT_THRESHOLD, NEED_THRESHOLD, PLAUSIBLE, Case
from chatbot.question.conversation import WHICH, points_back
from chatbot.question.model import Question
from chatbot.question.named import Named, find_distinct, without_names
from chatbot.question.resolver import Ranker
from chatbot.question.subjects import Subjects
from chatbot.sheets import FORMATION, METIER

MOST = 4
RIVAL = 0.1  # the chance of a second sheet that a comparison means too
COMPARES = re.compile(r"\bcompar\w+|\bdifferences?\b")
EACH = re.compile(r"\b(?:dans|pour) (?:chaque cas|chacune?|les deux)\b")
EITHER = re.compile(r"\b(?:ou|vs|versus|contre)\b")
# What stands between two names that are compared, folded: "ou bien un", "vs le métier de".
BETWEEN = re.compile(
    r"^\W*(?:et|ou|vs|versus|contre)\W+(?:(?:bien|plutot|encore|d'|de|du|des|un|une|le|la|l'|les|en|au|celui"
    r"|metier)\W*)*$"
)
OPTION = re.compile(r" (option|parcours|mention|specialite) ")


class Comparisons:
    """Finds what messages compare."""

    def __init__(self, catalogue: Catalogue, ranker: Ranker, subjects: Subjects) -> None:
        self._catalogue, self._ranker, self._subjects = catalogue, ranker, subjects

    def find(self, case: Case) -> tuple[str, ...]:
        """Give the sheets that a message compares: those it names, the twins of one name, or one with the last."""
        question, memory, asked = case.question, case.memory, case.asked
        compare, which = case.scores["compare"], bool(WHICH.search(case.text))
        compares, each = bool(COMPARES.search(case.text)), bool(EACH.search(case.text))
        if memory.wishes and not asked and which:
            return memory.choices[:MOST]  # "lequel gagne le plus ?" of those proposed
        if compare >= INTENT_THRESHOLD and not asked and (which or compares) and not memory.compared:
            last = memory.earlier[:2]  # "lequel fait le plus d'études ?" after one, then the other
            if len({self._catalogue.kind_of(i) for i in last}) == 1 < len(last):
                return last[::-1]
        pair = find_distinct(asked)
        if which and memory.compared and len(memory.choices) > 1 and not pair:
            return memory.choices[:2]
        distinct = find_distinct(n for n in case.named if not n.is_set_aside)
        if (compare >= INTENT_THRESHOLD or compares) and len(distinct) >= 2:
            return self._of_one_kind(distinct, question)
        if (compare >= NEED_THRESHOLD or compares) and len(pair) == 2:
            between = question.message[pair[0].mention.end : pair[1].mention.start]
            if BETWEEN.search(fold(between)):
                return self._of_one_kind(pair, question)
        if (compare >= INTENT_THRESHOLD or each) and not memory.focus:
            rivals = self._find_rivals(case, distinct, plainly=compares or each)
            if rivals:
                return rivals
        if compare < INTENT_THRESHOLD:
            return ()
        if len(distinct) == 1 and 2 <= len(distinct[0].mention.sheet_ids) <= 3 and not memory.focus:
            return distinct[0].mention.sheet_ids
        if len(pair) == 1 and memory.focus and points_back(question.message):
            return (self._subjects.best_of(pair[0], question), memory.focus)
        return ()

    def _of_one_kind(self, named: Sequence[Named], question: Question) -> tuple[str, ...]:
        """Give the sheets to compare, of one kind: a diploma named beside a métier gives way to the métier it fits."""
        metiers = sum(any(self._catalogue.kind_of(i) == METIER for i in n.mention.sheet_ids) for n in named)
        kind = METIER if 2 * metiers >= len(named) and metiers else FORMATION
        found = []
        for item in named:
            best = self._subjects.best_of(item, question, kind)
            if self._catalogue.kind_of(best) != kind:
                hits = self._ranker.rank(item.mention.text, kind=kind, limit=1)
                best = hits[0].sheet_id if hits and hits[0].score >= CONFIDENT else best
            found.append(best)
        return tuple(dict.fromkeys(found))[:MOST]

    def _find_rivals(self, case: Case, distinct: Sequence[Named], plainly: bool) -> tuple[str, ...]:
        """Give the two sheets that a message compares without naming both; empty when it is not clear which."""
        if not case.hits:
            return ()
        first, kind = case.hits[0].sheet_id, self._catalogue.kind_of(case.hits[0].sheet_id)
        others = [hit for hit in case.hits[1:] if self._catalogue.kind_of(hit.sheet_id) == kind]
        base = self._without_option(first)
        option = next((hit.sheet_id for hit in others if base and self._without_option(hit.sheet_id) == base), "")
        if option:
            return (first, option)
        if plainly and others and others[0] is case.hits[1] and others[0].chance >= RIVAL:
            return (first, others[0].sheet_id)
        if len(distinct) != 1 or not EITHER.search(case.text):
            return ()
        rest = without_names(case.question.message, distinct)
        other = next((hit for hit in self._ranker.rank(rest, kind=kind, limit=2) if hit.sheet_id != first), None)
        return (first, other.sheet_id) if other is not None and other.score >= PLAUSIBLE else ()

    def _without_option(self, sheet_id: str) -> str:
        """Give the title of a sheet before its option, folded; empty when it has none."""
        base, *option = OPTION.split(fold(self._catalogue[sheet_id].title), maxsplit=1)
        return base if option else ""
