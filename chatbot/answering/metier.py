"""What a métier sheet says of each need, first sentence first."""

from __future__ import annotations

import re
from collections.abc import Callable

from chatbot.answering.diplomas import write_diplomas
from chatbot.answering.draft import Draft
from chatbot.answering.passages import (
    BESIDE,
    answer_from,
    find_waiver,
    is_answered,
    is_spoken_of,
    more_on,
    opening,
    overview,
    quote,
    quote_all,
)
from chatbot.answering.pay import with_accent, write_pay
from chatbot.answering.wording import capital, end_sentence, lower_first, named_as, niveau_in_full, of, plain, shorten
from chatbot.catalogue import fold
from chatbot.evidence import CUES, Evidence
from chatbot.question import Question
from chatbot.sheets import Sheet, study_years

NOT_GIVEN = {
    "missions": "ne détaille pas les activités",
    "competences": "n'a pas de rubrique sur les qualités et compétences",
    "conditions": "n'a pas de rubrique sur les conditions de travail",
    "emploi": "ne parle pas du marché du travail",
    "carriere": "ne parle pas des évolutions de carrière",
}
PLAIN_FACTS = {"salaire", "rome", "appellations", "interets", "fiche"}  # answered whole by a fact
CLOSELY, SURELY = 0.45, 0.6  # how well a sentence matches that is added to what the needs call for
ABSENT_MOST = 4  # sentences from elsewhere in the sheet, for a section that it does not have
LISTED = re.compile(
    r"\b(?:formations|liste|diplomes du|references?|quels (?:bts|cap|bacs?|masters?))\b"
)
ACCESS_HEADINGS = (
    *("Accès au métier", "En bref", "Compétences requises"),
    *("Intégrer le marché du travail", "Présentation"),
)
HEADINGS = {
    "missions": ("Nature du travail",),
    "competences": ("Compétences requises",),
    "conditions": ("Conditions de travail",),
    "emploi": ("Intégrer le marché du travail",),
    "carriere": ("Intégrer le marché du travail",),
}


