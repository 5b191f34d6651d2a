"""Two to four sheets side by side: a small table on what was asked, each cell from its own sheet."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.answering.draft import Draft
from chatbot.answering.facts import ABSENT, LABELS, read_fact
from chatbot.answering.passages import Excerpts
from chatbot.answering.wording import capital, end_sentence, lower_first, plain, rank_of, short_name_of, shorten, than
from chatbot.evidence import Evidence
from chatbot.question import Question
from chatbot.sheets import METIER, Sheet

DEFAULT_METIER = ("niveau", "duree", "salaire", "missions", "statut")
DEFAULT_FORMATION = ("duree", "niveau", "type", "contenu", "metiers_apres")
FACTS = ("niveau", "duree", "salaire", "statut", "type")  # short enough to stand in every table
LEVELS = {"niveau", "duree", "diplomes", "acces", "fiche", "type"}  # what is asked when the level is worth a word
FIELDS_ONLY = ("niveau", "certification", "duree", "salaire", "type", "metiers_apres", "interets")  # never in text


def write_comparison(draft: Draft, evidence: Evidence, sheets: Sequence[Sheet], question: Question) -> None:
    """Write the table, then in a sentence which is longer or higher, where levels tell."""
    metiers = all(sheet.kind == METIER for sheet in sheets)
    asked = ["niveau" if metiers and need == "certification" else need for need in question.needs]
    usual: tuple[str, ...] = DEFAULT_METIER if metiers else DEFAULT_FORMATION
    if len(sheets) > 2 and asked:
        usual = tuple(need for need in usual if need == "niveau" or need in asked)
    prose = [need for need in asked if need in LABELS and need not in usual]
    needs = list(dict.fromkeys([*(need for need in usual if need in FACTS or need in asked or not asked), *prose]))[:6]
    head = " | ".join(f"{capital(plain(short_name_of(s)))} {draft.mark(s.sheet_id, 'Titre', s.title)}" for s in sheets)
    rows = [f"| | {head} |", "|---" * (len(sheets) + 1) + "|"]
    columns = [Excerpts(draft, evidence, sheet, question) for sheet in sheets]
    for need in needs:
        cells = [_cell(excerpts, need) for excerpts in columns]
        if any(cell != ABSENT for cell in cells):
            rows.append(f"| {LABELS[need]} | {' | '.join(cells)} |")
    draft.add("\n".join(rows))
    if not asked or LEVELS.intersection(asked):
        draft.add(_conclusion(sheets))


def _cell(excerpts: Excerpts, need: str) -> str:
    text = _fact(excerpts, need)
    return plain(" ".join(text.split())) if text else ABSENT


def _fact(excerpts: Excerpts, need: str) -> str:
    draft, sheet = excerpts.draft, excerpts.sheet
    fact = read_fact(draft.catalogue, sheet, need, most=3 if need == "diplomes" else 4)
    if fact is not None:
        if fact.verbatim:
            draft.mark(sheet.sheet_id, fact.section, fact.text)
        if need == "salaire":
            return lower_first(end_sentence(shorten(fact.text, 200)))
        return shorten(fact.text, 300)
    if need in FIELDS_ONLY:
        return ""
    passages = excerpts.choose((need,), 420, 0.3)
    for passage in passages:
        draft.mark(passage.sheet_id, passage.heading, passage.text)
    return " ".join(f"{end_sentence(shorten(passage.text, 300))}." for passage in passages)


def _conclusion(sheets: Sequence[Sheet]) -> str:
    if len(sheets) != 2:
        return ""
    ranks = [rank_of(sheet) for sheet in sheets]
    first, second = (plain(short_name_of(sheet)) for sheet in sheets)
    if ranks[0] is None or ranks[1] is None:
        return ""
    marks = "".join(f"[{sheet.sheet_id}]" for sheet in sheets)
    if ranks[0] == ranks[1]:
        return f"En deux mots : c'est le même niveau d'études {marks}."
    higher, lower = (first, second) if ranks[0] > ranks[1] else (second, first)
    return f"En deux mots : {higher} demande un niveau d'études plus élevé {than(lower)} {marks}."
