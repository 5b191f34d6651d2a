"""The recommended formations of a métier: those that fit the levels and types asked for, each with its own ID."""

import re
from collections.abc import Sequence

from chatbot.answering.draft import Draft
from chatbot.answering.wording import exit_level, plain, rank_of
from chatbot.answering.writing import Writing
from chatbot.catalogue import Catalogue, fold
from chatbot.sheets import Link, Sheet

FAR = 9.0  # levels: as far as two can lie apart
# How the titles of formations start, for each type of diploma that people name.
TITLES = {
    "CAP": r"cap\b",
    "CAP agricole": r"cap agricole",
    "bac pro": r"bac pro|baccalaureat professionnel",
    "bac techno": r"bac techno|bac (?:st|stav)",
    "BTS": r"bts\b",
    "BTSA": r"btsa",
    "BUT": r"but\b",
    "licence": r"licence",
    "licence pro": r"licence pro",
    "master": r"master\b",
    "BP": r"bp\b",
    "BMA": r"bma|brevet des metiers d'art",
    "CS": r"cs\b|certificat de specialisation|mc\b",
    "TP": r"tp\b|titre professionnel",
    "DU": r"du\b|diplome d'universite|deust",
    "DEUST": r"deust",
    "DN MADE": r"dn made",
    "diplôme d'ingénieur": r"diplome d'ingenieur|ingenieur",
    "diplôme d'école de commerce": r".*(?:commerce|management|business|programme grande ecole)",
    "mastère": r"mastere",
    "doctorat": r"doctorat|diplome d'etat de docteur",
    "bachelor": r"bachelor",
    "JEPS": r"(?:bp|de|des)jeps",
    "BM": r"bm\b|brevet de maitrise",
    "BTM": r"btm\b",
    "BEP": r"bep\b",
}


def rank_of_link(catalogue: Catalogue, link: Link) -> float | None:
    """Place a recommended formation on the ladder; None when no sheet says its level."""
    sheet = catalogue.get(link.sheet_id)
    return rank_of(sheet) if sheet else None


def describe_formation(draft: Draft, source: Sheet, link: Link) -> str:
    """Write one formation with its duration, level and ID; one without a sheet of its own stands on the métier's."""
    sheet = draft.catalogue.get(link.sheet_id)
    if sheet is None:
        return f"- {plain(link.title)} {draft.mark(source.sheet_id, 'Formations recommandées', link.title)}"
    detail = ", ".join(part for part in (sheet.duree, exit_level(sheet)) if part)
    return f"- {plain(sheet.title)}{f' : {detail}' if detail else ''} {draft.mark(link.sheet_id, 'Titre', sheet.title)}"


def is_of_type(link: Link, types: Sequence[str]) -> bool:
    """Whether a formation is of one of these types of diploma, by its title."""
    title = fold(link.title)
    return any(re.match(TITLES.get(name, re.escape(fold(name))), title) for name in types)


def choose_formations(writing: Writing) -> list[Link]:
    """Order the recommended formations by what is asked; only those within the limits asked, where any is."""
    catalogue, sheet, question = writing.draft.catalogue, writing.sheet, writing.question
    levels, types = question.diploma_levels, question.diploma_types

    def fits_level(link: Link) -> bool:
        return levels.hold(rank_of_link(catalogue, link))

    def fits_type(link: Link) -> bool:
        return is_of_type(link, types)

    def fits_duration(link: Link) -> bool:
        formation = catalogue.get(link.sheet_id)
        return formation is not None and formation.duree == question.diploma_duration

    limits = ((fits_type, types), (fits_level, levels.bounded), (fits_duration, question.diploma_duration))
    tests = [fits for fits, asked in limits if asked]
    ordered = _order_by_words(writing) if question.specific else _order_by_level(catalogue, sheet)
    return [link for link in ordered if any(fits(link) for fits in tests)] or ordered


def _order_by_words(writing: Writing) -> list[Link]:
    links = writing.sheet.formations
    similar = writing.excerpts.compare([link.title for link in links]) if links else []
    return [links[row] for row in sorted(range(len(links)), key=lambda row: -similar[row])]


def _order_by_level(catalogue: Catalogue, sheet: Sheet) -> list[Link]:
    """Order by nearness to the minimum level of the métier, those of no known level last."""
    least = rank_of(sheet) or 0.0

    def distance(link: Link) -> float:
        rank = rank_of_link(catalogue, link)
        return FAR if rank is None else abs(rank - least)

    return sorted(sheet.formations, key=distance)


def write_diplomas(writing: Writing, most: int, brief: bool = False) -> bool:
    """Write the list of recommended formations, at most `most`; False when the sheet recommends none."""
    draft, sheet = writing.draft, writing.sheet
    selected = choose_formations(writing)
    if not selected:
        if not brief:
            draft.add(f"La fiche ne cite pas de formation recommandée {writing.fact('Titre', sheet.title)}.")
        return False
    types = writing.question.diploma_types
    marker = writing.fact("Formations recommandées", selected[0].title)
    if types and not brief and not any(is_of_type(link, types) for link in selected):
        draft.add(f"La fiche ne cite pas de {' ni de '.join(types)} parmi les formations conseillées {marker}.")
    shown = selected[: writing.question.diploma_limit or most]
    shown.sort(key=lambda link: _rank_or_last(draft.catalogue, link))
    left = len(sheet.formations) - len(shown)
    start = "Formations conseillées" if not left else "Parmi les formations conseillées"
    lines = [f"{start} {marker} :", *(describe_formation(draft, sheet, link) for link in shown)]
    draft.add("\n".join(lines))
    if left and not brief:
        draft.add(f"La fiche en cite {left} autres." if left > 1 else "La fiche en cite une autre.")
    return True


def _rank_or_last(catalogue: Catalogue, link: Link) -> float:
    rank = rank_of_link(catalogue, link)
    return 99.0 if rank is None else rank
