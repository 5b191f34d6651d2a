"""Typed facts out of the words of a sheet: levels on their ladder, durations, salaries with figures and units."""

import re

from chatbot.sheets.model import Amount, Duration, Niveau, Salaire

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
CERTIFICATION_RANKS = {
    "niveau 3": -2.0, "niveau 4": 0.0, "niveau 5": 2.0, "niveau 6": 3.0, "niveau 7": 5.0, "niveau 8": 8.0,
}  # fmt: skip

# The words of a text that name a level; "après le bac", "post-bac", "sans le bac" and "3e cycle" name none.
BAC_PLUS = re.compile(
    r"""\bbac(?:calauréat)?\s?[+°]\s?(\d{1,2})
        (?:\s?(?:/|-|ou|à|et)\s?(?:bac\s?)?\+?\s?(\d{1,2})(?!\d|\s?(?:ans?|mois|%)\b))?  # bac + 4/5
    |\bbac\ ([1-9])(?=\ ?[.,;:)]|$|\ (?:et|ou|minimum))  # "bac  5": the sign was lost""",
    re.I | re.VERBOSE,
)
NAMED_LEVELS = (
    (
        -4.0,
        re.compile(
            r"\bsans (?:aucun )?diplôme|\b(?:niveau|classe de) (?:3e|troisième)\b(?! cycle)|\b(?:pas de|aucun) diplôme"
            r"(?: préalable)?(?: n'est)?(?: \w+ment)? (?:requis|exigé|obligatoire|nécessaire|demandé|imposé)",
            re.I,
        ),
    ),
    (-3.0, re.compile(r"\bDNB\b|\bdiplôme national du brevet|\bbrevet des collèges|\bniveau brevet\b", re.I)),
    (-2.0, re.compile(r"\bCAP[aA]?\b|\bBEP[aA]?\b|\b(?i:niveau|un|du|le) cap\b(?! (?:de|sur|vers)\b)")),
    (
        0.0,
        re.compile(
            r"(?<!post-)(?<!après le )(?<!avant le )(?<!depuis le )(?<!sans )(?<!sans le )(?<!moins le )"
            r"\bbac(?:calauréat)?\b(?!\s?[+°]|\s[1-9]\b)",
            re.I,
        ),
    ),
)

NUMBERS = {
    "un": 1.0, "une": 1.0, "deux": 2.0, "trois": 3.0, "quatre": 4.0, "cinq": 5.0, "six": 6.0, "sept": 7.0, "huit": 8.0,
    "neuf": 9.0, "dix": 10.0, "onze": 11.0, "douze": 12.0, "quatorze": 14.0, "quinze": 15.0, "dix-huit": 18.0,
    "vingt-quatre": 24.0,
}  # fmt: skip
NUMBER = r"\d{1,3}(?:,\d)?|" + "|".join(sorted(NUMBERS, key=len, reverse=True))
UNIT_YEARS = {"an": 1.0, "année": 1.0, "semestre": 0.5, "trimestre": 0.25, "mois": 1 / 12, "semaine": 1 / 52}
DURATION = re.compile(
    rf"(?<![\w+/,])(?P<least>{NUMBER})(?:\s(?P<first>an(?:née)?|mois|semaine)s?(?=\s(?:à|ou)\s))?"
    rf"(?:\s?(?:à|ou|-|/)\s?(?P<most>{NUMBER}))?"
    r"\s(?P<unit>an(?:née)?|mois|semestre|trimestre|semaine)s?\b(?P<half>\s(?:et demie?|½))?",
    re.I,
)
# What an age or a career counts in years is no duration of studies.
BEFORE_AGE = re.compile(r"(?:\b(?:âgée?s?|l'âge|dès|avoir|moins|plus|depuis|entre|les)\b[\w' ]{0,12}|\bet )$", re.I)
AFTER_CAREER = re.compile(
    r"\s(?:minimum |au moins )?(?:d'(?:expérience|exercice|ancienneté|activité)|de (?:pratique|service|métier|carrière)"
    r"|révolus|plus tard|au plus tard|\d{4})",
    re.I,
)

