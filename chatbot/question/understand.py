"""A message and its history in; a `Question` out, without a language model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chatbot.catalogue import Catalogue, fold
from chatbot.naming import Names, Unlisted
from chatbot.question.classifier import LabelModel
from chatbot.question.constraints import find_diploma_levels, find_duration, find_levels
from chatbot.question.conversation import MORE, WHICH, pointed_at, points_back, recall
from chatbot.question.english import to_french
from chatbot.question.ideas import ADVICE, LIKING, SEVERAL_METIERS, asks_ideas, tells_taste
from chatbot.question.model import FORMATION_NEEDS, METIER_NEEDS, METIER_ONLY, Question, Turn
from chatbot.question.named import Named, asked_types, find_distinct, find_named, mask, without_names
from chatbot.question.register import is_english, says_tu
from chatbot.question.resolver import Ranker, Resolver
from chatbot.question.roles import role_of
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
NEEDS = tuple(dict.fromkeys(METIER_NEEDS + FORMATION_NEEDS))
# Needs that are asked of one métier, against a wish for ideas.
ASKED_OF_ONE = ("diplomes", "missions", "acces", "competences", "niveau", "duree", "salaire", "conditions", "statut")
# Needs that leave no room for ideas; qualities and ways of working may be those of who asks ("doué de ses mains").
SETTLED = ("diplomes", "missions", "acces", "niveau", "duree", "salaire", "statut", "appellations", "rome", "compare")
ASIDES = ("greeting", "thanks", "identity", "insult", "discouragement")
UNDECIDED = re.compile(
    r"\b(?:sais|c|ses|sai|c'est|jsp|chais) ?(?:vraiment |toujours |encore )?(?:pas|po) (?:du tout |trop "
    r"|encore )?(?:quoi|koi|ce que|ske|vers quoi|ou aller)\b"
    r"|\bjsp (?:quoi|koi|ce que)|\baucune idee\b|\b(?:je suis|jsuis|chui) (?:completement |totalement |un "
    r"peu )?perdue?\b|\bpas d'idee"
)
NO_NAMES = frozenset({"moins"})  # plain words that differ by an ending from a name ("moine")
RANKING = re.compile(
    r"\b(?:classement|palmares|meilleure?s? (?:metiers?|ecoles?|formations?|diplomes?|bts|fac|universites?|lycees?)"
    r"|(?:metiers?|boulots?|jobs?|diplomes?) (?:le|les) (?:plus|mieux|moins) \w+|plus beau metier|pires? metiers?"
    r"|metiers? (?:qui \w+ (?:le )?(?:plus|mieux|moins)|d'avenir|en tension))\b"
)
AGE = re.compile(r"\b(?:j'ai|jai|de|a|à|ai|as) \d{1,2} ans\b(?! d)", re.IGNORECASE)  # who asks, not what is asked
GENERAL = re.compile(
    r"^\W*(?:c'?est quoi|c (?:quoi|koi)|cest quoi|qu'?est[- ]ce que?|definition|explique\w*|comment "
    r"(?:marche|fonctionne|ca marche))[^.!?]{0,25}"
    r"\b(?:parcoursup|alternance|apprentissage|vae|bourses?|crous|cio|onisep|prepas?|l'orientation|stage de 3e"
    r"|un (?:bts|but|cap|bac pro|master|titre pro)|une (?:licence|prepa))\b[ ?!.]*$"
    r"|\b(?:quand|dates?|delais?|calendrier|voeux)\b[^.!?]{0,25}\bparcoursup\b|\b(?:des|une|les|ma) bourses?[ ?!.]*$"
)
NAME_ASKED = re.compile(r"\b(?:s'?appel\w*|appel\w+|noms?\b|nomm\w+|dit[- ]on|dire\b|termes?\b|mots?\b|synonym\w*)")
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
        asks = named or case.best >= CONFIDENT
        danger = find_danger(f"{message} {case.question.message}", case.scores, asks)
        if danger:
            about = "other" if is_about_another(message) else ""
            return replace(case.question, intent="support", topic=danger, about=about)
        before = danger_before(history)
        if before and not (asks and case.score_of(NEEDS) >= INTENT_THRESHOLD):
            return replace(case.question, intent="support", topic=before, about="still")
        aside = self._find_aside(case)
        if not aside and not case.question.background and GENERAL.search(fold(message)):
            aside = "general"
        if not aside and not named and self._is_beyond(case):
            aside = "beyond"
        if aside == "discouragement" or not aside:
            undecided = UNDECIDED.search(fold(message)) and not (case.question.interests or named)
            aside = "undecided" if undecided else aside
        if aside:
            return replace(case.question, intent=aside)
        return self._about_sheets(case)

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
            tu=tu,
            english=english,
        )
        hits = self.resolver.resolve(message, self._ranker.rank(message, limit=RANKED), named, scores, question.levels)
        return Case(question, named, scores, hits, recall(history))

    def _find_aside(self, case: Case) -> str:
        """Name what is not a question to the sheets: off topic, an injection, a greeting…; empty when it is one."""
        scores, message = case.scores, case.question.message
        label = max(scores, key=lambda name: scores[name])
        if scores["injection"] >= INTENT_THRESHOLD:
            return "injection"
        if any(n.is_sure for n in case.named) or case.best >= CONFIDENT + 2:
            return ""
        if self._wishes_ideas(case) and asks_ideas(message):
            return ""
        if scores["off_topic"] >= INTENT_THRESHOLD and label in ("off_topic", "injection", "insult"):
            return "off_topic"
        if label in ASIDES and scores[label] >= INTENT_THRESHOLD:
            asks = case.score_of((*NEEDS, "explore", "compare")) >= INTENT_THRESHOLD
            return "" if asks or (label == "discouragement" and case.question.interests) else label
        return "" if re.search(r"\w{2}", message) else "off_topic"

    def _is_beyond(self, case: Case) -> bool:
        """Whether a message without a name asks what no sheet gives: prices, dates, places, rankings of everything."""
        question, text = case.question, fold(case.question.message)
        if case.memory.focus or case.best >= CERTAIN or question.interests:
            return False
        if RANKING.search(text):
            return True
        return question.out_of_reach and case.best < CONFIDENT and case.score_of(NEEDS) < case.scores["out_of_reach"]

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
            return subjects.ask(replace(case, question=replace(question, followed=True)), pointed)
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
        explores = self._explores(case)
        if studied and not wants_metier and self._reverses(case, studied, explores):
            return subjects.ask_named(case, studied)
        if not studied and not wants_metier and self._reverses(case, studied, explores):
            formation = next((hit for hit in case.hits if self._catalogue.kind_of(hit.sheet_id) == FORMATION), None)
            loosely = any(n.kind == FORMATION and n.is_partial and len(n.mention.text.split()) > 2 for n in named)
            if formation is not None and loosely and formation.score >= PLAUSIBLE:
                return subjects.ask(case, formation.sheet_id)
        if explores and not wants_metier:
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
        if studied and subjects.is_about(question.message, studied[0]):
            return subjects.ask(case, subjects.best_of(studied[0], question))
        return subjects.search(case)

    def _narrow(self, case: Case) -> Question | None:
        """Go on exploring with what is wished for now added to what was before; None when the message asks else."""
        question, wishes = case.question, case.memory.wishes
        limits = question.levels.said or question.interests or question.settings or question.avoided
        more = bool(MORE.search(fold(question.message)))
        asks = case.score_of(("salaire", "missions", "conditions", "statut", "carriere", "rome", "fiche"))
        if not (limits or more) or (asks >= INTENT_THRESHOLD and not more):
            return None
        together = f"{wishes}. {question.message}"
        avoided = self.tastes.find_avoided(together)
        return replace(
            question,
            intent="explore",
            followed=True,
            focus=together,
            levels=question.levels if question.levels.said else find_levels(wishes),
            interests=tuple(i for i in self.tastes.find_interests(together) if i not in avoided),
            settings=self.tastes.find_settings(together),
            avoided=avoided,
            proposed=case.memory.choices if more else (),
        )

    def _find_stranger(self, case: Case) -> Question | None:
        """Settle a message about an occupation without a sheet on the nearest ones; None when it is about another."""
        message = case.question.message
        found = self._unlisted.find(message)
        if found is None or fold(found.text) in NO_NAMES:
            return None
        if any(n.is_sure and not n.is_set_aside and not n.is_plain_word for n in case.named):
            return None
        role = role_of(message, found.start, found.end, METIER)
        if role in ("had", "not_wanted") or case.best >= (CERTAIN if role == "wanted" else CONFIDENT):
            return None
        near = tuple(hit.sheet_id for hit in self._ranker.rank(found.near, kind=METIER, limit=3))
        return replace(case.question, intent="unknown", topic=found.text, subjects=near)

    def _unknown_id(self, named: Sequence[Named]) -> str:
        """Give the ID typed in the message that neither a sheet nor a link of a sheet knows."""
        typed = (n.mention.sheet_ids[0] for n in named if n.mention.source == "id")
        return next((i for i in typed if self._catalogue.title_of(i) is None), "")

    def _explores(self, case: Case) -> bool:
        """Whether a message asks for ideas of métiers rather than about one."""
        text, scores = fold(case.question.message), case.scores
        if scores["explore"] < scores["compare"]:
            return False
        advice = bool(ADVICE.search(text)) and scores["diplomes"] < INTENT_THRESHOLD
        if (SEVERAL_METIERS.search(text) or advice) and scores["explore"] >= NEED_THRESHOLD:
            return True
        named = any(n.is_sure and not n.is_plain_word for n in case.named)
        if not named and self._wishes_ideas(case):
            return True
        asked_of_one = case.score_of(ASKED_OF_ONE)
        wishes = case.question.interests and case.question.levels.said  # "j'aime les animaux, pas de longues études"
        if max(INTENT_THRESHOLD, scores["diplomes"]) <= scores["explore"] and wishes and not named:
            return True
        return (
            scores["explore"] >= INTENT_THRESHOLD
            and (asked_of_one < INTENT_THRESHOLD or (asked_of_one < scores["explore"] and case.best < PLAUSIBLE))
            and case.best < CONFIDENT
        )

    def _wishes_ideas(self, case: Case) -> bool:
        """Whether a message without a name tells a taste, and either asks for ideas or asks nothing else."""
        question, scores = case.question, case.scores
        tasteful = bool(question.interests or question.settings)
        if "money" in question.settings and scores["explore"] >= INTENT_THRESHOLD and case.best < CONFIDENT:
            return True  # "un métier bien payé dans le sport"
        if case.score_of(SETTLED) >= INTENT_THRESHOLD or not tells_taste(question.message, tasteful):
            return False
        if asks_ideas(question.message):
            return case.best < CERTAIN or scores["explore"] >= INTENT_THRESHOLD
        if "?" in question.message or case.best >= CERTAIN:
            return False
        told = tasteful and question.levels.said and case.score_of(NEEDS) < NEED_THRESHOLD  # "manuel, sans le bac"
        return bool(told) or scores["explore"] >= INTENT_THRESHOLD

    def _reverses(self, case: Case, studied: Sequence[Named], explores: bool) -> bool:
        """Whether a message asks for the métiers after a diploma; tastes beside a diploma already had ask for ideas."""
        tasteful = explores and bool(LIKING.search(fold(case.question.message)))
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
        if compare >= INTENT_THRESHOLD and not asked and WHICH.search(fold(question.message)) and not memory.compared:
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
            between = question.message[pair[0].mention.end : pair[1].mention.start]
            if BOTH.search(fold(between)):
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
    """Whether a need may be heard in a message: other names are only asked for in so many words."""
    return need != "appellations" or bool(NAME_ASKED.search(fold(message)))
