"""A message and its history in; a `Question` out, without a language model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median_low

from chatbot.catalogue import Catalogue, fold
from chatbot.naming import Names
from chatbot.question.asides import find_aside
from chatbot.question.asking import asks
from chatbot.question.case import CERTAIN, CONFIDENT, INTENT_THRESHOLD, NEED_THRESHOLD, PLAUSIBLE, Case
from chatbot.question.classifier import LabelModel
from chatbot.question.comparing import Comparisons
from chatbot.question.constraints import Levels, find_diploma_levels, find_duration, find_levels, find_shorter
from chatbot.question.conversation import MORE, WHICH, pointed_at, recall, without_pointing
from chatbot.question.english import to_french
from chatbot.question.exploring import explores, is_bare
from chatbot.question.ideas import SEVERAL_METIERS, tells_taste
from chatbot.question.model import NEEDS, Question, Turn
from chatbot.question.named import asked_types, find_named, mask, without_names
from chatbot.question.register import is_english, says_tu
from chatbot.question.resolver import Ranker, Resolver
from chatbot.question.roles import without_refused
from chatbot.question.safety import danger_before, find_danger, is_about_another
from chatbot.question.sms import write_in_full
from chatbot.question.strangers import Strangers
from chatbot.question.subjects import Subjects
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


class Understanding:
    """Understands messages over one catalogue."""

    def __init__(self, catalogue: Catalogue, names: Names, ranker: Ranker, labels: LabelModel, tastes: Tastes) -> None:
        self._catalogue, self._names, self._ranker, self._labels = catalogue, names, ranker, labels
        self._strangers = Strangers(catalogue, ranker)
        self._subjects = Subjects(catalogue, names, ranker, labels, self._strangers)
        self._comparisons = Comparisons(catalogue, ranker, self._subjects)
        self.resolver = Resolver(catalogue, ranker)
        self.tastes = tastes

    @staged("understanding")
    def understand(self, message: str, history: Sequence[Turn] = ()) -> Question:
        """Understand a message in its conversation."""
        case = self.read(" ".join(message.split()), history)
        sheet = case.names_a_sheet or case.best >= CONFIDENT
        danger = find_danger(f"{message} {case.question.message}", case.scores, sheet)
        if danger:
            about = "other" if is_about_another(message) else ""
            return replace(case.question, intent="support", topic=danger, about=about)
        before = danger_before(history)
        if before and not (sheet and case.score_of(NEEDS) >= INTENT_THRESHOLD):
            return replace(case.question, intent="support", topic=before, about="still")
        aside = find_aside(case, message)
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
        ranked = self._ranker.rank(without_refused(message), limit=RANKED)
        case = Case(question, named, scores, ranked, recall(history))
        return replace(case, hits=self.resolver.resolve(case))

    def _about_sheets(self, case: Case) -> Question:
        """Settle a message about sheets: the first way of reading it that fits wins."""
        readings = (
            self._as_unknown_id, self._strangers.find_unlisted, self._as_choice, self._as_narrowing,
            self._as_comparison, self._as_after, self._as_exploring, self._as_named, self._as_following,
            self._as_studied, self._as_left,
        )  # fmt: skip
        settled = (read(case) for read in readings)
        return next((question for question in settled if question is not None), None) or self._subjects.search(case)

    def _as_unknown_id(self, case: Case) -> Question | None:
        unknown = self._strangers.find_id(case.named)
        return replace(case.question, intent="unknown_id", topic=unknown) if unknown else None

    def _as_choice(self, case: Case) -> Question | None:
        """Read "la deuxième" as the second of what was offered."""
        message = case.question.message
        pointed = pointed_at(message, self._subjects.choices(message, case.memory))
        if not pointed:
            return None
        precise = bool(self._subjects.own_words(without_pointing(message)))
        return self._subjects.ask(case.having(followed=True, specific=precise), pointed)

    def _as_narrowing(self, case: Case) -> Question | None:
        """Go on exploring with what is wished for now added to what was before; None when the message asks else."""
        question, wishes = case.question, case.memory.wishes
        if not wishes or any(n.is_sure and n.kind == METIER and not n.is_set_aside for n in case.named):
            return None
        levels = question.levels if question.levels.said else self._shorter(case)
        limits = levels.said or question.interests or question.settings or question.avoided
        more = bool(MORE.search(case.text))
        asks = case.score_of(("salaire", "missions", "conditions", "statut", "carriere", "rome", "fiche"))
        if not (limits or more or case.refused) or (asks >= INTENT_THRESHOLD and not more):
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
            proposed=(*(case.memory.choices if more else ()), *case.refused),
        )

    def _shorter(self, case: Case) -> Levels:
        """Bound the ideas below the level wished for before, else below the usual one of those proposed."""
        bound = find_levels(case.memory.wishes).highest
        proposed = [sheet.niveau for i in case.memory.choices if (sheet := self._catalogue.get(i)) is not None]
        ranks = [niveau.rank for niveau in proposed if niveau is not None and niveau.rank is not None]
        usual = median_low(ranks) if bound is None and ranks else bound
        return Levels() if WHICH.search(case.text) else find_shorter(case.question.message, usual)

    def _as_comparison(self, case: Case) -> Question | None:
        """Read a comparison of sheets that are loaded: the one talked about may be known by its title alone."""
        compared = tuple(i for i in self._comparisons.find(case) if i in self._catalogue)
        return replace(case.question, intent="compare", subjects=compared) if len(compared) > 1 else None

    def _as_after(self, case: Case) -> Question | None:
        """Read "quels métiers après…" as asked of the formation that is named, or loosely said."""
        if case.wants_metier or not self._reverses(case):
            return None
        if case.studied:
            return self._subjects.ask_named(case, case.studied)
        formation = next((hit for hit in case.hits if self._catalogue.kind_of(hit.sheet_id) == FORMATION), None)
        loosely = any(n.kind == FORMATION and n.is_partial and len(n.mention.text.split()) > 2 for n in case.named)
        if formation is not None and loosely and formation.score >= PLAUSIBLE:
            return self._subjects.ask(case, formation.sheet_id)
        return None

    def _as_exploring(self, case: Case) -> Question | None:
        """Read a wish for ideas: of métiers after the formation at hand, where tastes say nothing else."""
        question, studied = case.question, case.studied
        if case.wants_metier or not explores(case):
            return None
        if self._subjects.limits(case):
            return self._subjects.ask(case.having(followed=True), case.memory.focus)
        if not studied and self._reverses_focus(case):
            return self._subjects.ask(case.having(followed=True, needs=("metiers_apres",)), case.memory.focus)
        if studied and not (question.interests or question.settings):
            chosen = self._subjects.best_of(studied[0], question)
            return replace(question, subjects=(chosen,), needs=("metiers_apres",))
        return self._explored(case)

    def _explored(self, case: Case) -> Question:
        """Ask for ideas by what is wished for, without the métiers that are left or refused."""
        aside = [n for n in case.named if n.is_set_aside and n.kind == METIER]
        wish = without_refused(without_names(case.question.message, aside))
        return replace(case.question, intent="explore", focus=wish, proposed=case.refused)

    def _as_named(self, case: Case) -> Question | None:
        return self._subjects.ask_named(case, case.surely_asked) if case.surely_asked else None

    def _as_following(self, case: Case) -> Question | None:
        """Read what opens no other subject as asked of the sheet being talked about."""
        if not case.memory.focus or self._subjects.opens(case):
            return None
        return self._subjects.ask(case.having(followed=True), case.memory.focus)

    def _as_studied(self, case: Case) -> Question | None:
        """Read a message on the diploma that somebody has as asked of it."""
        question, studied = case.question, case.studied
        if not studied or case.of_metier or not self._subjects.is_about(question.message, studied[0]):
            return None
        return self._subjects.ask(case, self._subjects.best_of(studied[0], question))

    def _as_left(self, case: Case) -> Question | None:
        """Read what only tells of a métier that somebody has or leaves ("j'étais caissière, mal au dos")."""
        question = case.question
        left = case.named and all(n.kind == METIER and n.role == "had" for n in case.named)
        if not left or case.best >= CERTAIN or asks(question.message):
            return None
        tasteful = question.interests or question.settings
        return self._explored(case) if tasteful else replace(question, intent="undecided")

    def _reverses(self, case: Case) -> bool:
        """Whether a message asks for the métiers after a diploma; tastes beside a diploma already had ask for ideas."""
        question = case.question
        tasteful = explores(case) and tells_taste(question.message, bool(question.interests or question.settings))
        set_aside = all(n.role == "had" for n in case.studied)
        return case.scores["metiers_apres"] >= INTENT_THRESHOLD and not (tasteful and set_aside)

    def _reverses_focus(self, case: Case) -> bool:
        """Whether "quels métiers ?" means those after the formation being talked about."""
        question = case.question
        wishes = question.interests or question.settings or question.levels.said
        formation = bool(case.memory.focus) and self._catalogue.kind_of(case.memory.focus) == FORMATION
        bare = not self._subjects.own_words(question.message) and bool(SEVERAL_METIERS.search(case.text))
        return formation and not wishes and (bare or case.scores["metiers_apres"] >= NEED_THRESHOLD)


def _is_said(need: str, message: str) -> bool:
    """Whether a need may be heard in a message: some are only asked for in so many words."""
    return need not in ASKED_PLAINLY or bool(ASKED_PLAINLY[need].search(fold(message)))
