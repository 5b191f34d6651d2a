"""Typed facts out of the words of a sheet: levels on their ladder, salaries with figures and units."""

import re

from chatbot.sheets.model import Amount, Niveau, Salaire

# The values of the corpus off the "bac + n" ladder, by years after the bac; "autre formation" has no rank.
LADDER = {
    "4e": -5.0,
    "3e": -4.0,
    "sans diplôme": -4.0,
    "diplôme national du brevet": -3.0,
    "seconde": -2.0,
    "cap ou équivalent": -2.0,
    "cap": -2.0,
    "cap ou équivalent + 1 an": -1.0,
    "1re": -1.0,
    "bac ou équivalent": 0.0,
    "bac": 0.0,
}
CERTIFICATION_RANKS = {"niveau 3": -2.0, "niveau 4": 0.0, "niveau 5": 2.0, "niveau 6": 3.0, "niveau 7": 5.0, "niveau 8": 8.0}

AMOUNT = re.compile(r"\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?")
UNITS = (
    ("mois", re.compile(r"par mois|mensuel|/mois|de traitement")),
    ("semaine", re.compile(r"par semaine|hebdomadaire|à la semaine")),
    ("jour", re.compile(r"par jour|par journée|journalier|/jour|la journée")),
    ("heure", re.compile(r"de l'heure|par heure|horaire")),
    ("an", re.compile(r"par an\b|annuel|/an\b")),
    ("film", re.compile(r"par film|pour un (?:documentaire|film)")),
    ("cachet", re.compile(r"cachet")),
    ("mile nautique", re.compile(r"par mile")),
)


def parse_niveau(text: str) -> Niveau | None:
    """Place a level on the ladder; None for an empty text or 'non renseigné'."""
    text = " ".join(text.split())
    if not text or text == "non renseigné":
        return None
    found = re.match(r"bac \+ (\d+)", text)
    return Niveau(text, float(found.group(1)) if found else LADDER.get(text.lower()))


def parse_salaire(text: str) -> Salaire | None:
    """Read the figures of a salary text with the unit of their sentence; None for an empty text."""
    text = text.strip()
    if not text:
        return None
    amounts = []
    for sentence in re.split(r"(?<=[a-z)])[.;]\s+|\n", text):
        unit = next((name for name, pattern in UNITS if pattern.search(sentence.lower())), "")
        for found in AMOUNT.finditer(sentence):
            after = sentence[found.end() : found.end() + 40]
            if not re.match(r"\s*(?:€|euros?|à |et |brut|net|\(|-|pour cent|%)", after):
                continue
            value = float(re.sub(r"[ \u00a0\u202f]|\.(?=\d{3}\b)", "", found.group()).replace(",", "."))
            amounts.append(Amount(value, "%" if re.match(r"\s*(?:pour cent|%)", after) else unit))
    return Salaire(text, tuple(amounts))
