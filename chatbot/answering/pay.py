"""The beginner's pay of a métier sheet, in its words and units."""

import re

from chatbot.answering.wording import end_sentence, lower_first, plain, shorten
from chatbot.answering.writing import Writing
from chatbot.catalogue import fold

BARE_VARIABLE = re.compile(r"(?:tres )?variables?\W*")
MORE_THERE = re.compile(
    r"\b(?:gagn\w+|pay\w+|touch\w+) (?:plus|mieux|moins|davantage|pareil)\b|\b(?:mieux|plus|moins) (?:bien )?pay"
)
SOMEWHERE = re.compile(r"\b(?:à|a|en|au|aux|sur) (?:la |l')?(?!France)[A-ZÉÎ][a-zéèêîôç]{2,}")
LATER_PAY = re.compile(
    r"\b(?:apres|au bout de|avec) (?:\d+|quelques|plusieurs|dix|vingt|cinq) an|\bmoyen\w*|\bmax\w*|\bconfirme\w*"
    r"|\bsenior|\bfin de carriere|\bexperimente\w*|\bavec (?:de )?l'experience"
)
BEYOND_AMOUNT = re.compile(r"\b(?:loge|nourri|prime|heberge|logement|variable|statut|experience|evol)")
LONGEST_PAY = 800  # characters; the longest of Onisep's has 497


def write_pay(writing: Writing) -> None:
    """Write the pay; where the sheet gives none that helps, that is said."""
    name, salaire = writing.name, writing.sheet.salaire
    if salaire is None:
        writing.lack("salaire", "ne donne pas de salaire")
        return
    mark = writing.fact("Salaire", salaire.text)
    if not salaire.amounts:
        writing.add(
            f"La fiche {writing.said} ne donne pas de montant : le salaire du débutant y est « "
            f"{lower_first(shorten(plain(salaire.text), LONGEST_PAY))} » {mark}."
        )
    else:
        text = with_accent(end_sentence(shorten(plain(_join_lines(salaire.text)), LONGEST_PAY)))
        head, separator, rest = text.partition(", ") if len(text) < 200 or " ; " in text else text.partition(". ")
        start = "En début de carrière" if len(text) < 120 else "Salaire du débutant"
        writing.add(f"{start}, {name} : **{lower_first(head)}**{separator}{rest} {mark}.")
    asked = fold(writing.question.message)
    if re.search(r"\bnet\b", asked) and salaire.amounts:
        writing.add("C'est un montant brut : la fiche ne donne pas le net.")
    if LATER_PAY.search(asked) and salaire.amounts:
        writing.add("La fiche ne donne que le salaire du débutant, pas ceux de la suite de la carrière.")
    there = MORE_THERE.search(asked) or SOMEWHERE.search(writing.question.asked)
    if salaire.amounts and there and not writing.question.english:
        writing.add("La fiche ne donne que ce repère : elle ne compare pas les lieux ni les employeurs.")
    if BEYOND_AMOUNT.search(asked):
        writing.quote([p for p in writing.excerpts.choose(("salaire",), 400, 0.6) if p.heading != "Salaire"])
    if BARE_VARIABLE.fullmatch(fold(salaire.text)):
        writing.missing.append("salaire")


def with_accent(text: str) -> str:
    """Put the accent that many sheets leave out of "A partir de 1 800 euros"."""
    return re.sub(r"\b([Aa])(?= partir\b)", lambda found: "À" if found.group() == "A" else "à", text)


def _join_lines(text: str) -> str:
    """Part the pays that a sheet gives a line each, without a full stop."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if any(line.endswith((".", ":", ";", ",")) for line in lines[:-1]):
        return text
    return " ; ".join([*lines[:1], *map(lower_first, lines[1:])])
