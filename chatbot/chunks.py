"""A sheet comes in; its chunks go out: one per passage, and one of its facts, so that no sheet is left without."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from chatbot.sheets import METIER, Sheet

MAX_CHARACTERS = 1_200
FACTS = "Fiche"
SEPARATOR = " › "
PARAGRAPH = re.compile(r"(?<=\n)")
SENTENCE = re.compile(r"(?<=[.!?…;]) +")
WORD = re.compile(r"(?<= )")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of one sheet, at most MAX_CHARACTERS long; `chunk_id` is the sheet's ID and its place, "MET.854#3"."""

    chunk_id: str
    sheet_id: str
    kind: str
    heading: str
    subheading: str
    breadcrumb: str
    text: str


def split_sheet(sheet: Sheet) -> list[Chunk]:
    """Give the chunks of a sheet in its order, its facts first (heading FACTS)."""
    chunks: list[Chunk] = []
    passages = [(FACTS, "", "\n".join(_list_facts(sheet)))]
    passages += [(section.heading, section.subheading, section.text) for section in sheet.sections if section.text]
    for heading, subheading, text in passages:
        breadcrumb = SEPARATOR.join(part for part in (sheet.title, heading, subheading) if part)
        for part in split_text(text):
            chunk_id = f"{sheet.sheet_id}#{len(chunks)}"
            chunks.append(Chunk(chunk_id, sheet.sheet_id, sheet.kind, heading, subheading, breadcrumb, part))
    return chunks


def split_text(text: str, limit: int = MAX_CHARACTERS) -> list[str]:
    """Cut a long text at the ends of paragraphs, else of sentences, else of words; nothing for a blank one."""
    return [part.strip() for part in _gather(text, limit, (PARAGRAPH, SENTENCE, WORD)) if part.strip()]


def _gather(text: str, limit: int, boundaries: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    """Fill each part with as many pieces as fit; a piece too long for one is cut at the next finer boundary."""
    if len(text) <= limit or not boundaries:
        yield from (text[start : start + limit] for start in range(0, len(text), limit))
        return
    part = ""
    starts = [0, *(found.end() for found in boundaries[0].finditer(text)), len(text)]
    for start, end in itertools.pairwise(starts):
        piece = text[start:end]
        if len(part) + len(piece.rstrip()) > limit:
            if part:
                yield part
            part = ""
        if len(piece.rstrip()) > limit:
            yield from _gather(piece, limit, boundaries[1:])
        else:
            part += piece
    if part:
        yield part


def _list_facts(sheet: Sheet) -> Iterator[str]:
    """Give the facts as lines "label : value", the title alone on the first."""
    yield sheet.title
    names = dict.fromkeys(form for name in sheet.names for form in name.forms if form != sheet.title)
    facts = (
        ("Sigle", sheet.sigle),
        ("Autres noms", ", ".join(names)),
        ("Type", sheet.type),
        ("Niveau d'accès minimum" if sheet.kind == METIER else "Niveau de sortie", sheet.niveau and sheet.niveau.text),
        ("Certification", sheet.certification),
        ("Durée", sheet.duree),
        ("Salaire", sheet.salaire and sheet.salaire.text),
        ("Statuts possibles", ", ".join(sheet.statuts)),
        ("Centres d'intérêt", ", ".join(sheet.interets)),
        ("ROME", ", ".join(f"{rome.code} {rome.label}".strip() for rome in sheet.romes)),
        ("Domaines", ", ".join(sheet.domaines)),
        ("Formations recommandées", ", ".join(link.title for link in sheet.formations)),
        ("Métiers", ", ".join(sheet.metiers)),
    )
    yield from (f"{label} : {value}" for label, value in facts if value)