class MetierWriter:
    """Writes what one métier sheet says of the needs of one question."""

    def __init__(self, draft: Draft, evidence: Evidence, sheet: Sheet, question: Question) -> None:
        self.draft, self.evidence, self.sheet, self.question = draft, evidence, sheet, question
        self.name = named_as(sheet, question.message)
        self.missing: list[str] = []
        self.level_told = False
        self.budget = 1700 if len(question.needs) <= 1 else max(700, 2000 // len(question.needs))

    def write(self) -> None:
        """Write every need in turn; the status is not_found when the sheet answers none of them."""
        writers: dict[str, Callable[[], None]] = {
            "fiche": self.fiche,
            "niveau": self.niveau,
            "diplomes": self.diplomes,
            "duree": self.duree,
            "acces": self.acces,
            "salaire": self.salaire,
            "statut": self.statut,
            "interets": self.interets,
            "rome": self.rome,
            "appellations": self.appellations,
            "question": self.specific,
        }
        needs = self.needs()
        if not is_spoken_of(self.evidence, self.sheet, self.question):
            self.beside()
            return
        for need in needs:
            writers.get(need, lambda need=need: self.prose(need))()
        if self.missing and len(self.missing) == len(needs):
            self.draft.status = "not_found"
            self.say_what_is_known()
        elif "question" not in needs:
            least = SURELY if PLAIN_FACTS.issuperset(needs) else CLOSELY
            self.draft.add(more_on(self.draft, self.evidence, self.sheet, self.question, least=least))

    def beside(self) -> None:
        """Say that the sheet does not answer, and what it says that is nearest."""
        self.draft.add(
            f"La fiche {of(self.name)} ne répond pas précisément à cette question "
            f"{self.fact('Titre', self.sheet.title)}. Ce qu'elle dit de plus proche :"
        )
        question = self.question.focus or self.question.message
        passages = answer_from(self.draft, self.evidence, self.sheet, question, self.question.needs, BESIDE, 0.0)
        self.draft.add(quote_all(self.draft, passages))
        if "acces" in self.question.needs:
            self._level_line()

    def needs(self) -> list[str]:
        """The needs to write, those that an other covers taken out."""
        needs = list(self.question.needs)
        if "fiche" in needs and len(needs) > 1:
            needs.remove("fiche")
        if "niveau" in needs and "duree" in needs:
            needs.remove("duree")
        return needs

    def fact(self, section: str, excerpt: str) -> str:
        """Mark a fact of this sheet."""
        return self.draft.mark(self.sheet.sheet_id, section, excerpt)

    def fiche(self) -> None:
        """Present the métier: what it is, its level, its pay."""
        presentation = self.sheet.text_of("Présentation") or self.sheet.text_of("En bref")
        if presentation:
            self.draft.add(
                f"**{capital(self.name)}** : {end_sentence(shorten(plain(presentation), 420))} "
                f"{self.fact('Présentation', presentation)}."
            )
        lines = []
        if self.sheet.niveau:
            lines.append(
                f"- Niveau d'accès minimum : {niveau_in_full(self.sheet.niveau)} "
                f"{self.fact(NIVEAU, self.sheet.niveau.text)}"
            )
        if self.sheet.salaire:
            lines.append(
                f"- Salaire du débutant : {lower_first(with_accent(shorten(plain(self.sheet.salaire.text), 160)))} "
                f"{self.fact('Salaire', self.sheet.salaire.text)}"
            )
        if self.sheet.statuts:
            lines.append(
                f"- Statuts possibles : {', '.join(self.sheet.statuts)} "
                f"{self.fact('Statuts possibles', ' - '.join(self.sheet.statuts))}"
            )
        self.draft.add("\n".join(lines))
        specific = answer_from(
            self.draft, self.evidence, self.sheet, self.question.focus or self.question.message, (), 350, 0.55
        )
        if specific:
            self.draft.add(quote_all(self.draft, specific))

    def specific(self) -> None:
        """A question that no usual need names: the sentences closest to it, wherever they stand."""
        passages = answer_from(
            self.draft,
            self.evidence,
            self.sheet,
            self.question.focus or self.question.message,
            ("missions", "competences", "acces", "conditions"),
            1000,
            0.3,
        )
        if passages:
            self.draft.add(quote_all(self.draft, passages))
            self.draft.add(more_on(self.draft, self.evidence, self.sheet, self.question))
        else:
            self.fiche()

    def niveau(self) -> None:
        """The minimum level, what the text says of it, and examples of diplomas."""
        self._level_sentence()
        self._studies()
        self._access_sentences(("niveau", "acces"), self.budget // 2)
        if "diplomes" not in self.question.needs:
            write_diplomas(self.draft, self.evidence, self.sheet, self.question, most=5, brief=True)

    def duree(self) -> None:
        """How long one studies, in the words of the sheet; the duration that the diploma's own sheet gives besides."""
        if not self._studies():
            self._level_sentence()
        else:
            self._level_line()
        self._other_durations()
        self._access_sentences(("duree", "acces"), self.budget // 2)

    def _other_durations(self) -> None:
        """Where one diploma leads to the métier and its sheet gives a duration that this one does not, say both."""
        told = {duration.text for duration in study_years(self.sheet.text_of("Durée des études"))}
        for link in self.sheet.formations if len(self.sheet.formations) == 1 else ():
            formation = self.draft.catalogue.get(link.sheet_id)
            if formation is not None and formation.duree and told and formation.duree not in told:
                marker = self.draft.mark(formation.sheet_id, "Durée", formation.duree)
                self.draft.add(
                    f"Les fiches ne disent pas la même chose : celle du « {plain(formation.title)} » indique "
                    f"**{formation.duree}** {marker}. Vérifiez auprès d'un établissement."
                )

    def diplomes(self) -> None:
        """The recommended formations that fit what is asked, and the access text behind them."""
        if "niveau" not in self.question.needs and not self.question.diploma_types and self.sheet.niveau:
            self._level_sentence()
        written = write_diplomas(
            self.draft,
            self.evidence,
            self.sheet,
            self.question,
            most=12 if LISTED.search(fold(self.question.message)) else 7,
        )
        if "niveau" not in self.question.needs:
            self._studies()
            self._access_sentences(("diplomes", "acces"), self.budget // 2)
        if not written and not self.sheet.text_of("Durée des études") and not self.sheet.text_of("Accès au métier"):
            self.missing.append("diplomes")

    def acces(self) -> None:
        """How one gets in: the sentences that answer a precise question, else level, studies and access text."""
        if not self.question.specific:
            if not {"niveau", "diplomes"} & set(self.question.needs):
                self._level_sentence()
                self._studies()
            self._access_sentences(("acces",), self.budget // 2)
            return
        passages = answer_from(
            self.draft, self.evidence, self.sheet, self.question.focus or self.question.message, ("acces",), self.budget
        )
        self.draft.add(quote_all(self.draft, passages))
        if not {"niveau", "diplomes"} & set(self.question.needs):
            self._studies()
            self._level_line()

    def salaire(self) -> None:
        """The beginner's pay; an absence is said."""
        if not write_pay(self.draft, self.evidence, self.sheet, self.question, self.name):
            self.missing.append("salaire")

    def statut(self) -> None:
        """The possible statuses, and what the text says of them."""
        if self.sheet.statuts:
            listed = ", ".join(self.sheet.statuts)
            self.draft.add(
                f"Statuts possibles pour {self.name} : **{listed}** "
                f"{self.fact('Statuts possibles', self.sheet.statuts[0])}."
            )
        passages = answer_from(
            self.draft,
            self.evidence,
            self.sheet,
            self.question.focus or self.question.message,
            ("statut",),
            self.budget // 2,
            0.4,
        )
        if not self.sheet.statuts:
            start = f"La fiche {of(self.name)} n'indique pas de statut {self.fact('Titre', self.sheet.title)}"
            self.draft.add(f"{start}, mais elle dit :" if passages else f"{start}.")
            if not passages:
                self.missing.append("statut")
        self.draft.add(quote_all(self.draft, passages))

    def interets(self) -> None:
        """The interests that the sheet lists."""
        if not self.sheet.interets:
            self.draft.add(
                f"La fiche {of(self.name)} n'indique pas de centres d'intérêt {self.fact('Titre', self.sheet.title)}."
            )
            self.missing.append("interets")
            return
        listed = "\n".join(f"- « {interet} »" for interet in self.sheet.interets)
        self.draft.add(
            f"Ce métier convient à celles et ceux qui se reconnaissent ici "
            f"{self.fact(INTERETS, self.sheet.interets[0])} :\n{listed}"
        )

    def rome(self) -> None:
        """The ROME codes with their labels."""
        if not self.sheet.romes:
            self.draft.add(
                f"La fiche {of(self.name)} ne donne pas de code ROME {self.fact('Titre', self.sheet.title)}."
            )
            self.missing.append("rome")
            return
        listed = ", ".join(f"**{rome.code}**{f' ({rome.label})' if rome.label else ''}" for rome in self.sheet.romes)
        self.draft.add(f"Code ROME {of(self.name)} : {listed} {self.fact('Codes ROME', self.sheet.romes[0].code)}.")

    def appellations(self) -> None:
        """The other names of the métier."""
        others = [name.masculine or name.label for name in self.sheet.names[1:]]
        if not others:
            self.draft.add(
                f"La fiche {of(self.name)} ne donne pas d'autre appellation {self.fact('Titre', self.sheet.title)}."
            )
            self.missing.append("appellations")
            return
        self.draft.add(
            f"Autres appellations {of(self.name)} : {', '.join(dict.fromkeys(others))} "
            f"{self.fact('Autres appellations', others[0])}."
        )

    def prose(self, need: str) -> None:
        """A need that only text answers: the sentences that answer first, then the sub-headings of its section."""
        question = self.question.focus or self.question.message
        headings = HEADINGS.get(need, ())
        if need == "missions" and not self.sheet.text_of("Nature du travail"):
            headings = ("En bref",)
        has_section = any(self.sheet.text_of(heading) for heading in headings)
        if need == "missions":
            presentation = [p for p in self.evidence.passages_of(self.sheet) if p.heading == "Présentation"][:2]
            if presentation:
                self.draft.add(quote_all(self.draft, presentation))
        best = []
        if self.question.specific or not has_section:
            best = answer_from(
                self.draft, self.evidence, self.sheet, question, (need,), self.budget // 2, 0.5 if has_section else 0.12
            )
            best = [passage for passage in best if need != "missions" or passage.heading != "Présentation"]
        if not has_section and need in NOT_GIVEN and need != "missions":
            if not self.question.specific:
                best = ([p for p in best if CUES[need].search(fold(p.text))] or best[:2])[:ABSENT_MOST]
            start = f"La fiche {of(self.name)} {NOT_GIVEN[need]} {self.fact('Titre', self.sheet.title)}"
            self.draft.add(f"{start}, mais elle dit :" if best else f"{start}.")
            if not best:
                self.missing.append(need)
        if best:
            self.draft.add(quote_all(self.draft, best))
        if best and has_section and is_answered(self.evidence, self.sheet, question, (need,)):
            return
        self.draft.add(
            overview(
                self.draft,
                self.evidence,
                self.sheet,
                question,
                headings,
                self.budget - sum(len(p.text) for p in best),
                best,
            )
        )

    def say_what_is_known(self) -> None:
        """After an absence: the level and the status, which nearly every sheet gives."""
        known = []
        if self.sheet.niveau:
            known.append(
                f"le niveau d'accès minimum, {niveau_in_full(self.sheet.niveau)} "
                f"{self.fact(NIVEAU, self.sheet.niveau.text)}"
            )
        if self.sheet.statuts:
            known.append(
                f"les statuts possibles, {', '.join(self.sheet.statuts)} "
                f"{self.fact('Statuts possibles', self.sheet.statuts[0])}"
            )
        if known:
            self.draft.add(f"Elle indique {' ; '.join(known)}.")

    def _level_line(self) -> None:
        """Write the level in a line of its own, once."""
        if self.sheet.niveau and not self.level_told:
            self.level_told = True
            marker = self.fact(NIVEAU, self.sheet.niveau.text)
            self.draft.add(f"Niveau d'accès minimum : {niveau_in_full(self.sheet.niveau)} {marker}.")

    def _level_sentence(self) -> None:
        niveau, self.level_told = self.sheet.niveau, True
        if niveau is None:
            self.draft.add(
                f"La fiche {of(self.name)} n'indique pas de niveau minimum {self.fact('Titre', self.sheet.title)}."
            )
            return
        marker = self.fact(NIVEAU, niveau.text)
        if niveau.text in ("sans diplôme", "3E"):
            self.draft.add(
                f"**Aucun diplôme n'est exigé** pour devenir {self.name} : la fiche indique « {niveau.text} » {marker}."
            )
        elif niveau.rank is None:
            self.draft.add(
                f"Pour devenir {self.name}, la fiche indique « **{niveau.text}** » comme niveau d'accès "
                f"minimum {marker}."
            )
        else:
            article = "le" if niveau.text.startswith("diplôme") else "un"
            self.draft.add(f"Pour devenir {self.name}, il faut au minimum {article} {niveau_in_full(niveau)} {marker}.")

    def _studies(self) -> bool:
        """Write 'Durée des études' in the words of the sheet, a line an entry point; False when it has none."""
        written = []
        for section in self.sheet.sections_under("Durée des études"):
            text = section.text.replace("\n", " ")
            passages = [p for p in self.evidence.passages_of(self.sheet) if p.heading == section.heading]
            own = [p for p in passages if p.subheading == section.subheading]
            if own and self.draft.quoted.issuperset((p.sheet_id, p.place) for p in own):
                continue
            shown = shorten(plain(text), 480)
            self.draft.quoted.update((p.sheet_id, p.place) for p in own if plain(p.text) in shown)
            marker = self.fact("Durée des études", section.text.split("\n")[0])
            start = f"{end_sentence(section.subheading)} : " if section.subheading else ""
            written.append(f"{start}{end_sentence(shown)} {marker}.")
        if written:
            self.draft.add(written[0] if len(written) == 1 else "\n".join(f"- {line}" for line in written))
        return bool(written)

    def _access_sentences(self, needs: tuple[str, ...], budget: int) -> None:
        if self.question.specific:
            question = self.question.focus or self.question.message
            passages = answer_from(self.draft, self.evidence, self.sheet, question, needs, budget, 0.4)
            passages = [passage for passage in passages if passage.heading in ACCESS_HEADINGS]
        else:
            passages = opening(self.draft, self.evidence, self.sheet, "Accès au métier", budget)
        refusal = find_waiver(self.evidence.passages_of(self.sheet))
        if refusal is not None and refusal not in passages and self.sheet.niveau and (self.sheet.niveau.rank or 0) > -4:
            self.draft.add(f"Le texte de la fiche dit aussi : {quote(self.draft, refusal)}")
        if passages:
            self.draft.add(quote_all(self.draft, passages))


NIVEAU = "Niveau d'accès minimum"
INTERETS = "Centres d'intérêt"
