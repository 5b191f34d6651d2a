"""A message and its history in; a `Question` out, without a language model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chatbot.catalogue import Catalogue, fold
from chatbot.evidence import content_words
from chatbot.naming import Mention, Names
from chatbot.question.classifier import MASKS, LabelModel
from chatbot.question.constraints import find_diploma_levels, find_diploma_types, find_levels
from chatbot.question.conversation import Memory, pointed_at, points_back, recall
from chatbot.question.model import AS_FORMATION, AS_METIER, FORMATION_NEEDS, METIER_NEEDS, METIER_ONLY, Question, Turn
from chatbot.question.roles import role_of
from chatbot.question.safety import find_danger
from chatbot.question.tastes import Tastes
from chatbot.sheets import FORMATION, METIER

# Needs that are asked of one métier, against a wish for ideas; "diplomes" and "acces" often come with wishes too.
ASKED_OF_ONE = ("diplomes", "missions", "acces", "competences", "niveau", "duree", "salaire", "conditions", "statut")
SEVERAL_METIERS = re.compile(
    r"\b(?:quel(?:le)?s?|des|d'|de|idees?|pistes?|plusieurs|quelques|autres|liste d\w*|les) (?:\w+ )?(?:metiers|boulots|jobs|tafs|pistes|idees|options|possibilites)\b"
    r"|\b(?:idees?|pistes?) ?\?|\bviser quoi\b|\bquoi comme (?:metiers?|boulots?|job|taf)"
    r"|\b(?:cherche|voudrais|veux|aimerais|souhaite|trouver|jveux|veut|voudrait) (?:faire )?un (?:\w+ )?(?:metier|boulot|taf|job|travail) (?:\w+ )?(?:ou|qui|dehors|dans|avec|sans|du|de)\b"
)
ADVICE = re.compile(r"\b(?:propose|conseill|vois|voyez|recommand|sugger)\w*\b")
OF_FORMATION = ("poursuite", "attendus", "contenu", "metiers_apres")  # the needs that only a formation sheet can mean
NEED_THRESHOLD = 0.3
INTENT_THRESHOLD = 0.5
# Scores of the fitted ranker (`data/ranker.json`), measured on 500 questions: one that names or describes a sheet has 8 to
# 20 for its best, a wish, an ellipsis or small talk 4 to 7. Fitting the ranker again calls for measuring these again.
CERTAIN = 11.0
CONFIDENT = 8.0
PLAUSIBLE = 6.2
NEAR = 1.2  # a métier this close behind a formation is what a message without a diploma means
SURE = 0.8  # a mention at least this sure names its sheet by itself
NAMED_METIER = re.compile(
    r"\b(?:devenir|[êe]tre|m[ée]tier (?:de |d')|gagne (?:un|une)|salaire (?:d'un|d'une|de|d')|pay[ée]e? (?:un|une)|travail (?:de |d')|fait (?:un|une))\s*"
    r"(?:un |une |le |la |l')?((?!qu)[^\W\d_]{5,}(?: [^\W\d_]{4,})?)",
    re.IGNORECASE,
)
WISH = re.compile(r"\b(?:j(?:e )?veux|j(?:e )?voudrais|j'?aimerais|je souhaite|je vise|j(?:e )?reve|pour devenir|pour etre|je cherche)\b")
LIKING = re.compile(r"\b(?:aim\w+|ador\w+|jador\w*|jaim\w*|passion\w*|attir\w+|rev\w+|interess\w+|kiff\w*|plai\w+|je veux|jveux|voudrais)\b")
DIPLOMA_WORD = re.compile(r"\b(?:diplomes?|formations?|bts|cap|bac|licence|master|but|ecole)\b")
BOTH = re.compile(r"^\W*(?:et|ou|vs|versus|contre)\b", re.IGNORECASE)
GENERAL = re.compile(r"(?:(?:les? |l'|une? )?(?:etudes?|cursus)) (?:de |d'|du |des |pour (?:etre |devenir )?)?")
TUTOYER = re.compile(r"\b(?:tu|te|toi|ton|ta|tes|t'|stp|stplait)\b|s'il te pla[iî]t")
VOUVOYER = re.compile(r"\b(?:vous|votre|vos|svp|bonjour|cordialement|madame|monsieur)\b|s'il vous pla[iî]t", re.IGNORECASE)
SMS = re.compile(r"\b(?:c koi|c quoi|koi|jveux|jsuis|jsui|chui|slt|cc|wesh|jai|ya|pr|cb|fo|kel|jaime|bcp|tkt|mdr|lol|g \d+|jador\w*|taf|ds|pk|pcq)\b")
ENGLISH = re.compile(r"\b(?:the|what|how|is|are|does|do|i|want|become|which|much|job|years|need|study|salary|my|can|to)\b")
FRENCH = re.compile(r"\b(?:le|la|les|de|du|des|un|une|est|je|quel|quelle|pour|que|et|en|dans|metier|comment)\b")


class Ranker(Protocol):
    """What understanding needs of retrieval: sheets, best first."""

    def rank(self, query: str, *, kind: str | None = None, limit: int = 20) -> Sequence[Ranked]: ...

    def knows(self, word: str) -> bool: ...


class Ranked(Protocol):
    """A sheet, how well it fits a query, and its chance to be the one among those ranked (0 to 1)."""

    @property
    def sheet_id(self) -> str: ...

    @property
    def score(self) -> float: ...

    @property
    def chance(self) -> float: ...


@dataclass(frozen=True, slots=True)
class _Named:
    """A mention and its part in the message."""

    mention: Mention
    role: str

    @property
    def kind(self) -> str:
        return METIER if self.mention.sheet_ids[0].startswith("MET.") else FORMATION


class Understanding:
    """Understands messages over one catalogue."""

    def __init__(self, catalogue: Catalogue, names: Names, ranker: Ranker, labels: LabelModel, tastes: Tastes) -> None:
        self._catalogue, self._names, self._ranker, self._labels = catalogue, names, ranker, labels
        self.tastes = tastes
        self._name_starts = {
            _start(word) for sheet in catalogue.values() for name in sheet.names for word in re.findall(r"\w{5,}", fold(" ".join(name.forms)))
        }

    def understand(self, message: str, history: Sequence[Turn] = ()) -> Question:
        """Understand a message in its conversation."""
        message = " ".join(message.split())
        memory = recall(history)
        named = [
            _Named(mention, role_of(message, mention.start, mention.end, METIER if mention.sheet_ids[0].startswith("MET") else FORMATION))
            for mention in self._names.find(message)
        ]
        named = [self._mend(n) for n in named]
        scores = self._labels.scores(mask(message, [n.mention for n in named if n.mention.score >= SURE]))
        hits = self._ranker.rank(without_names(message, [n.mention for n in named if n.role in ("had", "not_wanted")]), limit=20)
        question = Question(
            message=message,
            intent="sheet",
            levels=find_levels(message),
            diploma_levels=find_diploma_levels(message),
            diploma_types=_asked_types(without_names(message, [n.mention for n in named if n.role == "had"])),
            tu=_tutoie(message, history),
            english=_is_english(message),
            out_of_reach=scores.get("out_of_reach", 0.0) >= INTENT_THRESHOLD,
        )
        best_need = max(scores.get(need, 0.0) for need in (*METIER_NEEDS, *FORMATION_NEEDS))
        danger = find_danger(message, scores, asks=bool(best_need >= INTENT_THRESHOLD or (hits and hits[0].score >= PLAUSIBLE)))
        if danger:
            return replace(question, intent="support", topic=danger)
        aside = self._aside(message, scores, named, hits)
        if aside:
            return replace(question, intent=aside)
        return self._about_sheets(question, scores, named, memory, hits)

    def _mend(self, named: _Named) -> _Named:
        """Read "études d'orthophoniste" as the métier: a general word before a métier's name makes no diploma."""
        mention = named.mention
        general = GENERAL.match(fold(mention.text))
        if named.kind == METIER or general is None:
            return named
        inner = [m for m in self._names.find(mention.text[general.end() :]) if m.sheet_ids[0].startswith("MET.") and m.score >= SURE]
        if not inner:
            return named
        start = mention.start + general.end() + inner[0].start
        moved = replace(inner[0], start=start, end=start + len(inner[0].text))
        return _Named(moved, named.role)

    def _aside(self, message: str, scores: dict[str, float], named: list[_Named], hits: Sequence[Ranked]) -> str:
        """Name what is not a question to the sheets: off topic, an injection, a greeting…"""
        label = max(scores, key=lambda name: scores[name])
        if scores["injection"] >= INTENT_THRESHOLD:
            return "injection"
        best = hits[0].score if hits else 0.0
        if any(n.mention.score >= SURE for n in named) or best >= CONFIDENT + 2:
            return ""
        if scores["off_topic"] >= INTENT_THRESHOLD and label in ("off_topic", "injection", "insult"):
            return "off_topic"
        asked = max(scores.get(need, 0.0) for need in (*METIER_NEEDS, *FORMATION_NEEDS, "explore", "compare"))
        if label in ("greeting", "thanks", "identity", "insult", "discouragement") and scores[label] >= INTENT_THRESHOLD:
            tastes = self.tastes.find_interests(message)
            return "" if asked >= INTENT_THRESHOLD or (label == "discouragement" and tastes) else label
        return "" if re.search(r"\w{2}", message) else "off_topic"

    def _about_sheets(
        self, question: Question, scores: dict[str, float], named: list[_Named], memory: Memory, hits: Sequence[Ranked]
    ) -> Question:
        message = question.message
        needs = tuple(label for label in dict.fromkeys(METIER_NEEDS + FORMATION_NEEDS) if scores.get(label, 0.0) >= NEED_THRESHOLD)
        unknown = next((n.mention for n in named if n.mention.source == "id" and n.mention.sheet_ids[0] not in self._catalogue), None)
        if unknown is not None and self._catalogue.title_of(unknown.sheet_ids[0]) is None:
            return replace(question, intent="unknown_id", topic=unknown.sheet_ids[0], needs=needs)
        refused = {i for n in named if n.role == "not_wanted" for i in n.mention.sheet_ids}
        hits = [hit for hit in hits if hit.sheet_id not in refused]
        asked = [
            n
            for n in named
            if n.role not in ("had", "not_wanted") and n.mention.source != "partial" and not refused.issuperset(n.mention.sheet_ids)
        ]
        had = tuple(n.mention.sheet_ids[0] for n in named if n.role == "had" and n.mention.score >= SURE)
        question = replace(
            question,
            needs=needs,
            background=had,
            interests=self.tastes.find_interests(message),
            settings=self.tastes.find_settings(message),
            focus=without_names(message, [n.mention for n in asked]),
            specific=bool(_own_words(self._labels, without_names(message, [n.mention for n in named]))),
        )
        best = hits[0].score if hits else 0.0
        answerable = max((scores.get(need, 0.0) for need in ASKED_OF_ONE), default=0.0)
        several = bool(SEVERAL_METIERS.search(fold(message)))
        advice = bool(ADVICE.search(fold(message))) and scores["diplomes"] < INTENT_THRESHOLD
        explores = scores["explore"] >= scores["compare"] and (
            ((several or advice) and scores["explore"] >= NEED_THRESHOLD)
            or (scores["explore"] >= INTENT_THRESHOLD and answerable < INTENT_THRESHOLD and best < CONFIDENT)
        )
        compares = scores["compare"] >= INTENT_THRESHOLD
        pointed = pointed_at(message, self._choices(message, memory))
        if pointed:
            return self._for_sheet(replace(question, followed=True), pointed, scores, memory)
        distinct = _distinct([n for n in named if n.role not in ("had", "not_wanted")])
        if compares and len(distinct) >= 2:
            return replace(question, intent="compare", subjects=self._compared(distinct, question))
        if scores["compare"] >= 0.3 and len(_distinct(asked)) == 2 and BOTH.search(message[asked[0].mention.end : asked[-1].mention.start]):
            return replace(question, intent="compare", subjects=self._compared(_distinct(asked), question))
        if compares and len(distinct) == 1 and 2 <= len(distinct[0].mention.sheet_ids) <= 3 and not memory.focus:
            return replace(question, intent="compare", subjects=distinct[0].mention.sheet_ids)
        if compares and len(_distinct(asked)) == 1 and memory.focus and points_back(message):
            return replace(question, intent="compare", subjects=(self._best_of(_distinct(asked)[0], question), memory.focus))
        of_metier = max(scores.get(need, 0.0) for need in METIER_ONLY) >= INTENT_THRESHOLD
        sure = [n for n in asked if n.mention.score >= SURE and not (n.kind == FORMATION and (of_metier or _is_plain_word(n) or _is_bare_diploma(n)))]
        studied = [
            n
            for n in named
            if n.kind == FORMATION and n.mention.score >= SURE and n.mention.source != "partial" and not _is_bare_diploma(n) and not _is_plain_word(n)
        ]
        tasteful = explores and bool(LIKING.search(fold(message)))
        reverses = scores["metiers_apres"] >= INTENT_THRESHOLD and not (tasteful and all(n.role == "had" for n in studied))
        if studied and reverses and not any(n.kind == METIER and n.role == "wanted" for n in sure):
            return self._for_named(question, studied, scores, memory, hits)
        if explores and not any(n.kind == METIER and n.role == "wanted" for n in sure):
            if studied and not (question.interests or question.settings):
                chosen = self._best_of(studied[0], question)
                return replace(question, subjects=(chosen,), needs=("metiers_apres",))
            return replace(question, intent="explore")
        if sure:
            return self._for_named(question, sure, scores, memory, hits)
        if memory.focus and not self._opens(question, scores, memory, hits):
            if "explore" in scores and _narrows(question) and len(memory.choices) >= 3:
                return replace(question, intent="explore", followed=True, focus=memory.last_message + " " + message)
            return self._for_sheet(replace(question, followed=True), memory.focus, scores, memory)
        if studied and self._is_about(message, studied[0]):
            return self._for_sheet(question, self._best_of(studied[0], question), scores, memory)
        return self._by_search(question, scores, named, memory, hits)

    def _is_about(self, message: str, studied: _Named) -> bool:
        """Whether a message is about the diploma that someone has, and not about a métier that it describes besides."""
        if not _own_words(self._labels, without_names(message, [studied.mention])):
            return True
        if WISH.search(fold(message)):
            return False
        hits = self._ranker.rank(message, limit=1)
        return bool(hits) and hits[0].sheet_id in studied.mention.sheet_ids

    def _choices(self, message: str, memory: Memory) -> tuple[str, ...]:
        """The things that "la deuxième" may point at: what the last message names side by side, else the last answer's."""
        said = memory.last_message
        named = [
            mention.sheet_ids[0]
            for mention in self._names.find(said)
            if mention.score >= SURE and role_of(said, mention.start, mention.end, METIER) not in ("had", "not_wanted")
        ]
        distinct = tuple(dict.fromkeys(named))
        if len(distinct) > 1:
            return distinct
        single = sum(choice.startswith("MET.") for choice in memory.choices) <= 1
        return tuple(reversed(memory.earlier)) if single and len(memory.earlier) > 1 and not DIPLOMA_WORD.search(fold(message)) else memory.choices

    def _for_named(
        self, question: Question, sure: list[_Named], scores: dict[str, float], memory: Memory, hits: Sequence[Ranked]
    ) -> Question:
        """Ask the sheet that is named; where the ranking is surer of another one than the name, that one."""
        kind = self._kind_asked(question, sure, scores)
        of_kind = [n for n in sure if n.kind == kind] or sure
        wanted = [n for n in of_kind if n.role == "wanted"] or of_kind
        chosen = max(wanted, key=lambda n: (n.mention.score, n.mention.end - n.mention.start))
        ids = chosen.mention.sheet_ids
        top = next((hit for hit in hits if hit.sheet_id.startswith("MET.") == (kind == METIER)), None)
        doubtful = chosen.mention.score < 0.95 or len(wanted) > 1 or len(ids) > 1
        if top is not None and doubtful and top.sheet_id not in ids and top.score >= CONFIDENT and top.chance >= 0.5:
            return self._for_sheet(question, top.sheet_id, scores, memory)
        if len(ids) > 1:
            return self._among(question, chosen.mention, scores, memory)
        return self._for_sheet(question, ids[0], scores, memory)

    def _among(self, question: Question, mention: Mention, scores: dict[str, float], memory: Memory) -> Question:
        """Choose between sheets of one name by the rest of the message, or offer them."""
        ids = self._of_kind_asked(mention.sheet_ids, scores)
        if len(ids) == 1:
            return self._for_sheet(question, ids[0], scores, memory)
        ranked = [hit for hit in self._ranker.rank(question.message, limit=20) if hit.sheet_id in ids]
        rest = re.findall(r"\w{4,}", fold(question.focus))
        if ranked and len(ids) <= 3 or (len(ranked) == 1 and len(rest) > 2):
            chosen = self._for_sheet(question, ranked[0].sheet_id if ranked else ids[0], scores, memory)
            others = tuple(i for i in ids if i != chosen.subjects[0])
            return replace(chosen, subjects=(chosen.subjects[0], *others[:2]))
        order = tuple(dict.fromkeys([hit.sheet_id for hit in ranked] + list(ids)))
        return replace(question, intent="ambiguous", subjects=order[:6], topic=mention.text)

    def _of_kind_asked(self, ids: tuple[str, ...], scores: dict[str, float]) -> tuple[str, ...]:
        """Of a name that a métier and a formation share, keep the kind that the needs speak of: the métier if unsure."""
        metiers = tuple(i for i in ids if i.startswith("MET."))
        if not metiers or len(metiers) == len(ids):
            return ids
        asks_formation = max(scores.get(need, 0.0) for need in OF_FORMATION) >= INTENT_THRESHOLD
        return tuple(i for i in ids if i not in metiers) if asks_formation else metiers

    def _compared(self, named: list[_Named], question: Question) -> tuple[str, ...]:
        """The sheets to compare, of one kind: a diploma named beside métiers gives way to the métier that its name fits."""
        metiers = sum(any(i.startswith("MET.") for i in n.mention.sheet_ids) for n in named)
        kind = METIER if 2 * metiers >= len(named) and metiers else FORMATION
        found = []
        for item in named:
            best = self._best_of(item, question, kind)
            if best.startswith("MET.") != (kind == METIER):
                hits = self._ranker.rank(item.mention.text, kind=kind, limit=1)
                best = hits[0].sheet_id if hits and hits[0].score >= CONFIDENT else best
            found.append(best)
        return tuple(dict.fromkeys(found))[:4]

    def _best_of(self, named: _Named, question: Question, kind: str | None = None) -> str:
        ids = named.mention.sheet_ids
        if kind is not None:
            ids = tuple(i for i in ids if i.startswith("MET.") == (kind == METIER)) or ids
        if len(ids) == 1:
            return ids[0]
        ranked = [hit.sheet_id for hit in self._ranker.rank(question.message, limit=30) if hit.sheet_id in ids]
        return ranked[0] if ranked else ids[0]

    def _kind_asked(self, question: Question, named: list[_Named], scores: dict[str, float]) -> str:
        kinds = {n.kind for n in named}
        if len(kinds) == 1:
            return kinds.pop()
        formation = max((scores.get(need, 0.0) for need in OF_FORMATION), default=0.0)
        metier = max((scores.get(need, 0.0) for need in METIER_ONLY), default=0.0)
        if metier >= INTENT_THRESHOLD > formation:
            return METIER
        wanted = {n.kind for n in named if n.role == "wanted"}
        diploma = any(n.kind == FORMATION and find_diploma_types(n.mention.text) for n in named)
        if formation < INTENT_THRESHOLD and wanted == {METIER}:
            return METIER
        if diploma:
            return FORMATION
        return FORMATION if formation > metier else METIER

    def _for_sheet(self, question: Question, sheet_id: str, scores: dict[str, float], memory: Memory) -> Question:
        """Ask a sheet: keep the needs that its kind can answer; without one, the needs of the last message."""
        is_metier = sheet_id.startswith("MET.") or (sheet_id in self._catalogue and self._catalogue[sheet_id].kind == METIER)
        possible = METIER_NEEDS if is_metier else FORMATION_NEEDS
        translated = AS_METIER if is_metier else AS_FORMATION
        said = {need if need in possible else translated.get(need, "") for need in question.needs}
        needs = tuple(need for need in possible if need in said)
        if "metiers_apres" in needs and "poursuite" not in needs and scores.get("poursuite", 0.0) >= 0.15:
            needs = (*needs, "poursuite")
        if question.specific and "fiche" in needs:
            needs = tuple(need for need in needs if need != "fiche") or ("question",)
        if not needs:
            best = max(possible, key=lambda need: scores.get(need, 0.0))
            if memory.last_message and (len(question.message.split()) <= 8 or scores["correction"] >= NEED_THRESHOLD):
                needs = self._needs_of(memory.last_message, possible)
            if not needs and scores.get(best, 0.0) >= 0.15:
                needs = (best,)
        if not needs:
            needs = ("question",) if len(content_words(question.focus or question.message)) >= 2 else ("fiche",)
        return replace(question, subjects=(sheet_id,), needs=needs)

    def _needs_of(self, message: str, possible: Sequence[str]) -> tuple[str, ...]:
        mentions = [m for m in self._names.find(message) if m.score >= SURE]
        scores = self._labels.scores(mask(message, mentions))
        return tuple(need for need in possible if scores.get(need, 0.0) >= NEED_THRESHOLD and need != "fiche")

    def _opens(self, question: Question, scores: dict[str, float], memory: Memory, hits: Sequence[Ranked]) -> bool:
        """Whether a message without a sure name opens another subject than the one being talked about."""
        own = _own_words(self._labels, question.message)
        if not hits or not own:
            return False
        top = hits[0]
        if top.sheet_id == memory.focus:
            return False
        sheet = self._catalogue.get(memory.focus)
        held = content_words(" ".join([sheet.title, *(section.text for section in sheet.sections)])) if sheet else set()
        share = len(own & held) / len(own)
        if scores["correction"] >= INTENT_THRESHOLD:
            return top.score >= PLAUSIBLE
        if top.score >= CERTAIN and top.chance >= 0.5:
            return True
        return (top.score >= CONFIDENT and top.chance >= 0.35 and share < 1) or (
            top.score >= PLAUSIBLE and top.chance >= 0.5 and share <= 0.5
        )

    def _by_search(
        self, question: Question, scores: dict[str, float], named: list[_Named], memory: Memory, hits: Sequence[Ranked]
    ) -> Question:
        if not hits:
            return replace(question, intent="nothing")
        partial = next((n.mention for n in named if n.mention.source == "partial" and len(n.mention.sheet_ids) > 3), None)
        if partial is not None and not _own_words(self._labels, without_names(question.message, [partial])):
            return replace(question, intent="ambiguous", subjects=partial.sheet_ids[:6], topic=partial.text)
        unknown = self._unknown_name(question.message, named, hits[0].score)
        if unknown:
            return replace(question, intent="unknown", topic=unknown, subjects=tuple(h.sheet_id for h in hits if h.score >= PLAUSIBLE)[:3])
        kind = self._kind_sought(named, scores, memory)
        best = next((hit for hit in hits if kind is None or hit.sheet_id.startswith("MET.") == (kind == METIER)), hits[0])
        if kind is None and not best.sheet_id.startswith("MET."):
            metier = next((hit for hit in hits if hit.sheet_id.startswith("MET.")), None)
            if metier is not None and metier.score >= best.score - NEAR and not self._speaks_of_formation(named):
                best = metier
        return self._for_sheet(question, best.sheet_id, scores, memory)

    def _unknown_name(self, message: str, named: list[_Named], top_score: float) -> str:
        """Give the name of a métier in a message whose word stands in no sheet and no name; empty when there is none."""
        covered = [(n.mention.start, n.mention.end) for n in named if n.mention.source != "partial"]
        for found in NAMED_METIER.finditer(message):
            start, end = found.span(1)
            if any(low < end and start < high for low, high in covered):
                continue
            words = [word for word in re.findall(r"[^\W\d_]{5,}", fold(found.group(1))) if not re.search(r"(?:ee?s?|er|ant|ment)$", word)]
            strange = [word for word in words if _start(word) not in self._name_starts]
            if any(not self._ranker.knows(word) for word in strange) or (words and strange == words and top_score < CONFIDENT + 2):
                return found.group(1).strip()
        return ""

    def _speaks_of_formation(self, named: list[_Named]) -> bool:
        """Whether a message names a formation, however loosely, rather than asking for one."""
        return any(
            n.kind == FORMATION and n.role not in ("had", "not_wanted") and len(n.mention.text.split()) > 1 and not _is_asked_for(n)
            for n in named
        )

    def _kind_sought(self, named: list[_Named], scores: dict[str, float], memory: Memory) -> str | None:
        """The kind of sheet to search for when no name is sure; None leaves it to the ranking."""
        if self._speaks_of_formation(named):
            return FORMATION if max(scores.get(need, 0.0) for need in OF_FORMATION) >= INTENT_THRESHOLD else None
        if max(scores.get(need, 0.0) for need in METIER_ONLY) >= INTENT_THRESHOLD or memory.focus.startswith("MET."):
            return METIER
        return None


