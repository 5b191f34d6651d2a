"""What the fields of a métier sheet say: its card, statuses, interests, codes and other names."""

from __future__ import annotations

from chatbot.answering.pay import with_accent
from chatbot.answering.wording import NIVEAU, capital, end_sentence, lower_first, niveau_in_full, plain, shorten
from chatbot.answering.writing import Writing

INTERETS = "Centres d'intérêt"


def write_card(writing: Writing) -> None:
    """Present the métier: what it is, its level, its pay."""
    sheet = writing.sheet
    presentation = sheet.text_of("Présentation") or sheet.text_of("En bref")
    if presentation:
        writing.add(
            f"**{capital(writing.name)}** : {end_sentence(shorten(plain(presentation), 420))} "
            f"{writing.fact('Présentation', presentation)}."
        )
    lines = []
    if sheet.niveau:
        marker = writing.fact(NIVEAU, sheet.niveau.text)
        lines.append(f"- Niveau d'accès minimum : {niveau_in_full(sheet.niveau)} {marker}")
    if sheet.salaire:
        pay = lower_first(with_accent(shorten(plain(sheet.salaire.text), 160)))
        lines.append(f"- Salaire du débutant : {pay} {writing.fact('Salaire', sheet.salaire.text)}")
    if sheet.statuts:
        marker = writing.fact("Statuts possibles", " - ".join(sheet.statuts))
        lines.append(f"- Statuts possibles : {', '.join(sheet.statuts)} {marker}")
    writing.add("\n".join(lines))
    writing.quote(writing.excerpts.choose((), 350, 0.55))


def write_statuses(writing: Writing) -> None:
    """Write the possible statuses, and what the text says of them."""
    statuts = writing.sheet.statuts
    if statuts:
        marker = writing.fact("Statuts possibles", statuts[0])
        writing.add(f"Statuts possibles pour {writing.name} : **{', '.join(statuts)}** {marker}.")
    passages = writing.excerpts.choose(("statut",), writing.budget // 2, 0.4)
    if not statuts:
        writing.lack("statut", "n'indique pas de statut", passages)
    writing.quote(passages)


def write_interests(writing: Writing) -> None:
    """Write the interests that the sheet lists."""
    interets = writing.sheet.interets
    if not interets:
        writing.lack("interets", "n'indique pas de centres d'intérêt")
        return
    listed = "\n".join(f"- « {interet} »" for interet in interets)
    marker = writing.fact(INTERETS, interets[0])
    writing.add(f"Ce métier convient à celles et ceux qui se reconnaissent ici {marker} :\n{listed}")


def write_codes(writing: Writing) -> None:
    """Write the ROME codes with their labels."""
    romes = writing.sheet.romes
    if not romes:
        writing.lack("rome", "ne donne pas de code ROME")
        return
    listed = ", ".join(f"**{rome.code}**{f' ({rome.label})' if rome.label else ''}" for rome in romes)
    writing.add(f"Code ROME {writing.said} : {listed} {writing.fact('Codes ROME', romes[0].code)}.")


def write_names(writing: Writing) -> None:
    """Write the other names of the métier."""
    others = [name.masculine or name.label for name in writing.sheet.names[1:]]
    if not others:
        writing.lack("appellations", "ne donne pas d'autre appellation")
        return
    listed = ", ".join(dict.fromkeys(others))
    writing.add(f"Autres appellations {writing.said} : {listed} {writing.fact('Autres appellations', others[0])}.")
