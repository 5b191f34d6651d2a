"""Prose made of a sheet's own sentences: the ones that answer, grouped under the sheet's own sub-headings."""

import re
from collections.abc import Sequence

from chatbot.answering.draft import Draft
from chatbot.answering.wording import capital, end_sentence, lower_first, plain, shorten
from chatbot.catalogue import fold
from chatbot.evidence import (
    ALIKE,
    COSINE,
    CUES,
    PLACES,
    WEIGHTS,
    Evidence,
    Passage,
    are_near,
    content_words,
    split_clauses,
)
from chatbot.quality import NO_DIPLOMA
from chatbot.question import Question
from chatbot.sheets import Sheet

WAIVES = re.compile(
    r"(?:pas|aucun|sans)(?: besoin)?(?: de| d')?(?: diplome| qualification)|diplome (?:n'est|n'est pas) "
    r"(?:requis|exige|necessaire)"
)
LEVEL = re.compile(r"(?:niveau|après|bac)\b", re.IGNORECASE)
STUDIES = "Durée des études"  # its sentences make sense under "Après le bac", "Après la 3e"
OF_STUDIES = {"niveau", "diplomes", "duree", "acces", "attendus"}  # the needs that they may answer
ONLY_TEXT = {"conditions", "competences", "acces", "emploi", "carriere", "question", "fiche", "contenu", "attendus"}
AT_LARGE = {"question", "fiche"}  # needs that no section answers
# Words that ask in general: that no sheet has them says nothing.
VAGUE = content_words("dedans déjà bouge bouger beaucoup souvent parfois stable vraiment place endroit obligé")
NEAR = 0.42  # the score of a sentence that may answer,
NEAR_IN_PLACE = 0.77  # and where a need lends one to the sentences of its section
TOLD_AGAIN = 0.75  # the share of the best score from which a sentence just told is worth telling again
OWN_PLACE = 0.35  # the bonus of the section that is about a need
WELL = 1.2  # the score of a sentence that answers by itself
OF_CLAUSE = 0.5  # the least score of the sentence that is best for one clause of a question
BESIDE_BEST = 0.45  # of the best sentence's score: the least of one that is written beside it
RANKED = 16  # sentences that may be chosen
BESIDE = 420  # characters of what a sheet says instead
SHORT = 120  # a line as short under a level is the name of a diploma
LONGEST = 420  # a longer sentence is cut
STOPS = ("?", "!", "…", ":")  # after which no full stop follows


def find_waiver(sheet: Sheet, passages: Sequence[Passage]) -> Passage | None:
    """Find the sentence of a métier that asks for no diploma where the level field asks for one: some 35 sheets."""
    if sheet.niveau is None or sheet.niveau.rank == NO_DIPLOMA:
        return None
    own = (p for p in passages if p.heading in ("Accès au métier", "En bref"))
    return next((p for p in own if WAIVES.search(fold(p.text))), None)


def quote(draft: Draft, passage: Passage) -> str:
    """Write one sentence of a sheet with its marker."""
    text = shorten(plain(passage.text), LONGEST)
    return f"{capital(end_sentence(text))} {draft.mark(passage.sheet_id, passage.heading, passage.text)}."


def quote_all(draft: Draft, passages: Sequence[Passage], length: int = LONGEST) -> str:
    """Write sentences of one sheet as a paragraph, each cut at `length`; neighbours of one section share a marker."""
    parts: list[str] = []
    passages = [passage for passage in passages if not draft.has_quoted(passage)]
    draft.quoted.update((passage.sheet_id, passage.place) for passage in passages)
    passages = [passage for passage in passages if not draft.tells(passage.text)]
    for place, passage in enumerate(passages):
        text = capital(end_sentence(shorten(plain(passage.text), length)))
        opens = not place or passages[place - 1].subheading != passage.subheading
        if LEVEL.match(passage.subheading) and (len(passage.text) < SHORT if passage.heading != STUDIES else opens):
            text = f"{passage.subheading.rstrip(' :')} : {lower_first(text)}"
        marker = draft.mark(passage.sheet_id, passage.heading, passage.text)
        ends = place + 1 == len(passages) or passages[place + 1].heading != passage.heading
        parts.append(f"{text}{f' {marker}' if ends else ''}{'' if text.endswith(STOPS) else '.'}")
    return " ".join(parts)