def _is_asked_for(named: _Named) -> bool:
    """Whether a name of a diploma opens on what is asked ("quel BTS pour…") rather than naming one."""
    if len(find_diploma_types(named.mention.text)) > 1:
        return True
    return named.mention.source == "partial" and bool(re.search(r"\b(?:pour|devenir|etre|faire|qui)\b", fold(named.mention.text)))


def mask(message: str, mentions: Sequence[Mention]) -> str:
    """Put a neutral word in the place of each name, as in the examples; a bare word of diploma ("CAP") says a need and stays."""
    for mention in sorted(mentions, key=lambda m: -m.start):
        if mention.source == "partial" or (find_diploma_types(mention.text) and " " not in mention.text):
            continue
        name = MASKS["metier" if mention.sheet_ids[0].startswith("MET.") else "formation"]
        message = f"{message[: mention.start]}{name}{message[mention.end :]}"
    return message


def without_names(message: str, mentions: Sequence[Mention]) -> str:
    """Take the names out of a message: what is left says what is asked of them."""
    for mention in sorted(mentions, key=lambda m: -m.start):
        message = f"{message[: mention.start]} {message[mention.end :]}"
    return " ".join(message.split())


def _own_words(labels: LabelModel, text: str) -> set[str]:
    """The words of a message that say what it speaks of, those that say a need taken out."""
    return content_words(labels.cues.strip(fold(text)))


