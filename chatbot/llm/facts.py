"""The extractive answer and the sheets that it cites in; numbered facts and passages, best first, out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chatbot.answering import Answer
from chatbot.answering.wording import exit_level, plain, shorten
from chatbot.catalogue import Catalogue, fold
from chatbot.citations import Citation
from chatbot.evidence import Evidence, Passage, content_words, split_sentences
from chatbot.llm.outline import Outline, Statement
from chatbot.question import Question
from chatbot.sheets import METIER, Sheet
from chatbot.verification import Fact

SHEETS_IN_FULL = 4  # the sheets cited first give their facts and more passages
MORE_PASSAGES = 6
LEAST_SCORE = 0.35
# Measured on 100 sheets with SmolLM2's tokeniser, which splits French finely: 3.0 characters a token.
CHARACTERS_PER_TOKEN = 2.7
OVERHEAD = 40  # characters of a fact's key, and what a tokeniser adds


class FactList:
    """Numbers facts as they are found, a sentence each."""

    def __init__(self, answer: Answer, catalogue: Catalogue, evidence: Evidence) -> None:
        self.facts: list[Fact] = []
        self._answer, self._catalogue, self._evidence = answer, catalogue, evidence
        self._said: dict[str, str] = defaultdict(str)  # by sheet, folded

    def add(self, text: str, citation: Citation) -> None:
        """Number the sentences of a text, but those that stand there already and those that say nothing."""
        for sentence in split_sentences(" ".join(plain(text).split())):
            folded = f" {fold(sentence).rstrip(' .')} "
            if folded not in self._said[citation.sheet_id] and (content_words(sentence) or re.search(r"\d", sentence)):
                self._said[citation.sheet_id] += f"{folded}."
                self.facts.append(Fact(len(self.facts) + 1, sentence, citation))

    def add_statement(self, statement: Statement) -> None:
        """Add what the extractive answer states, with the words of the sheet that it rests on."""
        for sheet_id in statement.sheet_ids:
            citation = self._find_citation(statement.text, sheet_id)
            if citation:
                self.add(statement.text, citation)

    def add_sheet(self, sheet: Sheet) -> None:
        """Add the typed facts of a sheet."""
        said = [(fact.citation.section, fold(fact.text)) for fact in self.facts if fact.sheet_id == sheet.sheet_id]
        for section, text, excerpt in _typed_facts(sheet):
            if not any(section == other and fold(excerpt).rstrip(" .") in words for other, words in said):
                self.add(text, self._cite(sheet.sheet_id, section, excerpt))

    def add_passages(self, sheet: Sheet, question: Question, limit: int) -> None:
        """Add the sentences of a sheet that are closest to the question."""
        asked = question.asked
        for passage, score in self._evidence.find(sheet, asked, question.needs, limit):
            if score >= LEAST_SCORE:
                self.add(passage.text, self._cite(sheet.sheet_id, passage.heading, passage.text))

    def _cite(self, sheet_id: str, section: str, excerpt: str) -> Citation:
        model = next(c for c in self._answer.citations if c.sheet_id == sheet_id)
        return replace(model, section=section, excerpt=shorten(excerpt))

    def _find_citation(self, text: str, sheet_id: str) -> Citation | None:
        """Give the words of the sheet behind a statement: a sentence that it quotes, else what the answer cites."""
        folded = fold(text)
        sheet = self._catalogue.get(sheet_id)
        for link in sheet.formations if sheet else ():
            if folded.startswith(fold(plain(link.title))):
                return self._cite(sheet_id, "Formations recommandées", link.title)
        for passage in self._evidence.passages_of(sheet) if sheet else ():
            if _opening(passage) in folded and len(passage.text) > 20:
                return self._cite(sheet_id, passage.heading, passage.text)
        known = [citation for citation in self._answer.citations if citation.sheet_id == sheet_id]
        words = content_words(text)
        return max(known, key=lambda c: len(words & content_words(f"{c.section} {c.excerpt}")), default=None)


def gather_facts(
    answer: Answer, outline: Outline, question: Question, catalogue: Catalogue, evidence: Evidence
) -> list[Fact]:
    """Number what the extractive answer says, then the facts of its first sheets, then their closest sentences."""
    found = FactList(answer, catalogue, evidence)
    for unit in outline.units:
        for statement in unit.statements:
            found.add_statement(statement)
    ids = dict.fromkeys(citation.sheet_id for citation in answer.citations)
    sheets = [catalogue[sheet_id] for sheet_id in ids if sheet_id in catalogue][:SHEETS_IN_FULL]
    if outline.shape != "list":
        for sheet in sheets if outline.has_table else sheets[:1]:
            found.add_sheet(sheet)
        for sheet in sheets if outline.has_table else sheets[:1]:
            found.add_passages(sheet, question, MORE_PASSAGES // (2 if outline.has_table else 1))
    return found.facts


def fit_facts(facts: Sequence[Fact], tokens: int) -> list[Fact]:
    """Keep the first facts that fit in so many tokens, each whole; one too long is passed over."""
    room = tokens * CHARACTERS_PER_TOKEN
    kept = []
    for fact in facts:
        length = len(fact.text) + len(fact.citation.title) + len(fact.citation.section) + OVERHEAD
        if length <= room:
            kept.append(fact)
            room -= length
    return kept


def _opening(passage: Passage) -> str:
    return fold(plain(passage.text)).rstrip(" .")[:80]


def _typed_facts(sheet: Sheet) -> Iterator[tuple[str, str, str]]:
    """Give the facts of a sheet: section, fact, and the words that stand in the sheet."""
    if sheet.kind == METIER:
        if sheet.niveau:
            yield "Niveau d'accès minimum", sheet.niveau.text, sheet.niveau.text
        for section in sheet.sections_under("Durée des études"):
            start = f"{section.subheading} : " if section.subheading else ""
            yield section.heading, f"{start}{section.text}", section.text
        if sheet.salaire:
            yield "Salaire", sheet.salaire.text, sheet.salaire.text
        if sheet.statuts:
            yield "Statuts possibles", ", ".join(sheet.statuts), ", ".join(sheet.statuts)
        return
    yield "Durée", sheet.duree, sheet.duree
    level = exit_level(sheet)
    yield "Niveau de certification", level, sheet.certification or level
    yield "Type", sheet.type, sheet.type