class Excerpts:
    """The sentences of one sheet for one question, while a draft is written: what is written already is not again."""

    def __init__(self, draft: Draft, evidence: Evidence, sheet: Sheet, question: Question) -> None:
        self.draft, self.sheet, self.question = draft, sheet, question
        self._evidence = evidence
        self.passages = evidence.passages_of(sheet)

    def choose(self, needs: Sequence[str], budget: int, least: float = 0.35) -> list[Passage]:
        """Choose the sentences that answer, the best first, then as the sheet has them; at most `budget` characters.

        `least` is the score (see `Evidence.find`) from which a sentence is worth its place.
        """
        asked = self.question.asked
        ranked = self._evidence.find(self.sheet, asked, needs, limit=RANKED)
        ranked = [(p, score) for p, score in ranked if _may_answer(p, needs)]
        found = [(p, score) for p, score in ranked if not self.draft.has_quoted(p)]
        if not found:
            return []
        least_again = TOLD_AGAIN * found[0][1]
        found = [(p, score) for p, score in found if score >= least_again or not self.draft.was_told(p.text)]
        top = ranked[0][1]  # where the best is written already, what is left has to be worth saying beside it
        kept: list[Passage] = []
        used = 0
        for clause in split_clauses(asked)[1:4]:  # each clause of a question gets its best sentence
            best, score = self._evidence.find(self.sheet, clause, needs, limit=1)[0]
            fresh = best not in kept and not self.draft.has_quoted(best)
            answers = score >= max(least, OF_CLAUSE) and _may_answer(best, needs)
            if fresh and answers and used + len(best.text) <= budget:
                kept.append(best)
                used += min(len(best.text), LONGEST)
        for passage, score in found:
            length = min(len(passage.text), LONGEST)
            if passage in kept or score < max(least, BESIDE_BEST * top) or (kept and used + length > budget):
                continue
            kept.append(passage)
            used += length
            if used > budget:
                break
        first = found[0][0]
        rest = sorted((passage for passage in kept if passage != first), key=lambda passage: passage.place)
        return [first, *rest] if first in kept else rest

    def is_spoken_of(self) -> bool:
        """Whether the sheet speaks of what a precise question asks; questions that only text answers are judged.

        Measured on 120 questions that sheets answer and 195 (50 asked of 16 sheets) that none does: the best sentence
        scores as much for 114 of the former and 41 of the latter, most of which ask for figures of employment.
        """
        question, needs = self.question, self.question.needs
        if not question.specific or not ONLY_TEXT.issuperset(needs):
            return True
        if not content_words(question.asked) - VAGUE:
            return True
        if not self.passages:
            return "question" not in needs
        if "acces" in needs and self.sheet.text_of("Accès"):
            return True  # how one enters a formation is worth saying, whoever asks from where
        if any(_has_place(self.sheet, question.asked, need) for need in needs):
            return True
        measured = self._evidence.measure(self.sheet, question.asked, needs)
        best = float((measured @ WEIGHTS).max())
        if AT_LARGE.intersection(needs):
            return best >= NEAR or bool(measured[:, COSINE].max() >= ALIKE)
        return best >= NEAR_IN_PLACE and bool(are_near(measured).any())

    def near_by(self) -> list[Passage]:
        """Choose what the sheet says that is nearest to a question which it does not answer; empty where nothing is."""
        kept: list[Passage] = []
        for passage, _ in self._evidence.find_near(self.sheet, self.question.asked):
            left = BESIDE - sum(len(other.text) for other in kept)
            if _may_answer(passage, self.question.needs) and (not kept or len(passage.text) <= left):
                kept.append(passage)
        return sorted(kept, key=lambda passage: passage.place)

    def compare(self, texts: Sequence[str]) -> list[float]:
        """Give how near each text comes to the question, as cosines."""
        return [float(cosine) for cosine in self._evidence.similarity(self.question.asked, texts)]

    def find_answer(self, needs: Sequence[str]) -> Passage | None:
        """Find the sentence that answers a precise question so well that little else is called for."""
        best = self._evidence.find(self.sheet, self.question.asked, needs, limit=1) if self.question.specific else []
        return best[0][0] if best and best[0][1] >= WELL and _may_answer(best[0][0], needs) else None

    def open(self, heading: str, budget: int) -> list[Passage]:
        """Give the first sentences of a section, in its order, some `budget` characters of them."""
        kept: list[Passage] = []
        for passage in self.passages:
            if passage.heading != heading or self.draft.has_quoted(passage) or self.draft.was_told(passage.text):
                continue
            if kept and sum(len(p.text) for p in kept) + len(passage.text) > budget:
                break
            kept.append(passage)
        return kept

    def overview(self, headings: Sequence[str], budget: int, skip: Sequence[Passage] = ()) -> str:
        """List the sub-headings of sections, each with its most telling sentences, in some `budget` characters."""
        ranked = self._evidence.find(self.sheet, self.question.asked, (), limit=400)
        scores = {passage.place: score for passage, score in ranked}
        groups: dict[tuple[str, str], list[Passage]] = {}
        taken = {passage.place for passage in skip}
        for passage in self.passages:
            if passage.heading in headings and passage.place not in taken:
                groups.setdefault((passage.heading, passage.subheading), []).append(passage)
        if not groups:
            return ""
        share = max(140, budget // len(groups))
        lines = []
        for (_, subheading), passages in groups.items():
            order = sorted(passages, key=lambda p: -scores.get(p.place, 0.0) - (0.15 if p is passages[0] else 0.0))
            chosen = [order[0]]
            if self.draft.was_told(order[0].text):
                continue
            for passage in order[1:]:
                if sum(len(p.text) for p in chosen) + len(passage.text) <= share:
                    chosen.append(passage)
            chosen.sort(key=lambda passage: passage.place)
            text = quote_all(self.draft, chosen, max(share, 200))
            if not text:
                continue
            lines.append(f"- **{plain(subheading)}** : {text}" if subheading else text)
            if sum(map(len, lines)) > budget:
                break
        return "\n".join(lines)

    def more(self, least: float) -> str:
        """Write the sentences, anywhere in the sheet, that match a precise question closely and are not written yet."""
        if not self.question.specific:
            return ""
        written = fold(" ".join(self.draft.blocks))
        found = self._evidence.find_close(self.sheet, self.question.asked)
        found = [(p, score) for p, score in found if score >= least and _may_answer(p, self.question.needs)]
        found = [(p, score) for p, score in found if not self.draft.was_told(p.text)]
        close = [p for p, _ in found if fold(end_sentence(plain(p.text)))[:80] not in written]
        return quote_all(self.draft, sorted(close, key=lambda passage: passage.place))


def _may_answer(passage: Passage, needs: Sequence[str]) -> bool:
    """Whether a sentence stands where the needs may be answered: studies and pay say nothing of other needs."""
    if not needs or "question" in needs:
        return True
    if passage.heading == STUDIES:
        return bool(OF_STUDIES.intersection(needs))
    return passage.heading != "Salaire" or "salaire" in needs


def _has_place(sheet: Sheet, asked: str, need: str) -> bool:
    """Whether a question says its need in so many words ("y a-t-il des débouchés ?") and the sheet has its section."""
    said = CUES.get(need)
    places = (heading for heading, bonus in PLACES.get(need, {}).items() if bonus >= OWN_PLACE)
    return bool(said and said.search(fold(asked))) and any(sheet.text_of(heading) for heading in places)
