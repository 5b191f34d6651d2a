"""How one comes to a métier, as its sheet says: level, studies, diplomas, access."""

from __future__ import annotations

import re

from chatbot.answering.diplomas import write_diplomas
from chatbot.answering.passages import find_waiver, quote
from chatbot.answering.wording import NIVEAU, end_sentence, niveau_in_full, plain, shorten
from chatbot.answering.writing import Writing
from chatbot.catalogue import fold
from chatbot.sheets import study_years

LISTED = re.compile(r"\b(?:formations|liste|diplomes du|references?|quels (?:bts|cap|bacs?|masters?))\b")
HEADINGS = ("Accès au métier", "En bref", "Compétences requises", "Intégrer le marché du travail", "Présentation")


class Access:
    """Writes the needs of one question about the way to a métier."""

    def __init__(self, writing: Writing) -> None:
        self.writing, self.sheet, self.question = writing, writing.sheet, writing.question
        self.level_told = False

    def niveau(self) -> None:
        """The minimum level, what the text says of it, and examples of diplomas."""
        self._level_sentence()
        self._studies()
        self._sentences(("niveau", "acces"))
        if "diplomes" not in self.question.needs:
            self._diplomas(most=5, brief=True)

    def duree(self) -> None:
        """How long one studies, in the words of the sheet; the duration that the diploma's own sheet gives besides."""
        if not self._studies():
            self._level_sentence()
        else:
            self.level_line()
        self._other_durations()
        self._sentences(("duree", "acces"))

    def diplomes(self) -> None:
        """The recommended formations that fit what is asked, and the access text behind them."""
        if "niveau" not in self.question.needs and not self.question.diploma_types and self.sheet.niveau:
            self._level_sentence()
        written = self._diplomas(most=12 if LISTED.search(fold(self.question.message)) else 7)
        if "niveau" not in self.question.needs:
            self._studies()
            self._sentences(("diplomes", "acces"))
        if not written and not self.sheet.text_of("Durée des études") and not self.sheet.text_of("Accès au métier"):
            self.writing.missing.append("diplomes")

    def acces(self) -> None:
        """How one gets in: the sentences that answer, after the level and the studies where none surely does."""
        writing, told = self.writing, {"niveau", "diplomes"}.intersection(self.question.needs)
        answered = writing.excerpts.find_answer(("acces",)) is not None
        if not told and not answered:
            self._level_sentence()
            self._studies()
        if not self.question.specific:
            self._sentences(("acces",))
            return
        writing.quote(writing.excerpts.choose(("acces",), writing.budget))
        if not told and answered:
            self._studies()
            self.level_line()

    def level_line(self) -> None:
        """Write the level in a line of its own, once."""
        if self.sheet.niveau and not self.level_told:
            self.level_told = True
            marker = self.writing.fact(NIVEAU, self.sheet.niveau.text)
            self.writing.add(f"Niveau d'accès minimum : {niveau_in_full(self.sheet.niveau)} {marker}.")

    def _level_sentence(self) -> None:
        niveau, name, self.level_told = self.sheet.niveau, self.writing.name, True
        if niveau is None:
            silent = self.writing.refuse("n'indique pas de niveau minimum")
            self.writing.add(f"{silent}.")
            return
        marker = self.writing.fact(NIVEAU, niveau.text)
        if niveau.text in ("sans diplôme", "3E"):
            sentence = f"**Aucun diplôme n'est exigé** pour devenir {name} : la fiche indique « {niveau.text} »"
        elif niveau.rank is None:
            sentence = f"Pour devenir {name}, la fiche indique « **{niveau.text}** » comme niveau d'accès minimum"
        else:
            article = "le" if niveau.text.startswith("diplôme") else "un"
            sentence = f"Pour devenir {name}, il faut au minimum {article} {niveau_in_full(niveau)}"
        self.writing.add(f"{sentence} {marker}.")

    def _diplomas(self, most: int, brief: bool = False) -> bool:
        return write_diplomas(self.writing, most, brief)

    def _other_durations(self) -> None:
        """Where one diploma leads to the métier and its sheet gives a duration that this one does not, say both."""
        draft = self.writing.draft
        told = {duration.text for duration in study_years(self.sheet.text_of("Durée des études"))}
        for link in self.sheet.formations if len(self.sheet.formations) == 1 else ():
            formation = draft.catalogue.get(link.sheet_id)
            if formation is not None and formation.duree and told and formation.duree not in told:
                marker = draft.mark(formation.sheet_id, "Durée", formation.duree)
                draft.add(
                    f"Les fiches ne disent pas la même chose : celle du « {plain(formation.title)} » indique "
                    f"**{formation.duree}** {marker}. Vérifiez auprès d'un établissement."
                )

    def _studies(self) -> bool:
        """Write 'Durée des études' in the words of the sheet, a line an entry point; False when it has none."""
        written, quoted, told = [], self.writing.draft.quoted, False
        for section in self.sheet.sections_under("Durée des études"):
            text = section.text.replace("\n", " ")
            passages = [p for p in self.writing.excerpts.passages if p.heading == section.heading]
            own = [p for p in passages if p.subheading == section.subheading]
            if own and all(map(self.writing.draft.has_quoted, own)):
                continue
            if not self.question.specific and "duree" not in self.question.needs and self.writing.draft.was_told(text):
                told = True
                continue
            shown = shorten(plain(text), 480)
            quoted.update((p.sheet_id, p.place) for p in own if plain(p.text) in shown)
            marker = self.writing.fact("Durée des études", section.text.split("\n")[0])
            start = f"{end_sentence(section.subheading)} : " if section.subheading else ""
            written.append(f"{start}{end_sentence(shown)} {marker}.")
        if written:
            self.writing.add(written[0] if len(written) == 1 else "\n".join(f"- {line}" for line in written))
        return bool(written) or told

    def _sentences(self, needs: tuple[str, ...]) -> None:
        """Write what the text says of the way in, and first that the level may be waived."""
        writing, budget = self.writing, self.writing.budget // 2
        if self.question.specific:
            passages = [p for p in writing.excerpts.choose(needs, budget, 0.4) if p.heading in HEADINGS]
        else:
            passages = writing.excerpts.open("Accès au métier", budget)
        waiver = find_waiver(self.sheet, writing.excerpts.passages)
        if waiver is not None and waiver not in passages:
            writing.add(f"Le texte de la fiche dit aussi : {quote(writing.draft, waiver)}")
        writing.quote(passages)
