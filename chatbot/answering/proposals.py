"""Métiers for someone who names tastes and limits instead of a métier: varied, each with why it fits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from chatbot.answering.draft import Draft
from chatbot.answering.wording import end_sentence, name_of, plain, rank_of, shorten
from chatbot.catalogue import Catalogue, fold
from chatbot.evidence import split_sentences
from chatbot.question import Question, Ranker, Tastes
from chatbot.sheets import METIER, Sheet

PROPOSED = 6
# A métier's score: the search, scaled to 1 for its best, the interests that it shares, and how well settings suit it.
SEARCH_WEIGHT, INTEREST_WEIGHT, SETTING_WEIGHT = 1.6, 1.0, 0.4
FIRST_TOLD = 4  # interests, and settings, that count
SAME_FAMILY = 0.5  # what a proposal loses for each one before it with the same first word or ROME family


class Proposer:
    """Proposes métiers within limits."""

    def __init__(self, catalogue: Catalogue, ranker: Ranker, tastes: Tastes) -> None:
        self._catalogue, self._ranker, self._tastes = catalogue, ranker, tastes
        self._metiers = tuple(catalogue.of_kind(METIER))
        self._texts = {
            sheet.sheet_id: fold(" ".join([sheet.title, *(section.text for section in sheet.sections)]))
            for sheet in self._metiers
        }
        self._families = {sheet.sheet_id: _families(sheet) for sheet in self._metiers}
        self._settings = lru_cache(maxsize=None)(self._score_setting)

    def propose(self, question: Question, wish: str) -> list[Sheet]:
        """Rank the métiers within the levels asked by interests, settings and search, and spread them over families."""
        hits = self._ranker.rank(wish, kind=METIER, limit=120)
        best = max((hit.score for hit in hits), default=0.0)
        worst = min((hit.score for hit in hits), default=0.0)
        searched = {hit.sheet_id: (hit.score - worst) / ((best - worst) or 1.0) for hit in hits}
        settings = [self._settings(key) for key in question.settings[:FIRST_TOLD]]
        scores: dict[str, float] = {}
        for sheet in self._metiers:
            if not question.levels.hold(rank_of(sheet)) or sheet.sheet_id in question.proposed:
                continue
            if question.proposed and question.interests and not set(question.interests).intersection(sheet.interets):
                continue  # other ideas, but in the same taste
            score = SEARCH_WEIGHT * searched.get(sheet.sheet_id, 0.0)
            score += sum(
                INTEREST_WEIGHT / (1 + 0.25 * place)
                for place, key in enumerate(question.interests[:FIRST_TOLD])
                if key in sheet.interets
            )
            score += SETTING_WEIGHT * sum(setting[sheet.sheet_id] for setting in settings)
            score -= INTEREST_WEIGHT * sum(key in sheet.interets for key in question.avoided)
            if score > 0:
                scores[sheet.sheet_id] = score
        return self._spread(scores)

    def _score_setting(self, key: str) -> dict[str, float]:
        """Score every métier for a setting, by its interests and its words."""
        setting = self._tastes.settings[key]
        for_it, against = tuple(map(fold, setting.words)), tuple(map(fold, setting.not_words))
        scores = {}
        for sheet in self._metiers:
            text = self._texts[sheet.sheet_id]
            score = 0.8 * any(interest in sheet.interets for interest in setting.wants)
            score -= 0.8 * any(interest in sheet.interets for interest in setting.avoids)
            score += min(3, sum(word in text for word in for_it)) / 3
            score -= min(3, sum(word in text for word in against)) / 3
            scores[sheet.sheet_id] = score
        return scores

    def _spread(self, scores: dict[str, float]) -> list[Sheet]:
        chosen: list[Sheet] = []
        families: dict[str, int] = {}
        while scores and len(chosen) < PROPOSED:
            best = max(
                scores,
                key=lambda i: scores[i] - SAME_FAMILY * sum(families.get(f, 0) for f in self._families[i]),
            )
            sheet = self._catalogue[best]
            chosen.append(sheet)
            for family in self._families[best]:
                families[family] = families.get(family, 0) + 1
            del scores[best]
        return chosen


def write_proposals(draft: Draft, tastes: Tastes, question: Question, proposals: Sequence[Sheet]) -> None:
    """Say the wishes back, list the proposals with why, level and ID, and ask one question."""
    said = [tastes.shorts[key] for key in question.interests[:3]]
    ways = (tastes.settings[key] for key in question.settings[:2])  # but for those that an interest says already
    said += [way.say for way in ways if way.say not in said and not set(way.wants).intersection(question.interests)]
    if question.levels.said:
        said.append(question.levels.said)
    who = "Tu cherches" if question.tu else "Vous cherchez"
    intro = (
        f"{who} un métier {', '.join(_address(part, question.tu) for part in said)}. Quelques pistes :"
        if said
        else "Voici quelques pistes :"
    )
    lines = [intro]
    for sheet in proposals:
        first = next(iter(split_sentences(sheet.text_of("Présentation").replace("\n", " "))), "")
        level = f", niveau {sheet.niveau.text}" if sheet.niveau else ""
        mark = draft.mark(sheet.sheet_id, "Présentation" if first else "Titre", first or sheet.title)
        lines.append(f"- **{plain(name_of(sheet))}**{level} : {end_sentence(shorten(plain(first), 150))} {mark}")
    draft.add("\n".join(lines))
    draft.add(_narrowing_question(question))


def _narrowing_question(question: Question) -> str:
    you = "Tu préfères" if question.tu else "Préférez-vous"
    if not question.levels.said:
        return (
            "Jusqu'à quel niveau d'études veux-tu aller ?"
            if question.tu
            else "Jusqu'à quel niveau d'études souhaitez-vous aller ?"
        )
    if "j'aimerais travailler dehors" not in question.interests and "outdoor" not in question.settings:
        return f"{you} travailler dehors, dans un atelier ou dans un bureau ?"
    return f"{you} travailler en équipe ou en autonomie ?"


def _address(text: str, tu: bool) -> str:
    """Settings and interests are written with 'tu'; say them with 'vous' where the user does."""
    if tu:
        return text
    for ours, theirs in ((r"\btes\b", "vos"), (r"\bton\b", "votre"), (r"\bta\b", "votre"), (r"\btoi\b", "vous")):
        text = re.sub(ours, theirs, text)
    return text


def _families(sheet: Sheet) -> list[str]:
    first = re.split(r"[/ ]", fold(sheet.title))[0]
    return [first, *({rome.code[:3] for rome in sheet.romes})]
