"""Two to four sheets of one kind in; a table of what each says on the same points out."""

from collections.abc import Iterator, Sequence

from chatbot.answering.facts import ABSENT, LABELS, read_fact
from chatbot.answering.wording import shorten
from chatbot.browse.model import Cell, Row
from chatbot.catalogue import Catalogue
from chatbot.evidence import split_sentences
from chatbot.sheets import FORMATION, METIER, Sheet

METIER_ROWS = (
    "niveau", "duree", "salaire", "statut", "missions", "competences", "conditions", "carriere", "diplomes", "interets",
    "domaines",
)  # fmt: skip
FORMATION_ROWS = (
    "type", "duree", "niveau", "contenu", "acces", "attendus", "poursuite", "metiers_apres", "domaines",
)  # fmt: skip
OWN_LABELS = {
    METIER: {"niveau": "Niveau d'accès minimum", "duree": "Durée des études", "carriere": "Emploi et évolution"},
    FORMATION: {"niveau": "Niveau de sortie", "duree": "Durée de la formation", "poursuite": "Poursuite d'études"},
}
HEADINGS = {
    "missions": ("Nature du travail", "Présentation", "En bref"),
    "competences": ("Compétences requises",),
    "conditions": ("Conditions de travail",),
    "carriere": ("Intégrer le marché du travail",),
    "contenu": ("Description",),
    "acces": ("Accès",),
    "attendus": ("Attendus",),
    "poursuite": ("Poursuite d'études",),
}
LONGEST = 360  # characters of a cell of prose
MOST_LISTED = 12


def compare_sheets(catalogue: Catalogue, sheets: Sequence[Sheet]) -> Iterator[Row]:
    """Give the points on which at least one of the sheets says something, each with a cell per sheet."""
    kind = sheets[0].kind
    for need in METIER_ROWS if kind == METIER else FORMATION_ROWS:
        cells = tuple(_read_cell(catalogue, sheet, need) for sheet in sheets)
        if not all(cell.is_absent for cell in cells):
            yield Row(label_of(need, kind), cells)


def label_of(need: str, kind: str) -> str:
    """Name the field that answers a need, as sheets of this kind call it."""
    return OWN_LABELS[kind].get(need, LABELS[need])


def _read_cell(catalogue: Catalogue, sheet: Sheet, need: str) -> Cell:
    fact = read_fact(catalogue, sheet, need, MOST_LISTED)
    if fact is not None:
        return Cell(sheet.sheet_id, fact.text, fact.section)
    for heading in HEADINGS.get(need, ()):
        if text := _open(sheet.text_of(heading)):
            return Cell(sheet.sheet_id, text, heading)
    return Cell(sheet.sheet_id, ABSENT)


def _open(text: str) -> str:
    """Give the first sentences of a section, as many as fit."""
    sentences = [sentence for line in text.split("\n") for sentence in split_sentences(line.removeprefix("- "))]
    kept = sentences[:1]
    for sentence in sentences[1:]:
        if sum(map(len, kept)) + len(sentence) > LONGEST:
            break
        kept.append(sentence)
    return shorten(" ".join(kept), LONGEST)