def _asked_types(message: str) -> tuple[str, ...]:
    """The diploma types asked for: those behind "quel" when there are any ("en bac pro, quel BTS"), else all."""
    behind = re.search(r"\bquel(?:le)?s?\b(.*)", message, re.IGNORECASE)
    return (find_diploma_types(behind.group(1)) if behind else ()) or find_diploma_types(message)


def _is_bare_diploma(named: _Named) -> bool:
    """Whether a mention is only a word of diploma ("BTS"), which names none."""
    return len(named.mention.text.split()) == 1 and bool(find_diploma_types(named.mention.text.upper()))


def _is_plain_word(named: _Named) -> bool:
    """Whether the title of a formation stands in a message as a plain word ("la bande dessinée"), without its diploma."""
    text = named.mention.text
    return named.mention.source != "id" and text.islower() and not find_diploma_types(text) and len(text.split()) <= 2


def _start(word: str) -> str:
    """The start of a word, what its inflections share."""
    return word[: max(5, len(word) - 2)]


def _distinct(named: list[_Named]) -> list[_Named]:
    seen: set[str] = set()
    kept = []
    for item in named:
        named_well = item.mention.score >= 0.7 or (item.mention.score >= 0.6 and len(item.mention.text.split()) >= 3)
        if named_well and not seen & set(item.mention.sheet_ids[:1]):
            seen.update(item.mention.sheet_ids[:1])
            kept.append(item)
    return kept


def _narrows(question: Question) -> bool:
    return bool(question.levels.said or question.interests or question.settings) and not question.needs


def _tutoie(message: str, history: Sequence[Turn]) -> bool:
    texts = [message, *(turn.content for turn in reversed(history) if turn.role == "user")]
    for text in texts:
        lower = text.lower()
        if VOUVOYER.search(lower):
            return False
        if TUTOYER.search(lower) or SMS.search(fold(text)):
            return True
    return False


def _is_english(message: str) -> bool:
    text = fold(message)
    return len(ENGLISH.findall(text)) >= 2 and len(ENGLISH.findall(text)) > len(FRENCH.findall(text))
