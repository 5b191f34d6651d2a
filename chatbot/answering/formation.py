"""What a formation sheet says of each need, first sentence first."""

from __future__ import annotations

from collections.abc import Callable

from chatbot.answering.draft import Draft
from chatbot.answering.passages import BESIDE, answer_from, is_spoken_of, more_on, overview, quote_all
from chatbot.answering.wording import capital, exit_level, plain, short_name_of
from chatbot.evidence import Evidence
from chatbot.question import Question
from chatbot.sheets import Sheet

HEADINGS = {"acces": "Accès", "attendus": "Attendus", "contenu": "Description", "poursuite": "Poursuite d'études"}
NOT_GIVEN = {
    "acces": "ne détaille pas l'accès",
    "attendus": "ne donne pas d'attendus",
    "contenu": "ne décrit pas le contenu",
    "poursuite": "ne parle pas de poursuite d'études",
}
MOST_METIERS = 12


class FormationWriter:
    """Writes what one formation sheet says of the needs of one question."""

    def __init__(self, draft: Draft, evidence: Evidence, sheet: Sheet, question: Question) -> None:
        self.draft, self.evidence, self.sheet, self.question = draft, evidence, sheet, question
        self.name = plain(sheet.title)
        self.missing: list[str] = []
        self.budget = 1300 if len(question.needs) <= 1 else max(700, 1900 // len(question.needs))

    def write(self) -> None:
        """Write every need in turn; the status is not_found when the sheet answers none of them."""
        writers: dict[str, Callable[[], None]] = {
            "fiche": self.fiche,
            "type": self.type,
            "sigle": self.sigle,
            "duree": self.duree,
            "niveau": self.niveau,
            "certification": self.certification,
            "metiers_apres": self.metiers,
            "question": self.specific,
        }
        needs = list(self.question.needs)
        if not is_spoken_of(self.evidence, self.sheet, self.question):
            self.beside()
            return
        if "fiche" in needs and "contenu" in needs and not self.sheet.text_of("Description"):
            needs.remove("contenu")  # "c'est quoi ?": what is known rather than what is not
        if "fiche" in needs and len(needs) > 1:
            needs.remove("fiche")
        if "niveau" in needs and "certification" in needs:
            needs.remove("niveau")
        for need in needs:
            writers.get(need, lambda need=need: self.prose(need))()
        if self.missing and len(self.missing) == len(needs):
            self.draft.status = "not_found"
            self.draft.add(f"Elle indique : {self.in_short()}.")
        elif "question" not in needs:
            self.draft.add(more_on(self.draft, self.evidence, self.sheet, self.question))

    def beside(self) -> None:
        """Say that the sheet does not answer, what it says that is nearest, and the facts."""
        self.draft.add(
            f"La fiche « {self.name} » ne répond pas précisément à cette question "
            f"{self.fact('Titre', self.sheet.title)}."
        )
        question, needs = self.question.focus or self.question.message, self.question.needs
        passages = answer_from(self.draft, self.evidence, self.sheet, question, needs, BESIDE, 0.3)
        if passages:
            self.draft.add(f"Ce qu'elle dit de plus proche : {quote_all(self.draft, passages)}")
        self.draft.add(f"Elle indique : {self.in_short()}.")

    def fact(self, section: str, excerpt: str) -> str:
        """Mark a fact of this sheet."""
        return self.draft.mark(self.sheet.sheet_id, section, excerpt)

    def in_short(self) -> str:
        """The duration, level and type, each marked."""
        sheet, parts = self.sheet, []
        if sheet.duree:
            parts.append(f"durée **{sheet.duree}** {self.fact('Durée', sheet.duree)}")
        if exit_level(sheet):
            parts.append(f"**{exit_level(sheet)}** {self._level_mark()}")
        if sheet.type:
            parts.append(f"type : {plain(sheet.type)} {self.fact('Type', sheet.type)}")
        return ", ".join(parts) or f"son titre {self.fact('Titre', sheet.title)}"

    def specific(self) -> None:
        """A question that no usual need names: the sentences closest to it, wherever they stand."""
        passages = answer_from(
            self.draft,
            self.evidence,
            self.sheet,
            self.question.focus or self.question.message,
            ("acces", "poursuite", "contenu"),
            1100,
            0.3,
        )
        if passages:
            self.draft.add(quote_all(self.draft, passages))
            self.draft.add(f"En bref : {self.in_short()}.")
            self.draft.add(more_on(self.draft, self.evidence, self.sheet, self.question))
        else:
            self.fiche()

    def fiche(self) -> None:
        """Present the formation: facts, what one learns, where it leads."""
        self.draft.add(f"**{capital(self.name)}** : {self.in_short()}.")
        passages = answer_from(
            self.draft, self.evidence, self.sheet, self.question.focus or self.question.message, ("contenu",), 600, 0.3
        )
        if passages:
            self.draft.add(quote_all(self.draft, passages))
        if self.draft.catalogue.metiers_of(self.sheet.sheet_id):
            self.metiers(most=5)

    def type(self) -> None:
        """The kind of diploma."""
        if self.sheet.type:
            marker = self.fact("Type", self.sheet.type)
            self.draft.add(f"{capital(self.name)} : **{plain(self.sheet.type)}** {marker}.")
            if len(self.question.needs) == 1 and exit_level(self.sheet):
                self.draft.add(f"Niveau à la sortie : {exit_level(self.sheet)} {self._level_mark()}.")
        else:
            self.missing.append("type")

    def sigle(self) -> None:
        """What the sigle stands for, or the sigle of a title."""
        if self.sheet.sigle:
            self.draft.add(f"**{self.sheet.sigle}** : {self.name} {self.fact('Sigle', self.sheet.sigle)}.")
        else:
            self.draft.add(f"C'est : **{self.name}** {self.fact('Titre', self.sheet.title)}.")

    def duree(self) -> None:
        """How long it lasts, in years of training, beside its exit level; the text may say otherwise, and is quoted."""
        sheet = self.sheet
        if not sheet.duree:
            self.draft.add(f"La fiche « {self.name} » ne donne pas de durée {self.fact('Titre', sheet.title)}.")
            self.missing.append("duree")
            return
        self.draft.add(f"La formation dure **{sheet.duree}** : {self.name} {self.fact('Durée', sheet.duree)}.")
        if "niveau" not in self.question.needs and "certification" not in self.question.needs and exit_level(sheet):
            self.draft.add(f"Niveau à la sortie : {exit_level(sheet)} {self._level_mark()}.")
        passages = answer_from(
            self.draft,
            self.evidence,
            sheet,
            self.question.focus or self.question.message,
            ("duree",),
            self.budget // 2,
            0.55,
        )
        if passages:
            self.draft.add(quote_all(self.draft, passages))

    def niveau(self) -> None:
        """The level that it leads to."""
        level = exit_level(self.sheet)
        if not level:
            self.draft.add(f"La fiche « {self.name} » n'indique pas de niveau {self.fact('Titre', self.sheet.title)}.")
            self.missing.append("niveau")
            return
        self.draft.add(f"{capital(self.name)} : **{level}** {self._level_mark()}.")
        passages = answer_from(
            self.draft,
            self.evidence,
            self.sheet,
            self.question.focus or self.question.message,
            ("niveau", "acces"),
            self.budget // 2,
            0.6,
        )
        if passages:
            self.draft.add(quote_all(self.draft, passages))

    def certification(self) -> None:
        """The level of certification and the entry in the RNCP."""
        sheet = self.sheet
        self.niveau()
        if sheet.certification == "non inscrit au RNCP":
            self.draft.add(
                f"La fiche indique qu'elle n'est **pas inscrite au RNCP** "
                f"{self.fact('Niveau de certification', sheet.certification)}."
            )
        elif sheet.code_rncp:
            link = f" : {sheet.lien}" if "rncp" in sheet.lien else ""
            self.draft.add(
                f"Elle est inscrite au RNCP sous le code {sheet.code_rncp} "
                f"{self.fact('Code RNCP', sheet.code_rncp)}{link}"
            )

    def metiers(self, most: int = MOST_METIERS) -> None:
        """The métiers that the formation leads to, from its own sheet first, then from the métiers' sheets."""
        catalogue, sheet = self.draft.catalogue, self.sheet
        own = [metier_id for title in sheet.metiers if (metier_id := catalogue.metier_titled(title))]
        others = [metier_id for metier_id in catalogue.metiers_of(sheet.sheet_id) if metier_id not in own]
        ids = list(dict.fromkeys(own + others))
        if not ids:
            self.draft.add(f"La fiche « {self.name} » ne cite pas de métiers {self.fact('Titre', sheet.title)}.")
            self.missing.append("metiers_apres")
            return
        marker = self.fact("Métiers associés", sheet.metiers[0]) if sheet.metiers else self.fact("Titre", sheet.title)
        lines = [f"Métiers possibles après « {self.name} » {marker} :"]
        for metier_id in ids[:most]:
            metier = catalogue[metier_id]
            level = f", niveau {metier.niveau.text}" if metier.niveau else ""
            lines.append(f"- {plain(short_name_of(metier))}{level} {self.draft.mark(metier_id, 'Titre', metier.title)}")
        self.draft.add("\n".join(lines))
        if len(ids) > most:
            self.draft.add(f"{len(ids) - most} autres métiers y mènent aussi, d'après les fiches.")

    def prose(self, need: str) -> None:
        """A need that only text answers."""
        question = self.question.focus or self.question.message
        heading = HEADINGS[need]
        has_section = bool(self.sheet.text_of(heading))
        best = answer_from(
            self.draft, self.evidence, self.sheet, question, (need,), self.budget, 0.4
        )
        if not has_section:
            start = f"La fiche « {self.name} » {NOT_GIVEN[need]} {self.fact('Titre', self.sheet.title)}"
            self.draft.add(f"{start}, mais elle dit :" if best else f"{start}.")
            if not best:
                self.missing.append(need)
        if best:
            self.draft.add(quote_all(self.draft, best))
        elif has_section:
            self.draft.add(overview(self.draft, self.evidence, self.sheet, question, (heading,), self.budget))

    def _level_mark(self) -> str:
        sheet = self.sheet
        if sheet.certification:
            return self.fact("Niveau de certification", sheet.certification)
        return self.fact("Niveau de sortie", sheet.niveau.text if sheet.niveau else sheet.title)