AMOUNT = re.compile(r"\d{1,3}(?:[ \u00a0\u202f.]\d{3}){1,3}(?:,\d{1,9})?|\d{1,9}(?:[.,]\d{1,9})?")
MONEY = re.compile(r"\s*(?:€|euros?|(?:à|et) \d|brut|net|\(|-|par |pour cent|%)")
UNITS = (
    ("%", re.compile(r"^\s*(?:pour cent|%)")),
    ("mois", re.compile(r"par mois|mensuel|/mois|de traitement")),
    ("semaine", re.compile(r"par semaine|hebdomadaire|à la semaine")),
    ("jour", re.compile(r"par jour|par journée|journalier|/jour|\b(?:la|une) journée")),
    ("heure", re.compile(r"de l'heure|par heure|horaire")),
    ("an", re.compile(r"par an\b|annuel|/an\b")),
    ("film", re.compile(r"par film|pour un (?:documentaire|film)")),
    ("cachet", re.compile(r"cachet")),
    ("mile nautique", re.compile(r"par mile")),
)


def parse_niveau(text: str) -> Niveau | None:
    """Place a level on the ladder; None for an empty text or 'non renseigné'."""
    text = " ".join(text.split())
    if not text or text.lower() == "non renseigné":
        return None
    named = [level.rank for level in levels_in(text) if level.rank is not None]
    return Niveau(text, LADDER.get(text.lower(), min(named, default=None)))


def levels_in(text: str) -> tuple[Niveau, ...]:
    """Give the levels that a text names ("bac + 5", "CAP", "pas de diplôme"): in its order and words, a rank once."""
    text = " ".join(text.split())
    found = [(match.start(), rank, match.group()) for rank, pattern in NAMED_LEVELS for match in pattern.finditer(text)]
    for match in BAC_PLUS.finditer(text):
        found += [(match.start(), float(years), match.group()) for years in match.groups() if years]
    first: dict[float, str] = {}
    for _, rank, words in sorted(found):
        first.setdefault(rank, words)
    return tuple(Niveau(words, rank) for rank, words in first.items())


def study_years(text: str) -> tuple[Duration, ...]:
    """Give the durations that a text names ("5 ans", "deux ans", "18 mois", "3 à 4 ans"), ages and careers aside."""
    text = " ".join(text.split())
    durations: dict[tuple[float, float], Duration] = {}
    for found in DURATION.finditer(text):
        before = text[max(found.start() - 40, 0) : found.start()]  # longer than what the pattern looks for
        if BEFORE_AGE.search(before) or AFTER_CAREER.match(text, found.end()):
            continue
        unit = UNIT_YEARS[found["unit"].lower()]
        first = UNIT_YEARS[(found["first"] or found["unit"]).lower()]  # "6 mois à 1 an"
        half = unit / 2 if found["half"] else 0.0
        years = round(_number(found["least"]) * first + (0.0 if found["most"] else half), 2)
        longest = round(_number(found["most"]) * unit + half, 2) if found["most"] else years
        if max(years, longest) < 15:  # beyond stands an age: "18 ans"
            years, longest = sorted((years, longest))  # "6 mois à 0 an"
            durations.setdefault((years, longest), Duration(found.group(), years, longest))
    return tuple(durations.values())


def _number(words: str) -> float:
    return NUMBERS.get(words.lower()) or float(words.replace(",", "."))


def parse_salaire(text: str) -> Salaire | None:
    """Read the figures of a salary text, each with the unit that its own words give it; None for an empty text."""
    text = text.strip()
    if not text:
        return None
    amounts: list[Amount] = []
    for sentence in re.split(r"(?<=[a-z)])[.;]\s+|\n", text):
        found = [
            match
            for match in AMOUNT.finditer(sentence)
            if MONEY.match(sentence, match.end()) or re.search(r"[.,]\d{2}$", match.group())
        ]
        leading = _unit(sentence[: found[0].start()]) if found else ""
        later = ""
        read = []
        for match, end in reversed(list(zip(found, [m.start() for m in found[1:]] + [len(sentence)], strict=False))):
            words = sentence[match.end() : end]
            joined = re.fullmatch(r"(?:\s*(?:€|euros?|\([^)]*\)))?\s*(?:à|et|-|ou)\s*", words)  # "80 à 90 €"
            later = later if joined else _unit(words) or ("" if leading == "%" else leading)
            value = re.sub(r"[ \u00a0\u202f]|\.(?=\d{3}\b)", "", match.group()).replace(",", ".")
            read.append(Amount(float(value), later))
        amounts += reversed(read)
    return Salaire(text, tuple(amounts))


def _unit(words: str) -> str:
    return next((name for name, pattern in UNITS if pattern.search(words.lower())), "")
