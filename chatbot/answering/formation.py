"""What a formation sheet says of each need, first sentence first."""

from __future__ import annotations

import re
from collections.abc import Callable

from chatbot.answering.passages import Excerpts, quote_all
from chatbot.answering.wording import capital, exit_level, plain, short_name_of
from chatbot.answering.writing import Writing
from chatbot.catalogue import fold

HEADINGS = {"acces": "Accès", "attendus": "Attendus", "contenu": "Description", "poursuite": "Poursuite d'études"}
NOT_GIVEN = {
    "acces": "ne détaille pas l'accès",
    "attendus": "ne donne pas d'attendus",
    "contenu": "ne décrit pas le contenu",
    "poursuite": "ne parle pas de poursuite d'études",
}
PAY = re.compile(r"\b(?:gagn|pay|salaire|remuner)")
MOST_METIERS = 12


class FormationWriter:
    """Writes what one formation sheet says of the needs of one question."""

    def __init__(self, excerpts: Excerpts) -> None:
        self.sheet, self.question = excerpts.sheet, excerpts.question
        self.name, needs = plain(self.sheet.title), len(self.question.needs)
        budget = 1300 if needs <= 1 else max(700, 1900 // needs)
        self.writing = Writing(excerpts, self.name, f"« {self.name} »", budget)

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
        if not self.writing.excerpts.is_spoken_of():
            self.beside()
            return
        if "fiche" in needs and "contenu" in needs and not self.sheet.text_of("Description"):
            needs.remove("contenu")  # "c'est quoi ?": what is known rather than what is not
        if "fiche" in needs and len(needs) > 1:
            needs.remove("fiche")
        if "niveau" in needs and "certification" in needs:
            needs.remove("niveau")
        if needs[0] in HEADINGS:
            self.writing.lead(needs)
        for need in needs:
            writers.get(need, lambda need=need: self.prose(need))()
        if self.writing.missing and len(self.writing.missing) == len(needs):
            self.writing.draft.status = "not_found"
            self.writing.add(f"Elle indique : {self.in_short()}.")
        elif "question" not in needs:
            self.writing.add_more()

    def beside(self) -> None:
        """Say that the sheet does not answer, what it says that is nearest, and the facts."""
        passages = self.writing.excerpts.near_by()
        silent = "ne répond pas précisément à cette question" if passages else "ne répond pas à cette question"
        self.writing.add(f"{self.writing.refuse(silent)}.")
        if not passages:
            self.writing.draft.status = "not_found"
        else:
            self.writing.add(f"Ce qu'elle dit de plus proche : {quote_all(self.writing.draft, passages)}")
        self.writing.add(f"Elle indique : {self.in_short()}.")

    def in_short(self) -> str:
        """The duration, level and type, each marked."""
        sheet, parts = self.sheet, []
        if sheet.duree:
            parts.append(f"durée **{sheet.duree}** {self.writing.fact('Durée', sheet.duree)}")
        if exit_level(sheet):
            parts.append(f"**{exit_level(sheet)}** {self._level_mark()}")
        if sheet.type:
            parts.append(f"type : {plain(sheet.type)} {self.writing.fact('Type', sheet.type)}")
        return ", ".join(parts) or f"son titre {self.writing.fact('Titre', sheet.title)}"

    def specific(self) -> None:
        """A question that no usual need names: the sentences closest to it, wherever they stand."""
        passages = self.writing.excerpts.choose(("acces", "poursuite", "contenu"), 1100, 0.3)
        if passages:
            self.writing.quote(passages)
            self.writing.add(f"En bref : {self.in_short()}.")
            self.writing.add_more()
        else:
            self.fiche()

    def fiche(self) -> None:
        """Present the formation: facts, what one learns, where it leads."""
        self.writing.add(f"**{capital(self.name)}** : {self.in_short()}.")
        self.writing.quote(self.writing.excerpts.choose(("contenu",), 600, 0.3))
        if self.writing.draft.catalogue.metiers_of(self.sheet.sheet_id):
            self.metiers(most=5)

    def type(self) -> None:
        """The kind of diploma."""
        if self.sheet.type:
            marker = self.writing.fact("Type", self.sheet.type)
            self.writing.add(f"{capital(self.name)} : **{plain(self.sheet.type)}** {marker}.")
            if len(self.question.needs) == 1 and exit_level(self.sheet):
                self.writing.add(f"Niveau à la sortie : {exit_level(self.sheet)} {self._level_mark()}.")
        else:
            self.writing.missing.append("type")

    def sigle(self) -> None:
        """What the sigle stands for, or the sigle of a title."""
        if self.sheet.sigle:
            self.writing.add(f"**{self.sheet.sigle}** : {self.name} {self.writing.fact('Sigle', self.sheet.sigle)}.")
        else:
            self.writing.add(f"C'est : **{self.name}** {self.writing.fact('Titre', self.sheet.title)}.")

    def duree(self) -> None:
        """How long it lasts, in years of training, beside its exit level; the text may say otherwise, and is quoted."""
        sheet = self.sheet
        if not sheet.duree:
            self.writing.lack("duree", "ne donne pas de durée")
            return
        marker = self.writing.fact("Durée", sheet.duree)
        self.writing.add(f"La formation dure **{sheet.duree}** : {self.name} {marker}.")
        if "niveau" not in self.question.needs and "certification" not in self.question.needs and exit_level(sheet):
            self.writing.add(f"Niveau à la sortie : {exit_level(sheet)} {self._level_mark()}.")
        self.writing.quote(self.writing.excerpts.choose(("duree",), self.writing.budget // 2, 0.55))

    def niveau(self) -> None:
        """The level that it leads to."""
        level = exit_level(self.sheet)
        if not level:
            self.writing.lack("niveau", "n'indique pas de niveau")
            return
        self.writing.add(f"{capital(self.name)} : **{level}** {self._level_mark()}.")
        self.writing.quote(self.writing.excerpts.choose(("niveau", "acces"), self.writing.budget // 2, 0.6))

    def certification(self) -> None:
        """The level of certification and the entry in the RNCP."""
        sheet = self.sheet
        self.niveau()
        if sheet.certification == "non inscrit au RNCP":
            self.writing.add(
                f"La fiche indique qu'elle n'est **pas inscrite au RNCP** "
                f"{self.writing.fact('Niveau de certification', sheet.certification)}."
            )
        elif sheet.code_rncp:
            link = f" : {sheet.lien}" if "rncp" in sheet.lien else ""
            self.writing.add(
                f"Elle est inscrite au RNCP sous le code {sheet.code_rncp} "
                f"{self.writing.fact('Code RNCP', sheet.code_rncp)}{link}"
            )

    def metiers(self, most: int = MOST_METIERS) -> None:
        """The métiers that the formation leads to, from its own sheet first, then from the métiers' sheets."""
        catalogue, sheet = self.writing.draft.catalogue, self.sheet
        own = [metier_id for title in sheet.metiers if (metier_id := catalogue.metier_titled(title))]
        others = [metier_id for metier_id in catalogue.metiers_of(sheet.sheet_id) if metier_id not in own]
        ids = list(dict.fromkeys(own + others))
        if not ids:
            self.writing.lack("metiers_apres", "ne cite pas de métiers")
            return
        section, excerpt = ("Métiers associés", sheet.metiers[0]) if sheet.metiers else ("Titre", sheet.title)
        marker = self.writing.fact(section, excerpt)
        lines = [f"Métiers possibles après « {self.name} » {marker} :"]
        for metier_id in ids[:most]:
            metier = catalogue[metier_id]
            level = f", niveau {metier.niveau.text}" if metier.niveau else ""
            marker = self.writing.draft.mark(metier_id, "Titre", metier.title)
            lines.append(f"- {plain(short_name_of(metier))}{level} {marker}")
        self.writing.add("\n".join(lines))
        if PAY.search(fold(self.question.message)):
            self.writing.add("La fiche d'une formation ne donne pas de salaire : celles de ces métiers en donnent un.")
        if len(ids) > most:
            self.writing.add(f"{len(ids) - most} autres métiers y mènent aussi, d'après les fiches.")

    def prose(self, need: str) -> None:
        """A need that only text answers."""
        writing, heading = self.writing, HEADINGS[need]
        has_section = bool(self.sheet.text_of(heading))
        best = writing.excerpts.choose((need,), writing.budget, 0.4)
        if not has_section:
            writing.lack(need, NOT_GIVEN[need], best)
        if best:
            writing.quote(best)
        elif has_section:
            writing.add(writing.excerpts.overview((heading,), writing.budget))

    def _level_mark(self) -> str:
        sheet = self.sheet
        if sheet.certification:
            return self.writing.fact("Niveau de certification", sheet.certification)
        return self.writing.fact("Niveau de sortie", sheet.niveau.text if sheet.niveau else sheet.title)
