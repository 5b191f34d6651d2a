"""A message and its history in; a `Question` out, without a language model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median_low

from chatbot.catalogue import Catalogue, fold
from chatbot.naming import Names, Unlisted
from chatbot.question.asides import GENERAL, UNDECIDED, find_aside, is_beyond
from chatbot.question.asking import asks
from chatbot.question.classifier import LabelModel
from chatbot.question.constraints import Levels, find_diploma_levels, find_duration, find_levels, find_shorter
from chatbot.question.conversation import MORE, WHICH, pointed_at, points_back, recall, without_pointing
from chatbot.question.english import to_french
from chatbot.question.exploring import explores, is_bare
from chatbot.question.ideas import SEVERAL_METIERS, tells_taste
from chatbot.question.model import METIER_ONLY, NEEDS, Question, Turn
from chatbot.question.named import Named, asked_types, find_distinct, find_named, mask, without_names
from chatbot.question.register import is_english, says_tu
from chatbot.question.resolver import Ranker, Resolver
from chatbot.question.roles import role_of, without_refused
from chatbot.question.safety import danger_before, find_danger, is_about_another
from chatbot.question.sms import write_in_full
from chatbot.question.subjects import (
    CERTAIN,
    COMPARES,
    CONFIDENT,
    EACH,
    INTENT_THRESHOLD,
    NEED_THRESHOLD,
    PLAUSIBLE,
    Case,
    Subjects,
)
from chatbot.question.tastes import Tastes
from chatbot.sheets import FORMATION, METIER
from chatbot.stages import staged

RANKED = 25  # sheets among which the one meant is sought
AGE = re.compile(r"\b(?:j'ai|jai|de|a|à|ai|as) \d{1,2} ans\b(?! d)", re.IGNORECASE)  # who asks, not what is asked
ASKED_PLAINLY = {
    "appellations": re.compile(
        r"\b(?:s'?appel\w*|appel\w+|noms?\b|nomm\w+|dit[- ]on|dire\b|termes?\b|mots?\b|synonym\w*)"
    ),
    "interets": re.compile(
        r"\b(?:interet\w*|interess\w*|gouts?|profils?|personnalites?|caracteres?|temperaments?|aptitudes?|plai\w+"
        r"|aim\w+|j?kiff\w*|convien\w*|correspond\w*|faite?s? pour|pour (?:moi|qui|quels?)\b|genre de)"
    ),
}
BOTH = re.compile(
    r"^\W*(?:et|ou|vs|versus|contre)\W+(?:(?:bien|plutot|encore|d'|de|du|des|un|une|le|la|l'|les|en|au|celui"
    r"|metier)\W*)*$",
    re.IGNORECASE,
)


class Understanding:
    """Understands messages over one catalogue."""

    def __init__(self, catalogue: Catalogue, names: Names, ranker: Ranker, labels: LabelModel, tastes: Tastes) -> None:
        self._catalogue, self._names, self._ranker, self._labels = catalogue, names, ranker, labels
        self._subjects = Subjects(catalogue, names, ranker, labels)
        self._unlisted = Unlisted(form for sheet in catalogue.values() for name in sheet.names for form in name.forms)
        self.resolver = Resolver(catalogue, ranker)
        self.tastes = tastes

    @staged("understanding")
    def understand(self, message: str, history: Sequence[Turn] = ()) -> Question:
        """Understand a message in its conversation."""
        case = self.read(" ".join(message.split()), history)
        named = any(n.is_sure and not n.is_plain_word for n in case.named)
        sheet = named or case.best >= CONFIDENT
        danger = find_danger(f"{message} {case.question.message}", case.scores, sheet)
        if danger:
            about = "other" if is_about_another(message) else ""
            return replace(case.question, intent="support", topic=danger, about=about)
        before = danger_before(history)
        if before and not (sheet and case.score_of(NEEDS) >= INTENT_THRESHOLD):
            return replace(case.question, intent="support", topic=before, about="still")
        aside = find_aside(case)
        if not aside and not case.question.background and GENERAL.search(fold(message)):
            aside = "general"
        if not aside and not named and is_beyond(case):
            aside = "beyond"
        if aside == "discouragement" or not aside:
            undecided = UNDECIDED.search(fold(message)) and not (case.question.interests or named)
            aside = "undecided" if undecided else aside
        if aside:
            return replace(case.question, intent=aside)
        settled = self._about_sheets(case)
        lost = settled.intent == "nothing" and bool(settled.background)  # "j'étais caissière, on m'a licenciée"
        return replace(settled, intent="undecided") if lost or is_bare(settled, self._subjects) else settled

    def read(self, message: str, history: Sequence[Turn] = ()) -> Case:
        """Read everything off one message that settling its subject needs."""
        tu, english = says_tu(message, history), is_english(message)
        message = to_french(message) if english else write_in_full(message)
        named = find_named(self._names, message)
        scores = self._labels.scores(mask(message, named))
        asked = [n for n in named if not n.is_set_aside and not n.is_partial]
        out_of_reach = scores.get("out_of_reach", 0.0) >= INTENT_THRESHOLD
        least = INTENT_THRESHOLD if out_of_reach else NEED_THRESHOLD  # "quels frais ?" hardly asks for the programme
        question = Question(
            message=message,
            intent="sheet",
            needs=tuple(need for need in NEEDS if scores.get(need, 0.0) >= least and _is_said(need, message)),
            levels=find_levels(message),
            diploma_levels=find_diploma_levels(message),
            diploma_duration=find_duration(message),
            diploma_types=asked_types(message, named),
            interests=self.tastes.find_interests(message),
            settings=self.tastes.find_settings(message),
            avoided=self.tastes.find_avoided(message),
            background=tuple(n.mention.sheet_ids[0] for n in named if n.role == "had" and n.is_sure),
            focus=AGE.sub(" ", without_names(message, asked)).strip(),
            specific=bool(self._subjects.own_words(without_names(message, named))),
            out_of_reach=out_of_reach,
            named=any(n.is_sure and not (n.is_set_aside or n.is_plain_word) for n in named),
            tu=tu,
            english=english,
        )
        wanted = without_refused(message)
        hits = self.resolver.resolve(wanted, self._ranker.rank(wanted, limit=RANKED), named, scores, question.levels)
        return Case(question, named, scores, hits, recall(history))

    def _about_sheets(self, case: Case) -> Question:
        question, named, memory, subjects = case.question, case.named, case.memory, self._subjects
        unknown = self._unknown_id(named)
        if unknown:
            return replace(question, intent="unknown_id", topic=unknown)
        stranger = self._find_stranger(case)
        if stranger is not None:
            return stranger
        pointed = pointed_at(question.message, subjects.choices(question.message, memory))
        if pointed:
            precise = bool(subjects.own_words(without_pointing(question.message)))
            return subjects.ask(replace(case, question=replace(question, followed=True, specific=precise)), pointed)
        if memory.wishes and not any(n.is_sure and n.kind == METIER and not n.is_set_aside for n in named):
            narrowed = self._narrow(case)
            if narrowed is not None:
                return narrowed
        refused = {i for n in named if n.role == "not_wanted" for i in n.mention.sheet_ids}
        asked = [
            n for n in named if not n.is_set_aside and not n.is_partial and not refused.issuperset(n.mention.sheet_ids)
        ]
        compared = self._find_compared(case, asked)
        if compared:
            return replace(question, intent="compare", subjects=compared)
        of_metier = case.score_of(METIER_ONLY) >= INTENT_THRESHOLD
        sure = [
            n
            for n in asked
            if n.is_sure and not (n.kind == FORMATION and (of_metier or n.is_plain_word or n.is_bare_diploma))
        ]
        studied = [
            n
            for n in named
            if n.kind == FORMATION and n.is_sure and not (n.is_partial or n.is_bare_diploma or n.is_plain_word)
        ]
        wants_metier = any(n.kind == METIER and n.role == "wanted" for n in sure)
        wishes = explores(case)
        if studied and not wants_metier and self._reverses(case, studied, wishes):
            return subjects.ask_named(case, studied)
        if not studied and not wants_metier and self._reverses(case, studied, wishes):
            formation = next((hit for hit in case.hits if self._catalogue.kind_of(hit.sheet_id) == FORMATION), None)
            loosely = any(n.kind == FORMATION and n.is_partial and len(n.mention.text.split()) > 2 for n in named)
            if formation is not None and loosely and formation.score >= PLAUSIBLE:
                return subjects.ask(case, formation.sheet_id)
        if wishes and not wants_metier and subjects.limits(case):
            return subjects.ask(replace(case, question=replace(question, followed=True)), memory.focus)
        if wishes and not wants_metier:
            if not studied and self._reverses_focus(case):
                after = replace(question, followed=True, needs=("metiers_apres",))
                return subjects.ask(replace(case, question=after), memory.focus)
            if studied and not (question.interests or question.settings):
                chosen = subjects.best_of(studied[0], question)
                return replace(question, subjects=(chosen,), needs=("metiers_apres",))
            return replace(question, intent="explore")
        if sure:
            return subjects.ask_named(case, sure)
        if memory.focus and not subjects.opens(case):
            return subjects.ask(replace(case, question=replace(question, followed=True)), memory.focus)
        if studied and not of_metier and subjects.is_about(question.message, studied[0]):
            return subjects.ask(case, subjects.best_of(studied[0], question))
        was = named and all(n.kind == METIER and n.role == "had" for n in named)
        if was and case.best < CERTAIN and not asks(question.message):
            tasteful = question.interests or question.settings
            return replace(question, intent="explore" if tasteful else "undecided")  # "j'étais caissière, mal au dos"
        return subjects.search(case)

    def _narrow(self, case: Case) -> Question | None:
        """Go on exploring with what is wished for now added to what was before; None when the message asks else."""
        question, wishes = case.question, case.memory.wishes
        levels = question.levels if question.levels.said else self._shorter(case)
        limits = levels.said or question.interests or question.settings or question.avoided
        more = bool(MORE.search(fold(question.message)))
        not_wanted = (n.mention.sheet_ids for n in case.named if n.role == "not_wanted" and n.kind == METIER)
        refused = tuple(i for ids in not_wanted for i in ids)
        asks = case.score_of(("salaire", "missions", "conditions", "statut", "carriere", "rome", "fiche"))
        if not (limits or more or refused) or (asks >= INTENT_THRESHOLD and not more):
            return None
        together = f"{wishes}. {question.message}"
        avoided = self.tastes.find_avoided(together)
        return replace(
            question,
            intent="explore",
            followed=True,
            focus=together,
            levels=levels if levels.said else find_levels(wishes),
            interests=tuple(i for i in self.tastes.find_interests(together) if i not in avoided),
            settings=self.tastes.find_settings(together),
            avoided=avoided,
            proposed=(*(case.memory.choices if more else ()), *refused),
        )

    def _shorter(self, case: Case) -> Levels:
        """Bound the ideas below the level wished for before, else below the usual one of those proposed."""
        bound = find_levels(case.memory.wishes).highest
        proposed = [sheet.niveau for i in case.memory.choices if (sheet := self._catalogue.get(i)) is not None]
        ranks = [niveau.rank for niveau in proposed if niveau is not None and niveau.rank is not None]
        usual = median_low(ranks) if bound is None and ranks else bound
        return Levels() if WHICH.search(fold(case.question.message)) else find_shorter(case.question.message, usual)

    def _find_stranger(self, case: Case) -> Question | None:
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
        near = tuple(hit.sheet_id for hit in self._ranker.rank(found.near, kind=METIER, limit=3))
        return replace(case.question, intent="unknown", topic=found.text, subjects=near)

    def _unknown_id(self, named: Sequence[Named]) -> str:
        """Give the ID typed in the message that neither a sheet nor a link of a sheet knows."""
        typed = (n.mention.sheet_ids[0] for n in named if n.mention.source == "id")
        return next((i for i in typed if self._catalogue.title_of(i) is None), "")

    def _reverses(self, case: Case, studied: Sequence[Named], explores: bool) -> bool:
        """Whether a message asks for the métiers after a diploma; tastes beside a diploma already had ask for ideas."""
        question = case.question
        tasteful = explores and tells_taste(question.message, bool(question.interests or question.settings))
        set_aside = all(n.role == "had" for n in studied)
        return case.scores["metiers_apres"] >= INTENT_THRESHOLD and not (tasteful and set_aside)

    def _reverses_focus(self, case: Case) -> bool:
        """Whether "quels métiers ?" means those after the formation being talked about."""
        question = case.question
        wishes = question.interests or question.settings or question.levels.said
        formation = bool(case.memory.focus) and self._catalogue.kind_of(case.memory.focus) == FORMATION
        bare = not self._subjects.own_words(question.message) and bool(SEVERAL_METIERS.search(fold(question.message)))
        return formation and not wishes and (bare or case.scores["metiers_apres"] >= NEED_THRESHOLD)

    def _find_compared(self, case: Case, asked: Sequence[Named]) -> tuple[str, ...]:
        """Give the sheets that a message compares: those it names, the twins of one name, or one with the last."""
        question, memory, subjects = case.question, case.memory, self._subjects
        compare = case.scores["compare"]
        text = fold(question.message)
        if memory.wishes and not asked and WHICH.search(text):
            return memory.choices[:4]  # "lequel gagne le plus ?" of those proposed
        between = WHICH.search(text) or COMPARES.search(text)
        if compare >= INTENT_THRESHOLD and not asked and between and not memory.compared:
            last = memory.earlier[:2]  # "lequel fait le plus d'études ?" after one, then the other
            if len({self._catalogue.kind_of(i) for i in last}) == 1 < len(last):
                return last[::-1]
        which = memory.compared and len(memory.choices) > 1 and WHICH.search(fold(question.message))
        if which and not find_distinct(asked):
            return memory.choices[:2]
        distinct = find_distinct(n for n in case.named if not n.is_set_aside)
        compares = bool(COMPARES.search(fold(question.message)))
        if (compare >= INTENT_THRESHOLD or compares) and len(distinct) >= 2:
            return subjects.compared(distinct, question)
        pair = find_distinct(asked)
        if (compare >= NEED_THRESHOLD or compares) and len(pair) == 2:
            link = question.message[pair[0].mention.end : pair[1].mention.start]
            if BOTH.search(fold(link)):
                return subjects.compared(pair, question)
        if (compare >= INTENT_THRESHOLD or EACH.search(fold(question.message))) and not memory.focus:
            rivals = subjects.rivals(case, distinct)
            if rivals:
                return rivals
        if compare < INTENT_THRESHOLD:
            return ()
        if len(distinct) == 1 and 2 <= len(distinct[0].mention.sheet_ids) <= 3 and not memory.focus:
            return distinct[0].mention.sheet_ids
        if len(pair) == 1 and memory.focus and points_back(question.message):
            return (subjects.best_of(pair[0], question), memory.focus)
        return ()


def _is_said(need: str, message: str) -> bool:
    """Whether a need may be heard in a message: some are only asked for in so many words."""
    return need not in ASKED_PLAINLY or bool(ASKED_PLAINLY[need].search(fold(message)))
