"""A question and its history in; a cited answer out, composed from facts and sentences of the sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from chatbot.answering.access import NIVEAU
from chatbot.answering.aside import ASIDES, STARTERS, aside_answer, support_answer
from chatbot.answering.compare import write_comparison
from chatbot.answering.draft import Draft
from chatbot.answering.explore import Explorer, write_proposals
from chatbot.answering.formation import FormationWriter
from chatbot.answering.metier import MetierWriter
from chatbot.answering.model import Answer
from chatbot.answering.passages import find_answer
from chatbot.answering.wording import capital, exit_level, level_of, name_of, of, plain, short_name_of, summary_of
from chatbot.catalogue import Catalogue
from chatbot.evidence import Evidence
from chatbot.question import Question, Ranker, Turn, Understanding, without_asking
from chatbot.sheets import METIER, Sheet
from chatbot.stages import staged

GUESSED = {"nothing", "unknown", "explore", "sheet", "ambiguous"}  # intents whose subject may be another's
# Needs that a question about schools, prices or dates is taken for.
VAGUE = frozenset({"fiche", "question", "diplomes", "acces", "appellations"})
SMALL = 200  # a catalogue that can hardly propose ideas: a few own sheets
REMEMBERED = 2_000  # answers to first questions: on a busy day many ask what the page proposes; some 10 MB
LONGEST = 2400  # characters of an answer about one sheet
FOLLOW_UPS = {
    "missions": "Que fait-on dans ce métier ?",
    "salaire": "Combien gagne un débutant ?",
    "diplomes": "Quelles formations y mènent ?",
    "conditions": "Quelles sont les conditions de travail ?",
    "competences": "Quelles qualités faut-il ?",
    "carriere": "Quelles évolutions de carrière ?",
}
FORMATION_FOLLOW_UPS = {
    "metiers_apres": "Quels métiers après cette formation ?",
    "acces": "Comment y entre-t-on ?",
    "poursuite": "Quelles poursuites d'études ?",
    "duree": "Combien de temps dure-t-elle ?",
}
SECTION_OF = {
    "missions": "Nature du travail",
    "salaire": "Salaire",
    "conditions": "Conditions de travail",
    "competences": "Compétences requises",
    "carriere": "Intégrer le marché du travail",
    "acces": "Accès",
    "poursuite": "Poursuite d'études",
}


class Elsewhere(Protocol):
    """Finds a sheet that exists but is not loaded: its ID and title."""

    def find(self, query: str) -> tuple[str, str] | None: ...


class Chatbot:
    """Answers questions over one catalogue; keeps no conversation, safe for threads."""

    def __init__(
        self,
        catalogue: Catalogue,
        ranker: Ranker,
        understanding: Understanding,
        evidence: Evidence,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.catalogue, self._elsewhere = catalogue, elsewhere
        self.understanding, self.evidence = understanding, evidence
        self._explorer = Explorer(catalogue, ranker, understanding.tastes)
        self._answer_first = lru_cache(REMEMBERED)(self._answer)

    def understand(self, question: str, history: Sequence[Turn] = ()) -> Question:
        """Say how a question is understood, for those who maintain the understanding."""
        return self.understanding.understand(question, history)

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question in its conversation, every claim marked with the ID of its sheet."""
        return self._answer(question, history) if history else self._answer_first(question)

    def forget(self) -> None:
        """Forget what was answered: the index finds more than it did."""
        self._answer_first.cache_clear()

    @staged("writing")
    def _answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        understood = self.understand(question, history)
        if understood.intent == "support":
            return support_answer(understood)
        found = self._find_elsewhere(question, understood)
        if found is not None:
            return self._not_loaded(*found)
        if understood.intent in ASIDES:
            return aside_answer(understood)
        draft = Draft(self.catalogue)
        if understood.english:
            draft.add("*The official sheets are in French; here is what they say.*")
        if understood.intent == "unknown_id":
            return self._unknown_id(draft, understood)
        if understood.intent == "unknown":
            return self._unknown_metier(draft, understood)
        if understood.intent == "ambiguous":
            return self._clarify(draft, understood)
        if understood.intent == "explore":
            return self._explore(draft, understood)
        known = [self.catalogue[i] for i in understood.subjects if i in self.catalogue]
        if understood.intent == "compare" and len(known) > 1:
            write_comparison(draft, self.evidence, known, understood)
            return draft.finish(known[0].sheet_id, self._suggest(known[0], understood))
        if not known:
            return self._without_sheet(draft, understood)
        return self._about(draft, known[0], known[1:], understood)

    def _find_elsewhere(self, message: str, question: Question) -> tuple[str, str] | None:
        """Give the ID and title of the sheet that a message which names no loaded one is about, if not loaded."""
        if self._elsewhere is None or question.named or question.followed or question.intent not in GUESSED:
            return None
        if question.intent == "explore" and len(self.catalogue) >= SMALL:
            return None
        return self._elsewhere.find(message)

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[str | Answer]:
        """Yield the text of the answer, block by block, then the whole answer."""
        return self.answer(question, history).pieces()

    def _about(self, draft: Draft, sheet: Sheet, others: Sequence[Sheet], question: Question) -> Answer:
        vague = question.out_of_reach and VAGUE.issuperset(question.needs)
        if vague and find_answer(self.evidence, sheet, question, question.needs) is None:
            return self._out_of_reach(draft, sheet, question)
        if question.within:
            return self._within_level(draft, sheet, [self.catalogue[i] for i in question.within], question)
        if others:
            question = replace(question, diploma_limit=3)
        writer = MetierWriter if sheet.kind == METIER else FormationWriter
        writer(draft, self.evidence, sheet, question).write()
        while draft.length > LONGEST and len(draft.blocks) > 1:
            draft.blocks.pop()
        if others:
            named = ", ".join(
                f"{plain(name_of(other))} {draft.mark(other.sheet_id, 'Titre', other.title)}" for other in others
            )
            draft.add(f"Le même nom désigne aussi : {named}.")
        return draft.finish(sheet.sheet_id, self._suggest(sheet, question))

    def _within_level(self, draft: Draft, sheet: Sheet, within: Sequence[Sheet], question: Question) -> Answer:
        """Answer "et sans le bac ?" about a sheet of a higher level: what is nearest within the level."""
        above = sheet.niveau.text if sheet.niveau else ""
        mark = draft.mark(sheet.sheet_id, NIVEAU if sheet.kind == METIER else "Niveau de sortie", above)
        if sheet.kind != METIER:
            draft.add(f"{capital(plain(sheet.title))}, c'est {above} {mark}. Moins haut, dans le même domaine :")
            draft.add("\n".join(self._choice(draft, near) for near in within))
            return draft.finish(within[0].sheet_id, tuple(plain(short_name_of(near)) for near in within))
        draft.add(
            f"Oui, dans le même domaine : **{plain(name_of(within[0]))}** "
            f"{draft.mark(within[0].sheet_id, 'Titre', within[0].title)}. "
            f"{capital(plain(short_name_of(sheet)))}, c'est au minimum {above} {mark}."
        )
        asked_now = replace(question, within=(), followed=False, specific=False, needs=("niveau",))
        MetierWriter(draft, self.evidence, within[0], asked_now).write()
        return draft.finish(within[0].sheet_id, self._suggest(within[0], question))

    def _out_of_reach(self, draft: Draft, sheet: Sheet, question: Question) -> Answer:
        draft.status = "not_found"
        name = plain(sheet.title)
        draft.add(
            f"Les établissements, les frais, les dates et les chances d'admission ne sont pas dans ces "
            f"fiches : voyez le site de l'Onisep, Parcoursup ou un CIO. "
            f"Voici ce que dit la fiche « {name} » {draft.mark(sheet.sheet_id, 'Titre', sheet.title)} :"
        )
        facts = []
        if sheet.duree:
            facts.append(f"- durée : {sheet.duree} {draft.mark(sheet.sheet_id, 'Durée', sheet.duree)}")
        if sheet.kind == METIER and sheet.niveau:
            facts.append(
                f"- niveau d'accès minimum : {sheet.niveau.text} "
                f"{draft.mark(sheet.sheet_id, NIVEAU, sheet.niveau.text)}"
            )
        elif exit_level(sheet):
            facts.append(
                f"- niveau : {exit_level(sheet)} "
                f"{draft.mark(sheet.sheet_id, 'Niveau de certification', sheet.certification or exit_level(sheet))}"
            )
        draft.add("\n".join(facts))
        return draft.finish(sheet.sheet_id, self._suggest(sheet, question))

    def _unknown_id(self, draft: Draft, question: Question) -> Answer:
        draft.status = "not_found"
        draft.add(
            f"Je n'ai pas de fiche {question.topic} : cet identifiant ne correspond à rien dans les fiches "
            f"chargées ici. Vérifiez-le, ou donnez le nom du métier ou de la formation."
        )
        return draft.finish(suggestions=STARTERS)

    def _unknown_metier(self, draft: Draft, question: Question) -> Answer:
        draft.status = "not_found"
        draft.add(
            f"Je n'ai pas de fiche « {plain(question.topic)} » parmi les fiches chargées ici."
        )
        near = [self.catalogue[i] for i in question.subjects if i in self.catalogue][:3]
        if near:
            draft.add("Les plus proches :\n" + "\n".join(self._choice(draft, sheet) for sheet in near))
        return draft.finish(suggestions=STARTERS)

    def _without_sheet(self, draft: Draft, question: Question) -> Answer:
        sheet_id = question.subjects[0] if question.subjects else ""
        title = self.catalogue.title_of(sheet_id) if sheet_id else None
        if title is None:
            return aside_answer(replace(question, intent="nothing"))
        draft.status = "not_found"
        draft.add(
            f"« {plain(title)} » existe bien {draft.mark(sheet_id, 'Titre', title)}, mais sa fiche n'est pas "
            f"chargée ici : elle est sur le site de l'Onisep."
        )
        return draft.finish(sheet_id)

    def _not_loaded(self, sheet_id: str, title: str) -> Answer:
        draft = Draft(self.catalogue)
        draft.status = "not_found"
        mark = draft.mark(sheet_id, "Titre", title)
        draft.add(
            f"La fiche « {plain(title)} » {mark} existe, mais elle n'est pas chargée ici : elle est sur le site de "
            "l'Onisep. Je ne réponds que d'après les fiches chargées."
        )
        return draft.finish(sheet_id)

    def _clarify(self, draft: Draft, question: Question) -> Answer:
        draft.status = "clarify"
        whom = "t'intéresse" if question.tu else "vous intéresse"
        draft.add(f"Plusieurs fiches correspondent à « {plain(question.topic)} ». Laquelle {whom} ?")
        choices = [self.catalogue[i] for i in question.subjects if i in self.catalogue]
        draft.add("\n".join(self._choice(draft, sheet) for sheet in choices))
        return draft.finish(suggestions=tuple(plain(short_name_of(sheet)) for sheet in choices))

    def _choice(self, draft: Draft, sheet: Sheet) -> str:
        level = level_of(sheet)
        if sheet.kind != METIER:
            level = ", ".join(filter(None, (sheet.duree, level)))
        summary = summary_of(sheet, 130)
        detail = f" : {summary}" if summary else ""
        mark = draft.mark(sheet.sheet_id, "Titre", sheet.title)
        return f"- **{plain(name_of(sheet))}**{f', {level}' if level else ''}{detail} {mark}"

    def _explore(self, draft: Draft, question: Question) -> Answer:
        wish = without_asking(question.focus if question.followed else question.message)
        proposals = self._explorer.propose(question, wish, question.levels)
        if not proposals:
            return aside_answer(replace(question, intent="nothing"))
        write_proposals(draft, self.understanding.tastes, question, question.levels, proposals)
        first = proposals[0]
        return draft.finish(
            first.sheet_id, tuple(f"Parle-moi {of(plain(short_name_of(sheet)))}" for sheet in proposals[:3])
        )

    def _suggest(self, sheet: Sheet, question: Question) -> tuple[str, ...]:
        """Offer needs that the sheet can answer and that were not asked."""
        follow_ups = FOLLOW_UPS if sheet.kind == METIER else FORMATION_FOLLOW_UPS
        able = {
            "diplomes": bool(sheet.formations),
            "salaire": bool(sheet.salaire and sheet.salaire.amounts),
            "duree": bool(sheet.duree),
            "metiers_apres": bool(self.catalogue.metiers_of(sheet.sheet_id)),
        }
        return tuple(
            text
            for need, text in follow_ups.items()
            if need not in question.needs
            and able.get(need, bool(need in SECTION_OF and sheet.text_of(SECTION_OF[need])))
        )[:4]
