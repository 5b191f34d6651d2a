"""Which sheets a message asks about: those that it names, the one being talked about, or the best that search finds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chatbot.catalogue import Catalogue, fold
from chatbot.evidence import content_words
from chatbot.naming import Mention, Names
from chatbot.question.asking import GOES_ON, NAMED_METIER, SAME_NEED, SHIFT, WISH, aims, asks, leans
from chatbot.question.case import (
    CERTAIN,
    CONFIDENT,
    INTENT_THRESHOLD,
    NEED_THRESHOLD,
    PLAUSIBLE,
    WEAK_NEED,
    WORTH_ANSWERING,
    Case,
)
from chatbot.question.classifier import LabelModel
from chatbot.question.constraints import find_diploma_types, find_shorter, without_diploma_types
from chatbot.question.conversation import Memory
from chatbot.question.model import AS_FORMATION, AS_METIER, FORMATION_NEEDS, METIER_NEEDS, Question
from chatbot.question.named import SURE, Named, find_named, mask, without_names
from chatbot.question.resolver import EXACT, Ranker
from chatbot.question.roles import role_of
from chatbot.question.strangers import Strangers
from chatbot.sheets import FORMATION, METIER

OF_FORMATION = ("poursuite", "attendus", "contenu", "metiers_apres")  # the needs that only a formation sheet can mean
SURER = 0.5  # the chance of a sheet that is not named, from which it is meant rather than the ones that are
UNLIKELY = 0.05  # the chance of the sheets that are named below which another is meant that is likely at all
LIKELY = 0.2  # the chance from which one that is not named is meant rather than unlikely ones that are
LEADING, AHEAD = 0.5, 4.0  # the chance of one sheet of a name, and how many times the next one's, that need no choice
CLEARLY = 0.85  # the chance of a sheet from which a message leaves the one being talked about
CHOICES = 6
HIGHEST = 9.0  # the longest studies, in years after the bac
MOST_WITHIN = 4  # formations within a level
# A text that says how one gets in below the level of the sheet needs no other métier.
WAY_IN = re.compile(r"\b(?:sans (?:le )?(?:bac|diplome)|non[- ]bachelier|non[- ]diplome|vae|validation des acquis)")
DIPLOMA_POINTED_AT = re.compile(
    r"\b(?:premi|deuxi|second|troisi|quatri|cinqui|derni|\d)\w* "
    r"(?:diplome|formation|bts|cap|bac|licence|master|but|ecole)"
)


class Subjects:
    """Settles the sheets of a case, and what is asked of them."""

    def __init__(
        self, catalogue: Catalogue, names: Names, ranker: Ranker, labels: LabelModel, strangers: Strangers
    ) -> None:
        self._catalogue, self._names, self._ranker, self._labels = catalogue, names, ranker, labels
        self._strangers = strangers

    def own_words(self, text: str) -> set[str]:
        """Give the words of a text that say what it speaks of, those that say a need taken out."""
        return content_words(self._labels.cues.strip(fold(text)))

    def ask(self, case: Case, sheet_id: str) -> Question:
        """Ask one sheet: keep the needs that its kind can answer; without one, the needs of the last message."""
        question, scores = case.question, case.scores
        is_metier = self._catalogue.kind_of(sheet_id) == METIER
        possible, translated = (METIER_NEEDS, AS_METIER) if is_metier else (FORMATION_NEEDS, AS_FORMATION)
        own = any(need in possible for need in question.needs)  # beside it, what the other kind means must be said
        said = {
            need if need in possible else translated.get(need, "")
            for need in question.needs
            if need in possible or not own or scores.get(need, 0.0) >= INTENT_THRESHOLD
        }
        needs = tuple(need for need in possible if need in said)
        if "metiers_apres" in needs and "poursuite" not in needs and scores.get("poursuite", 0.0) >= WEAK_NEED:
            needs = (*needs, "poursuite")
        if needs == ("fiche",) and case.memory.last_message and SAME_NEED.fullmatch(fold(question.focus)):
            needs = ()
        states = question.named and not asks(question.message)
        if question.specific and "fiche" in needs and not (needs == ("fiche",) and states):
            needs = tuple(need for need in needs if need != "fiche") or ("question",)
        if not needs:
            needs = ("question",) if question.out_of_reach else self._weak_needs(case, possible)
        if needs == ("fiche",) and states:
            question = replace(question, specific=False)
        asked = replace(question, subjects=(sheet_id,), needs=needs)
        return replace(asked, within=self._nearest_within(asked, case.memory)) if asked.followed else asked

    def limits(self, case: Case) -> bool:
        """Whether a message only sets a level to what is being talked about ("et sans le bac ?")."""
        question = case.question
        wishes = question.interests or question.settings or question.avoided
        if not case.memory.focus or wishes or case.best >= PLAUSIBLE:
            return False
        bounded = GOES_ON.match(case.text) and question.levels.highest is not None
        return bool(bounded or find_shorter(question.message, HIGHEST).said)

    def _nearest_within(self, question: Question, memory: Memory) -> tuple[str, ...]:
        """Give what is nearest to the sheet talked about within the level asked now ("et sans le bac ?").

        That is one métier like it, or the formations that fit what the diploma was asked for.
        """
        sheet = self._catalogue.get(question.subjects[0])
        if sheet is None or sheet.niveau is None:
            return ()
        shorter = find_shorter(question.message, sheet.niveau.rank)
        wanted = question.levels if question.levels.said or question.diploma_types else shorter
        highest = wanted.highest
        if highest is None or (sheet.niveau.rank or 0.0) <= highest:
            return ()
        if wanted is not shorter and WAY_IN.search(fold(sheet.text_of("Accès au métier"))):
            return ()
        metier = sheet.kind == METIER
        like = sheet.title if metier else without_diploma_types(f"{memory.last_message} {sheet.title}")
        near = []
        for hit in self._ranker.rank(like, kind=sheet.kind, limit=12 if metier else 50):
            other = self._catalogue[hit.sheet_id].niveau
            fits = other is not None and other.rank is not None and other.rank <= highest
            if fits and hit.score >= (PLAUSIBLE if metier else WORTH_ANSWERING):
                near.append(hit.sheet_id)
        return tuple(near[: 1 if metier else MOST_WITHIN])

    def _weak_needs(self, case: Case, possible: Sequence[str]) -> tuple[str, ...]:
        question, last = case.question, case.memory.last_message
        own = self.own_words(question.focus) if case.hits else set()
        goes_on = not own or GOES_ON.match(fold(question.focus))
        if last and ((len(question.message.split()) <= 8 and goes_on) or case.scores["correction"] >= NEED_THRESHOLD):
            scores = self._labels.scores(mask(last, find_named(self._names, last)))
            carried = tuple(n for n in possible if scores.get(n, 0.0) >= NEED_THRESHOLD and n != "fiche")
            if carried:
                return carried
        states = question.named and not asks(question.message)  # "j'ai perdu mon boulot, je pense à maçon"
        if states and not aims(question.message):
            return ("fiche",)
        # Other names are only asked for in so many words.
        best = max((need for need in possible if need != "appellations"), key=lambda n: case.scores.get(n, 0.0))
        if case.scores.get(best, 0.0) >= WEAK_NEED:
            return (best,)
        content = content_words(question.asked)
        precise = len(content) >= 2 or (content and asks(question.message))
        return ("question",) if precise and question.specific and not states else ("fiche",)

    def ask_named(self, case: Case, sure: Sequence[Named]) -> Question:
        """Ask the sheet that is meant most likely, or offer those of one name that fits several."""
        typed = next((n.mention.sheet_ids[0] for n in sure if n.mention.source == "id"), "")
        named_ids = {i for n in sure for i in n.mention.sheet_ids}
        # A message that says nothing besides a name and a need, or a diploma in full, is about what bears the name.
        in_full = any(n.mention.score >= EXACT and len(find_diploma_types(n.mention.text)) == 1 for n in sure)
        surer = 1.0 if in_full or not case.question.specific else SURER
        named_chance = sum(hit.chance for hit in case.hits if hit.sheet_id in named_ids)
        exactly = any(n.mention.score >= EXACT for n in sure)
        if not exactly and named_chance < UNLIKELY:
            surer = min(surer, LIKELY)
        chosen = typed or next((h.sheet_id for h in case.hits if h.sheet_id in named_ids or h.chance > surer), "")
        if not chosen:
            chosen = max(sure, key=lambda n: n.mention.score).mention.sheet_ids[0]
        shared = next((n.mention for n in sure if chosen in n.mention.sheet_ids and len(n.mention.sheet_ids) > 1), None)
        alone = any(n.mention.sheet_ids == (chosen,) for n in sure)
        return self._ask_among(case, shared) if shared is not None and not alone else self.ask(case, chosen)

    def _ask_among(self, case: Case, mention: Mention) -> Question:
        """Choose between sheets of one name by the rest of the message, or offer them."""
        ids = self._of_kind_asked(case, mention.sheet_ids)
        if len(ids) == 1:
            return self.ask(case, ids[0])
        first, second = [*(hit for hit in case.hits if hit.sheet_id in ids), None, None][:2]
        if first and first.chance >= LEADING and (second is None or first.chance >= AHEAD * second.chance):
            return self.ask(case, first.sheet_id)
        ranked = [hit.sheet_id for hit in self._ranker.rank(case.question.message, limit=20) if hit.sheet_id in ids]
        rest = re.findall(r"\w{4,}", fold(case.question.focus))
        if (ranked and len(ids) <= 3) or (len(ranked) == 1 and len(rest) > 2):
            chosen = self.ask(case, ranked[0])
            return replace(chosen, subjects=(ranked[0], *[i for i in ids if i != ranked[0]][:2]))
        order = tuple(dict.fromkeys([*ranked, *ids]))
        return replace(case.question, intent="ambiguous", subjects=order[:CHOICES], topic=mention.text)

    def _of_kind_asked(self, case: Case, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Of a name that a métier and a formation share, keep the kind of the needs: the métier if unsure."""
        metiers = tuple(i for i in ids if self._catalogue.kind_of(i) == METIER)
        if not metiers or len(metiers) == len(ids):
            return ids
        return tuple(i for i in ids if i not in metiers) if case.score_of(OF_FORMATION) >= INTENT_THRESHOLD else metiers

    def best_of(self, named: Named, question: Question, kind: str | None = None) -> str:
        """Give the sheet of a name that fits the message best, of one kind if that is given."""
        ids = named.mention.sheet_ids
        if kind is not None:
            ids = tuple(i for i in ids if self._catalogue.kind_of(i) == kind) or ids
        if len(ids) == 1:
            return ids[0]
        ranked = [hit.sheet_id for hit in self._ranker.rank(question.message, limit=30) if hit.sheet_id in ids]
        return ranked[0] if ranked else ids[0]

    def choices(self, message: str, memory: Memory) -> tuple[str, ...]:
        """Give what "la deuxième" may point at: what the last message names, else the last answer's list."""
        said = memory.last_message
        named = [
            mention.sheet_ids[0]
            for mention in self._names.find(said)
            if mention.score >= SURE and role_of(said, mention.start, mention.end, METIER) not in ("had", "not_wanted")
        ]
        distinct = tuple(dict.fromkeys(named))
        if len(distinct) > 1:
            return distinct
        if memory.focus in memory.proposed:
            return memory.proposed
        single = sum(self._catalogue.kind_of(choice) == METIER for choice in memory.choices) <= 1
        if single and len(memory.earlier) > 1 and not DIPLOMA_POINTED_AT.search(fold(message)):
            return tuple(reversed(memory.earlier))
        return memory.choices

    def opens(self, case: Case) -> bool:
        """Whether a message without a sure name opens another subject than the one being talked about."""
        own = self.own_words(case.question.message)
        aside = {i for n in case.named if n.is_set_aside for i in n.mention.sheet_ids}
        top = next((hit for hit in case.hits if hit.sheet_id not in aside), None)
        if top is None or not own or top.sheet_id == case.memory.focus:
            return False
        sheet = self._catalogue.get(case.memory.focus)
        be_good = case.score_of(("competences",)) >= INTENT_THRESHOLD  # "faut être sportif ?" names no métier
        if leans(case.text, be_good) and case.scores["correction"] < INTENT_THRESHOLD:
            return False
        if sheet is not None and self._stays_on(sheet.kind, self._catalogue.kind_of(top.sheet_id), case):
            return False
        texts = [sheet.title, *(section.text for section in sheet.sections)] if sheet else []
        share = len(own & content_words(" ".join(texts))) / len(own)
        if case.scores["correction"] >= INTENT_THRESHOLD:
            return top.score >= PLAUSIBLE
        if not share and NAMED_METIER.search(case.question.message):
            return True
        if not share and SHIFT.search(case.text) and top.score >= PLAUSIBLE:
            return True
        if top.score >= CERTAIN and top.chance >= 0.5:
            return True
        return top.score >= CONFIDENT + 1 and top.chance >= CLEARLY and share <= 0.6

    @staticmethod
    def _stays_on(kind: str, other: str, case: Case) -> bool:
        """Whether "il y a beaucoup de maths ?" after a BTS asks for its programme, and not for a teacher."""
        asks = kind == FORMATION and other == METIER and case.score_of(OF_FORMATION) >= INTENT_THRESHOLD
        return asks and not NAMED_METIER.search(case.question.message)

    def is_about(self, message: str, studied: Named) -> bool:
        """Whether a message is about the diploma that someone has, and not about a métier that it describes besides."""
        if not self.own_words(without_names(message, [studied])):
            return True
        if WISH.search(fold(message)):
            return False
        hits = self._ranker.rank(message, limit=1)
        return bool(hits) and hits[0].sheet_id in studied.mention.sheet_ids

    def search(self, case: Case) -> Question:
        """Ask the best sheet that search finds; offer choices for a bare "ingénieur"."""
        question = case.question
        if not case.hits:
            return replace(question, intent="nothing")
        opening = [n for n in case.named if n.is_partial]
        partial = next((n for n in opening if len(n.mention.sheet_ids) > (1 if n.is_generic else 3)), None)
        if partial is not None and not self.own_words(without_names(question.message, [partial])):
            ids = partial.mention.sheet_ids[:CHOICES]
            return replace(question, intent="ambiguous", subjects=ids, topic=partial.mention.text)
        unknown = self._strangers.find_name(case)
        bare = not case.named and not self.own_words(question.message)  # "et le salaire ?", of nothing
        if not unknown and (bare or case.best < WORTH_ANSWERING):
            return replace(question, intent="nothing")
        if unknown:
            near = tuple(hit.sheet_id for hit in case.hits if hit.score >= PLAUSIBLE)[:3]
            return replace(question, intent="unknown", topic=unknown, subjects=near)
        best = case.hits[0].sheet_id
        leaves = best in question.background and self._catalogue.kind_of(best) == METIER
        if leaves and WISH.search(case.text):
            best = self._beyond_background(case) or best
        spelt = [n for n in case.named if best in n.mention.sheet_ids]
        return self.ask(case.having(focus=without_names(question.message, spelt)), best)

    def _beyond_background(self, case: Case) -> str:
        """Give the sheet that a message describes besides what is had ("Aide-soignante, je voudrais soigner…")."""
        had = [n for n in case.named if n.role == "had"]
        hits = self._ranker.rank(without_names(case.question.message, had), limit=5)
        best = next((hit for hit in hits if hit.sheet_id not in case.question.background), None)
        return best.sheet_id if best is not None and best.score >= PLAUSIBLE else ""
