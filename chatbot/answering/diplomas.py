"""The recommended formations of a métier: those that fit the levels and types asked for, each with its own ID."""

import re

from chatbot.answering.draft import Draft
from chatbot.answering.wording import exit_level, plain, rank_of
from chatbot.catalogue import Catalogue, fold
from chatbot.evidence import Evidence
from chatbot.question import Question
from chatbot.sheets import Link, Sheet

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


def choose_formations(draft: Draft, evidence: Evidence, sheet: Sheet, question: Question) -> list[Link]:
    """Order the recommended formations by what is asked."""
    links = list(sheet.formations)
    if not links:
        return []
    levels, types = question.diploma_levels, question.diploma_types
    similar = evidence.similarity(question.asked, [link.title for link in links])

    def fits_level(link: Link) -> bool:
        return levels.hold(rank_of_link(draft.catalogue, link))

    def fits_type(link: Link) -> bool:
        title = fold(link.title)
        return any(re.match(TITLES.get(name, re.escape(fold(name))), title) for name in types)

    wanted = sheet.niveau.rank if sheet.niveau and sheet.niveau.rank is not None else 0.0

    def distance(row: int) -> float:
        """A precise question goes by its words, a general one by nearness to the minimum level."""
        rank = rank_of_link(draft.catalogue, links[row])
        return -float(similar[row]) if question.specific else abs((wanted + 9 if rank is None else rank) - wanted)

    def fits_duration(link: Link) -> bool:
        formation = draft.catalogue.get(link.sheet_id)
        return formation is not None and formation.duree == question.diploma_duration

    ordered = [links[row] for row in sorted(range(len(links)), key=distance)]
    limits = ((fits_type, types), (fits_level, levels.bounded), (fits_duration, question.diploma_duration))
    tests = [fits for fits, asked in limits if asked]
    return [link for link in ordered if any(fits(link) for fits in tests)] or ordered


def write_diplomas(
    draft: Draft, evidence: Evidence, sheet: Sheet, question: Question, most: int, brief: bool = False
) -> bool:
    """Write the list of recommended formations, at most `most`; False when the sheet recommends none."""
    selected = choose_formations(draft, evidence, sheet, question)
    if not selected:
        if not brief:
            draft.add(
                f"La fiche ne cite pas de formation recommandée {draft.mark(sheet.sheet_id, 'Titre', sheet.title)}."
            )
        return False
    most = question.diploma_limit or most
    shown = selected[:most]
    shown.sort(key=lambda link: _rank_or_last(draft.catalogue, link))
    marker = draft.mark(sheet.sheet_id, "Formations recommandées", shown[0].title)
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
