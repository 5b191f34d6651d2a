"""A French text in; the claims that can be checked in it out: numbers, measures, levels, diplomas, bounds."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from chatbot.catalogue import fold
from chatbot.sheets import levels_in

WORDS = {
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11,
    "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "dix-sept": 17, "dix-huit": 18,
    "dix-neuf": 19, "vingt": 20, "vingt-quatre": 24, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
}  # fmt: skip
NUMBER_WORD = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(WORDS, key=len, reverse=True))})(?![\w-])", re.IGNORECASE)
ONE = re.compile(r"\b(?:un|une)(?= (?:seule? )?(?:ans?|années?|mois|semaine|semestre|trimestre|heure)\b)", re.I)
BOTH = re.compile(r"\b(?:les|ces|tous|toutes|entre|en) (?:les )?deux\b(?! (?:ans|années|mois))", re.IGNORECASE)
THOUSANDS = re.compile(r"(?<=\d)[\s\u00a0\u202f.](?=\d{3}(?!\d))")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
SPELT = re.compile(r"\b(?:cents?|mille|millions?|milliards?|moitie|tiers|quart|double|triple)\b")
UNIT = re.compile(
    r"\s*(?:(?P<an>ans?|annees?)|(?P<mois>mois)|(?P<semestre>semestres?)|(?P<trimestre>trimestres?)"
    r"|(?P<semaine>semaines?)|(?P<jour>jours?|journees?)|(?P<heure>heures?|h)|(?P<minute>minutes?)|(?P<euro>euros?|€)"
    r"|(?P<pourcent>%|pour cent)|(?P<degre>degres?|°)|(?P<kilometre>km|kilometres?)|(?P<kilo>kg|kilos?))(?![a-z])"
)
RANGE = re.compile(rf"(?:\s*(?:a|ou|et|-|/)\s*\d+(?:[.,]\d+)?)+{UNIT.pattern}")  # "3 à 4 ans"
LEVEL = re.compile(r"\bniveau (\d)\b")
# Words that change what a figure or a level means: they must stand in the sheet's words too.
QUALIFIERS = {
    "brut": re.compile(r"\bbrute?s?\b"),
    "net": re.compile(r"\bnet(?:te)?s?\b"),
    "by month": re.compile(r"\b(?:par|au|chaque|/) ?mois\b|\bmensuel"),
    "by week": re.compile(r"\b(?:par|chaque) semaine\b|\bhebdomadaire"),
    "by day": re.compile(r"\b(?:par|chaque) jour|\bla journee\b|\bjournalier|\bquotidien"),
    "by year": re.compile(r"\b(?:par|chaque) an(?:nee)?\b|\bannuel"),
    "by hour": re.compile(r"\b(?:de l'|par |chaque )heure\b|\bhoraire\b"),
    "at most": re.compile(r"\b(?:au plus|maximum|maximale?|jusqu'a|moins de|ne depass\w+|plafonn\w+)\b"),
    "at least": re.compile(r"\b(?:au moins|minimum|minimale?|a partir d|superieure? a|des l'age)\b"),
}
TYPES = re.compile(
    r"\b(?:cap|capa|bep|bp|bma|bts|btsa|dut|deust|deug|dcg|dscg|dnmade|licence|master|mastere|doctorat|bachelor|bac pro"
    r"|bac techno|baccalaureat|bpjeps|dejeps|desjeps|cqp|agregation|capes|internat|apprentissage|alternance"
    r"|parcoursup|concours|numerus clausus)\b"
)
DENIAL = r"(?<!/)ne|n'\w+|pas|aucune?|jamais|ni"
NEGATION = re.compile(rf"\b(?:{DENIAL}|sans|inutile|facultati\w+|dispens\w+)\b")
FLAT_DENIAL = re.compile(rf"\b(?:{DENIAL})\b")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a text claims, each claim in one canonical form."""

    numbers: frozenset[str]
    measures: frozenset[tuple[str, str]]
    levels: frozenset[float]
    words: frozenset[str]

    def beyond(self, other: Claims) -> str:
        """Name the kind of the first claim that another text does not make; empty when it makes them all."""
        pairs = (
            ("level", self.levels, other.levels),
            ("number", self.numbers, other.numbers),
            ("measure", self.measures, other.measures),
            ("word", self.words, other.words),
        )
        return next((name for name, ours, theirs in pairs if not ours <= theirs), "")

    @property
    def figures(self) -> frozenset[object]:
        """The numbers, measures and levels, without the words around them."""
        return frozenset[object]((*self.numbers, *self.measures, *self.levels))


def clean(text: str) -> str:
    """Give a text in plain characters: no invisible ones, no look-alike digits, one kind of space."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs"))


def with_digits(text: str) -> str:
    """Write the numbers of a text in digits: "deux ans" as "2 ans", "1 801" as "1801", "bac plus 5" as "bac + 5"."""
    text = ONE.sub("1", BOTH.sub("les", clean(text)))
    text = NUMBER_WORD.sub(lambda word: str(WORDS[word.group().lower()]), text)
    text = re.sub(r"\b(bac(?:calauréat)?)\s*plus\s*(?=\d)", r"\1 + ", text, flags=re.IGNORECASE)
    return THOUSANDS.sub("", text)


def find_claims(text: str) -> Claims:
    """Find the claims of a text."""
    text = with_digits(text)
    folded = fold(text)
    numbers, measures = set(SPELT.findall(folded)), set()
    for found in NUMBER.finditer(folded):
        number = found.group().replace(".", ",")
        numbers.add(number)
        unit = UNIT.match(folded, found.end()) or RANGE.match(folded, found.end())
        if unit and unit.lastgroup:
            measures.add((number, unit.lastgroup))
    measures |= {(number, "niveau") for number in LEVEL.findall(folded)}
    words = set(TYPES.findall(folded))
    words |= {name for name, pattern in QUALIFIERS.items() if pattern.search(folded)}
    levels = frozenset(level.rank for level in levels_in(text) if level.rank is not None)
    return Claims(frozenset(numbers), frozenset(measures), levels, frozenset(words))


def denies(text: str, *, flatly: bool = False) -> bool:
    """Whether a text holds a negation; flatly: of its verb, "sans" aside."""
    return bool((FLAT_DENIAL if flatly else NEGATION).search(fold(text)))
