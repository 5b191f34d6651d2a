"""Questions and IDs of sheets in; the dossier that answers and shows them out.

Nothing that a client writes is printed as an answer: the questions are answered again, in their order, from the sheets.
Answers are deterministic, so they are those that were read on the screen, unless the sheets have changed since.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from chatbot.answering import Turn
from chatbot.answering.facts import ABSENT, read_fact
from chatbot.browse import UnknownSheet, label_of
from chatbot.catalogue import Catalogue
from chatbot.citations import public_url
from chatbot.dossier.model import Answerer, Asked, Corpus, Dossier, Exchange, Shown, Source
from chatbot.sheets import FORMATION, METIER, Sheet

FACTS = {
    METIER: ("niveau", "salaire", "statut", "interets", "domaines"),
    FORMATION: ("type", "duree", "niveau", "metiers_apres", "domaines"),
}
MOST_LISTED = 40
LAST_TURNS = 40  # what the chatbot is told of the conversation: as much as a client may send


def gather_dossier(
    chatbot: Answerer,
    catalogue: Catalogue,
    corpus: Corpus,
    made_on: date,
    asked: Sequence[Asked],
    sheet_ids: Sequence[str] = (),
    title: str = "",
) -> Dossier:
    """Answer the questions as one conversation and add the sheets; raise UnknownSheet for an ID that is not loaded."""
    sheets = []
    for sheet_id in dict.fromkeys(sheet_ids):
        if sheet_id not in catalogue:
            raise UnknownSheet(sheet_id)
        sheets.append(catalogue[sheet_id])
    turns: list[Turn] = []
    exchanges = []
    for one in asked:
        answer = chatbot.answer(one.question, turns[-LAST_TURNS:])
        turns += [Turn("user", one.question), Turn("assistant", answer.text)]
        if one.kept:
            exchanges.append(Exchange(one.question, answer))
    sources = tuple(_sources(exchanges, sheets))
    return Dossier(title, made_on, corpus, tuple(exchanges), tuple(_show(catalogue, s) for s in sheets), sources)


def _show(catalogue: Catalogue, sheet: Sheet) -> Shown:
    facts = []
    for need in FACTS[sheet.kind]:
        fact = read_fact(catalogue, sheet, need, MOST_LISTED)
        facts.append((label_of(need, sheet.kind), fact.text if fact else ABSENT))
    return Shown(sheet, tuple(facts))


def _sources(exchanges: Iterable[Exchange], sheets: Iterable[Sheet]) -> Iterable[Source]:
    """Give each sheet that is cited or shown once, in the order of the dossier."""
    cited = [citation for exchange in exchanges for citation in exchange.answer.citations]
    named = {citation.sheet_id: (citation.kind, citation.title, citation.url) for citation in reversed(cited)}
    shown = {s.sheet_id: (s.kind, s.title, public_url(s.sheet_id, s.kind, s.lien)) for s in sheets}
    for sheet_id in dict.fromkeys([*(citation.sheet_id for citation in cited), *shown]):
        excerpts = ((c.section, c.excerpt) for c in cited if c.sheet_id == sheet_id)
        kind, title, url = named.get(sheet_id) or shown[sheet_id]
        yield Source(sheet_id, kind, title, url, tuple(dict.fromkeys(excerpts)))
