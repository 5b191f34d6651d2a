"""What a métier sheet says of each need, first sentence first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from chatbot.answering.access import Access
from chatbot.answering.metier_facts import write_card, write_codes, write_interests, write_names, write_statuses
from chatbot.answering.passages import Excerpts
from chatbot.answering.pay import write_pay
from chatbot.answering.wording import NIVEAU, named_as, niveau_in_full, of
from chatbot.answering.writing import Writing
from chatbot.catalogue import fold
from chatbot.evidence import CUES

NOT_GIVEN = {
    "missions": "ne détaille pas les activités",
    "competences": "n'a pas de rubrique sur les qualités et compétences",
    "conditions": "n'a pas de rubrique sur les conditions de travail",
    "emploi": "ne parle pas du marché du travail",
    "carriere": "ne parle pas des évolutions de carrière",
}
PLAIN_FACTS = {"salaire", "rome", "appellations", "interets", "fiche"}  # answered whole by a fact
FIELDS = PLAIN_FACTS | {"niveau", "diplomes", "duree", "statut"}  # answered by a field first
CLOSELY, SURELY = 0.45, 0.6  # how well a sentence matches that is added to what the needs call for
ABSENT_MOST = 4  # sentences from elsewhere in the sheet, for a section that it does not have
HEADINGS = {
    "missions": ("Nature du travail",),
    "competences": ("Compétences requises",),
    "conditions": ("Conditions de travail",),
    "emploi": ("Intégrer le marché du travail",),
    "carriere": ("Intégrer le marché du travail",),
}


class MetierWriter:
    """Writes what one métier sheet says of the needs of one question."""

    def __init__(self, excerpts: Excerpts) -> None:
        self.sheet, self.question = excerpts.sheet, excerpts.question
        name, needs = named_as(self.sheet, self.question.message), len(self.question.needs)
        budget = 1700 if needs <= 1 else max(700, 2000 // needs)
        self.writing = Writing(excerpts, name, of(name), budget)
        self.access = Access(self.writing)

    def write(self) -> None:
        """Write every need in turn; the status is not_found when the sheet answers none of them."""
        writing = self.writing
        writers: dict[str, Callable[[], object]] = {
            "fiche": partial(write_card, writing),
            "niveau": self.access.niveau,
            "diplomes": self.access.diplomes,
            "duree": self.access.duree,
            "acces": self.access.acces,
            "salaire": partial(write_pay, writing),
            "statut": partial(write_statuses, writing),
            "interets": partial(write_interests, writing),
            "rome": partial(write_codes, writing),
            "appellations": partial(write_names, writing),
            "question": self.specific,
        }
        if not writing.excerpts.is_spoken_of():
            self.beside()
            return
        needs = self.needs()
        if needs[0] not in FIELDS:
            writing.lead(needs)
        for need in needs:
            writers.get(need, partial(self.prose, need))()
        if writing.missing and len(writing.missing) == len(needs):
            writing.draft.status = "not_found"
            self.say_what_is_known()
        elif "question" not in needs:
            writing.add_more(SURELY if PLAIN_FACTS.issuperset(needs) else CLOSELY)

    def beside(self) -> None:
        """Say that the sheet does not answer, and what it says that is nearest."""
        writing = self.writing
        near = writing.excerpts.near_by()
        if not near:
            writing.add(f"{writing.refuse('ne répond pas à cette question')}.")
            writing.draft.status = "not_found"
            self.say_what_is_known()
            return
        writing.add(f"{writing.refuse('ne répond pas précisément à cette question')}. Ce qu'elle dit de plus proche :")
        writing.quote(near)
        if "acces" in self.question.needs:
            self.access.level_line()

    def needs(self) -> list[str]:
        """The needs to write, those that an other covers taken out."""
        needs = list(self.question.needs)
        if "fiche" in needs and len(needs) > 1:
            needs.remove("fiche")
        if "niveau" in needs and "duree" in needs:
            needs.remove("duree")
        return needs

    def specific(self) -> None:
        """A question that no usual need names: the sentences closest to it, wherever they stand."""
        passages = self.writing.excerpts.choose(("missions", "competences", "acces", "conditions"), 1000, 0.3)
        if passages:
            self.writing.quote(passages)
            self.writing.add_more()
        else:
            write_card(self.writing)

    def prose(self, need: str) -> None:
        """A need that only text answers: the sentences that answer first, then the sub-headings of its section."""
        writing = self.writing
        headings = HEADINGS.get(need, ())
        if need == "missions" and not self.sheet.text_of("Nature du travail"):
            headings = ("En bref",)
        has_section = any(self.sheet.text_of(heading) for heading in headings)
        if need == "missions":
            opens = [p for p in writing.excerpts.passages if p.heading == "Présentation"][:2]
            writing.quote([p for p in opens if not writing.draft.was_told(p.text)])
        best = []
        if self.question.specific or not has_section:
            best = writing.excerpts.choose((need,), writing.budget // 2, 0.5 if has_section else 0.12)
            best = [passage for passage in best if need != "missions" or passage.heading != "Présentation"]
        if not has_section and need in NOT_GIVEN and need != "missions":
            best = [passage for passage in best if not writing.draft.was_told(passage.text)]
            if not self.question.specific:
                best = ([p for p in best if CUES[need].search(fold(p.text))] or best[:2])[:ABSENT_MOST]
            writing.lack(need, NOT_GIVEN[need], best)
        writing.quote(best)
        if best and has_section and writing.excerpts.find_answer((need,)) is not None:
            return
        left = writing.budget - sum(len(p.text) for p in best)
        writing.add(writing.excerpts.overview(headings, left, best))

    def say_what_is_known(self) -> None:
        """After an absence: the level and the status, which nearly every sheet gives, unless they were just told."""
        known = []
        if self.sheet.niveau:
            marker = self.writing.fact(NIVEAU, self.sheet.niveau.text)
            known.append(f"le niveau d'accès minimum, {niveau_in_full(self.sheet.niveau)} {marker}")
        if self.sheet.statuts:
            marker = self.writing.fact("Statuts possibles", self.sheet.statuts[0])
            known.append(f"les statuts possibles, {', '.join(self.sheet.statuts)} {marker}")
        told = f"Elle indique {' ; '.join(known)}."
        if known and not self.writing.draft.was_told(told):
            self.writing.add(told)
