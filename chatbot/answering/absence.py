"""Answers where no one sheet gives what is asked: choices, names and IDs without a sheet, facts that no sheet holds."""

from collections.abc import Sequence
from dataclasses import replace

from chatbot.answering.aside import aside_answer
from chatbot.answering.draft import Draft
from chatbot.answering.model import Answer
from chatbot.answering.suggestions import STARTERS
from chatbot.answering.wording import NIVEAU, exit_level, level_of, name_of, plain, short_name_of, summary_of
from chatbot.question import Question
from chatbot.sheets import METIER, Sheet

MOST_NEAR = 3
SUMMARY_LENGTH = 130


def clarify(draft: Draft, question: Question) -> Answer:
    """Offer the sheets that one name fits."""
    draft.status = "clarify"
    whom = "t'intéresse" if question.tu else "vous intéresse"
    draft.add(f"Plusieurs fiches correspondent à « {plain(question.topic)} ». Laquelle {whom} ?")
    choices = draft.known(question.subjects)
    draft.add(list_choices(draft, choices))
    return draft.finish(suggestions=tuple(plain(short_name_of(sheet)) for sheet in choices))


def answer_unknown_id(draft: Draft, question: Question) -> Answer:
    """Say that an ID names nothing."""
    draft.status = "not_found"
    draft.add(
        f"Je n'ai pas de fiche {question.topic} : cet identifiant ne correspond à rien dans les fiches "
        f"chargées ici. Vérifiez-le, ou donnez le nom du métier ou de la formation."
    )
    return draft.finish(suggestions=STARTERS)


def answer_unknown_name(draft: Draft, question: Question) -> Answer:
    """Say that no sheet is about an occupation, and give the nearest."""
    draft.status = "not_found"
    draft.add(f"Je n'ai pas de fiche « {plain(question.topic)} » parmi les fiches chargées ici.")
    near = draft.known(question.subjects)[:MOST_NEAR]
    if near:
        draft.add(f"Les plus proches :\n{list_choices(draft, near)}")
    return draft.finish(suggestions=STARTERS)


def answer_without_sheet(draft: Draft, question: Question) -> Answer:
    """Say that the sheet asked about is not loaded, known only by the links of others."""
    sheet_id = question.subjects[0] if question.subjects else ""
    title = draft.catalogue.title_of(sheet_id) if sheet_id else None
    if title is None:
        return aside_answer(replace(question, intent="nothing"))
    draft.status = "not_found"
    draft.add(
        f"« {plain(title)} » existe bien {draft.mark(sheet_id, 'Titre', title)}, mais sa fiche n'est pas "
        f"chargée ici : elle est sur le site de l'Onisep."
    )
    return draft.finish(sheet_id)


def answer_elsewhere(draft: Draft, sheet_id: str, title: str) -> Answer:
    """Say that the sheet which a message is about, though it does not name it in full, is not loaded."""
    draft.status = "not_found"
    draft.add(
        f"La fiche « {plain(title)} » {draft.mark(sheet_id, 'Titre', title)} existe, mais elle n'est pas chargée ici : "
        "elle est sur le site de l'Onisep. Je ne réponds que d'après les fiches chargées."
    )
    return draft.finish(sheet_id)


def write_out_of_reach(draft: Draft, sheet: Sheet) -> None:
    """Say that no sheet gives fees, dates or places, and what this one gives instead."""
    draft.status = "not_found"
    draft.add(
        f"Les établissements, les frais, les dates et les chances d'admission ne sont pas dans ces "
        f"fiches : voyez le site de l'Onisep, Parcoursup ou un CIO. "
        f"Voici ce que dit la fiche « {plain(sheet.title)} » {draft.mark(sheet.sheet_id, 'Titre', sheet.title)} :"
    )
    facts = []
    if sheet.duree:
        facts.append(f"- durée : {sheet.duree} {draft.mark(sheet.sheet_id, 'Durée', sheet.duree)}")
    if sheet.kind == METIER and sheet.niveau:
        marker = draft.mark(sheet.sheet_id, NIVEAU, sheet.niveau.text)
        facts.append(f"- niveau d'accès minimum : {sheet.niveau.text} {marker}")
    elif level := exit_level(sheet):
        marker = draft.mark(sheet.sheet_id, "Niveau de certification", sheet.certification or level)
        facts.append(f"- niveau : {level} {marker}")
    draft.add("\n".join(facts))


# What answers each intent that settles on no one sheet.
UNSETTLED = {"unknown_id": answer_unknown_id, "unknown": answer_unknown_name, "ambiguous": clarify}


def list_choices(draft: Draft, sheets: Sequence[Sheet]) -> str:
    """List sheets, each with its level, what it is about and its ID."""
    return "\n".join(_describe_choice(draft, sheet) for sheet in sheets)


def _describe_choice(draft: Draft, sheet: Sheet) -> str:
    said = (level_of(sheet),) if sheet.kind == METIER else (sheet.duree, level_of(sheet))
    level = ", ".join(filter(None, said))
    summary = summary_of(sheet, SUMMARY_LENGTH)
    detail = f" : {summary}" if summary else ""
    mark = draft.mark(sheet.sheet_id, "Titre", sheet.title)
    return f"- **{plain(name_of(sheet))}**{f', {level}' if level else ''}{detail} {mark}"
