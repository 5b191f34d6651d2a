"""What a message fixes about levels and diplomas: "CAP max", "sans le bac", "à bac + 5", "quel BTS"."""

import re
from dataclasses import dataclass
from functools import lru_cache

from chatbot.catalogue import fold

# Diploma words as people write them (folded), and the type that they name in the words of the sheets.
DIPLOMAS: tuple[tuple[str, str], ...] = (
    (r"cap a|capa|cap agricoles?", "CAP agricole"),
    (r"caps?", "CAP"),
    (r"beps?", "BEP"),
    (r"brevets? professionnels?|bp(?!jeps)", "BP"),
    (r"bacs? pros?|bacs? professionnels?|baccalaureats? professionnels?", "bac pro"),
    (r"bacs? technos?|bacs? technologiques?", "bac techno"),
    (r"bma|brevets? des metiers d'art", "BMA"),
    (r"btsa|bts agricoles?", "BTSA"),
    (r"bts", "BTS"),
    (r"deust", "DEUST"),
    (r"but|dut", "BUT"),
    (r"dn ?made", "DN MADE"),
    (r"licences? pros?|licences? professionnelles?", "licence pro"),
    (r"licences?|l3", "licence"),
    (r"bachelors?", "bachelor"),
    (r"masteres? spe\w*|masteres?", "mastère"),
    (r"masters?|m2|m1", "master"),
    (r"ecoles? d'ingenieurs?|diplomes? d'ingenieurs?|ecoles? d'inge", "diplôme d'ingénieur"),
    (r"ecoles? de commerce|grandes? ecoles? de commerce", "diplôme d'école de commerce"),
    (r"doctorats?|theses?", "doctorat"),
    (r"certificats? de specialisation|mentions? complementaires?|cs|mc", "CS"),
    (r"titres? pros?|titres? professionnels?|tp", "TP"),
    (r"diplomes? d'universite|diplomes? universitaires?|du", "DU"),
    (r"bpjeps|dejeps|desjeps", "JEPS"),
    (r"brevets? de maitrise|bm", "BM"),
    (r"btm", "BTM"),
)
DIPLOMA_NAMES = tuple((re.compile(rf"(?<![\w'])(?:{pattern})(?!\w)"), name) for pattern, name in DIPLOMAS)
SIGLES = ("BUT", "DU", "CS", "TP", "BM", "BP")  # words of every day, but in capitals
NUMBERS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10,
}  # fmt: skip
YEARS = rf"(?P<years>\d{{1,2}}|{'|'.join(NUMBERS)}) (?:ans?|annees?)"
LEVEL = re.compile(
    rf"\bbac ?\+ ?(?P<plus>\d)\b|\b{YEARS}(?: d'etudes?)?(?: max\w*| maxi)?(?: (?:apres|post) (?:le )?bac)?"
    r"|\b(?P<cap>cap|bep)\b|\b(?P<bts>bts|btsa|dut)\b|\b(?P<but>but|licence|bachelor)\b|\b(?P<master>master)\b"
    r"|\b(?P<brevet>brevet(?! (?:pro|des)))\b|\b(?P<bac>bac)\b(?! ?\+)"
)
CEILING = re.compile(
    r"\b(?:max\w*|au plus|pas plus|plus de|depasser|depasse|jusqu'?(?:au?|a)|m'?arreter|arreter|au dela"
    r"|grand maximum|ou moins|niveau|avec (?:un|le|juste|seulement)|juste|que le|seulement|j'ai (?:un|le|mon)"
    r"|apres (?:un|le|mon)|suis en)\b"
)
FLOOR = re.compile(r"\b(?:a|niveau|en)\b ?$")
AT_LEAST_BEFORE = re.compile(r"\b(?:au moins|minimum)(?: (?:un|le|a))? ?$")
AT_LEAST_AFTER = re.compile(r" ?(?:mini|minimum|au moins|(?:et|ou) plus)\b")
FAILED = re.compile(r"\b(?:rat|loup|echou)\w+ (?:\w+ )?$")
NO_BAC = re.compile(
    r"\b(?:sans|pas) (?:(?:le|mon|avoir le|passer le|eu le|de) )?bac\b(?! ?\+)"
    r"|\b(?:pas|jamais) eu (?:le|mon) bac\b|\bn'ai pas (?:le )?bac\b"
)
NO_DIPLOMA = re.compile(r"\b(?:sans|aucun|pas de|pas d') ?(?:le moindre |aucun )?(?:diplomes?|qualifications?)\b")
SHORT = re.compile(
    r"\b(?:pas|sans|evit\w+|moins|deteste|aime pas)\b[^.!?]{0,30}\b(?:longues? etudes?|etudes? (?:trop "
    r"|tres )?longues?|trop d'etudes)\b|\betudes? (?:assez |plutot )?courtes?\b|\bsans (?:faire d')?etudes\b"
    r"|\b(?:l'ecole|les etudes)\b[^.!?]{0,12}\bpas (?:mon truc|pour moi)\b"
    r"|\bpas (?:envie )?(?:de )?(?:faire )?(?:d'|des |trop d')?etudes\b|\bpas (?:trop |tres )?scolaire\b"
    r"|\baim\w+ pas (?:trop |beaucoup |vraiment )?(?:l'ecole|les etudes|etudier)\b|\bvite (?:travailler|bosser)\b"
    r"|\b(?:pas|sans|evit\w+|hors de question)\b[^.!?]{0,25}\b(?:\d|deux|trois|quatre|cinq) ans d'(?:ecole|etudes)\b"
)
LONG = re.compile(
    r"\b(?:longues etudes|etudes longues)\b[^.!?]{0,25}\b(?:me (?:font|fait) pas peur|pas de probleme|ok)\b"
)
AFTER_3E = re.compile(r"\bapres (?:la |ma |sa )?(?:3 ?e(?:me)?|troisieme)\b|\bdes la (?:3e|troisieme)\b")
AFTER_BAC = re.compile(r"\bapres (?:le |mon |son |un )bac\b(?! (?:pro|techno))|\bpost[- ]bac\b")
RANKS = {
    "cap": -2.0, "bac": 0.0, "bts": 2.0, "but": 3.0, "licence": 3.0, "bachelor": 3.0, "master": 5.0, "doctorat": 8.0,
}  # fmt: skip
BREVET = -3.0
A_LEVEL = r"(?:bac ?\+ ?\d|" + "|".join(RANKS) + r")\b(?! (?:pro|techno))"
RANGE = re.compile(
    rf"\b(?:du|de|depuis|entre|a partir du)(?: (?:le|un|niveau))* (?P<from>{A_LEVEL})[^.?!]{{0,12}}?"
    rf"\b(?:au|a|jusqu'au|et)(?: (?:le|un|niveau))* (?P<to>{A_LEVEL})"
)
AT_LEVEL = re.compile(
    rf"\b(?:jusqu'au|jusqu'a|niveaux?|en|a|au niveau)(?: (?:le|un|de))* (?P<at>{A_LEVEL}(?<!bts)(?<!but)(?<!licence)"
    r"(?<!bachelor)(?<!master)(?<!doctorat)|bac(?= pro| techno))|\b(?P<plus>bac ?\+ ?\d)\b"
)
UP_TO = re.compile(r"\bjusqu'(?:au|a)\b|\bdu plus court\b|\bau plus\b|\bmax")
SHORTER = re.compile(
    r"\b(?:plus (?:court|rapide|vite)\w*|moins (?:longu?e?s?\b|d'(?:etudes|annees|ecole))|(?:trop|tres) longu?e?s?\b"
    r"|(?:trop|tant) d'(?:etudes|annees))"
)
DOWN = (5.0, 3.0, 2.0, 0.0, -2.0)  # where studies end, the longest first
DURATION = re.compile(
    r"\b(?:formation|specialisation|cursus|diplome|ecole|annee)s?\b[^.?!]{0,25}?"
    rf"\b(?:en|d'|de|sur) ?{YEARS}\b"
)


@dataclass(frozen=True, slots=True)
class Levels:
    """Bounds in years after the bac, both inclusive; `said` is the bound in French, to say it back."""

    lowest: float | None = None
    highest: float | None = None
    said: str = ""

    @property
    def bounded(self) -> bool:
        """Whether there is a bound."""
        return self.lowest is not None or self.highest is not None

    def hold(self, rank: float | None) -> bool:
        """Whether a level lies within the bounds; one that is not known only does where there are none."""
        if rank is None:
            return not self.bounded
        return (self.lowest is None or rank >= self.lowest) and (self.highest is None or rank <= self.highest)


def parse_years(text: str) -> int:
    """Read '3' or 'trois'."""
    return int(text) if text.isdigit() else NUMBERS[text]


def find_levels(message: str) -> Levels:
    """Find the level that a message bounds its wishes with; no bounds when it states none."""
    text = fold(message).replace("bac+", "bac +")
    if NO_DIPLOMA.search(text):
        return Levels(None, -2.0, "sans diplôme ou avec un CAP")
    if NO_BAC.search(text):
        return Levels(None, -1.0, "sans le bac")
    ceilings = []
    for found in LEVEL.finditer(text):
        rank = _rank(found)
        before, after = text[max(0, found.start() - 40) : found.start()], text[found.end() : found.end() + 20]
        if rank is None:
            continue
        if re.search(r"\b(?:trop|pas|sans|apres)\b ?$", before) and not re.search(r"plus", before[-12:]):
            continue
        if FAILED.search(before):
            continue
        if AT_LEAST_BEFORE.search(before) or AT_LEAST_AFTER.match(after):
            return Levels(rank, None, _say(rank, "au moins "))
        said_most = re.search(r"\bmax", found.group()) or re.match(r" ?(?:max|ou moins|au plus|grand max)", after)
        if said_most or CEILING.search(before):
            ceilings.append(rank)
        elif found.group("plus") and FLOOR.search(before):
            return Levels(rank, rank, _say(rank, ""))
        elif found.group("cap") or found.group("plus"):
            ceilings.append(rank)
    if ceilings:
        return Levels(None, max(ceilings), _say(max(ceilings), "au plus "))
    if SHORT.search(text) and not LONG.search(text):
        return Levels(None, 0.0, "sans longues études")
    if AFTER_3E.search(text):
        return Levels(None, 0.0, "après la 3e")
    return Levels()


def find_shorter(message: str, rank: float | None) -> Levels:
    """Find the bound below a level when a message asks for shorter studies ("un truc plus court ?"), else none."""
    if rank is None or not SHORTER.search(fold(message)):
        return Levels()
    below = next((lower for lower in DOWN if lower < rank), DOWN[-1])
    return Levels(None, below, _say(below, "au plus "))


def find_diploma_levels(message: str) -> Levels:
    """Find the level of the diplomas that are asked for: "à bac + 3", "du CAP au BTS", "jusqu'au bac"."""
    text = fold(message).replace("bac+", "bac +")
    ranged = RANGE.search(text)
    if ranged:
        lowest, highest = sorted(_rank_of_word(ranged.group(bound)) for bound in ("from", "to"))
        return Levels(lowest, highest, "")
    if AFTER_3E.search(text) or NO_BAC.search(text):
        return Levels(None, 0.0 if AFTER_3E.search(text) else -1.0, "")
    levels = [_rank_of_word(found.group("at") or found.group("plus")) for found in AT_LEVEL.finditer(text)]
    if levels:
        return Levels(None if UP_TO.search(text) else min(levels), max(levels), "")
    return Levels(1.0, None, "") if AFTER_BAC.search(text) else Levels()


def find_duration(message: str) -> str:
    """Find how long the training asked for lasts, as sheets write it: "1 an" for "une formation en un an"."""
    found = DURATION.search(fold(message))
    if not found:
        return ""
    years = parse_years(found.group("years"))
    return f"{years} an{'s' if years > 1 else ''}"


def without_diploma_types(message: str) -> str:
    """Take the words of diploma types out of a message, folded: what is left is its field."""
    text = fold(message)
    for pattern, name in DIPLOMA_NAMES:
        text = text if name in SIGLES else pattern.sub(" ", text)
    return " ".join(text.split())


@lru_cache(64)
def find_diploma_types(message: str) -> tuple[str, ...]:
    """Name the types of diploma that a message speaks of, in its order; longer names win ("BTS agricole")."""
    text = fold(message)
    spans: list[tuple[int, int, str]] = []
    for pattern, name in DIPLOMA_NAMES:
        for found in pattern.finditer(text):
            if name in SIGLES and not _is_sigle(message, found.start(), found.end()):
                continue
            if not any(start < found.end() and found.start() < end for start, end, _ in spans):
                spans.append((found.start(), found.end(), name))
    return tuple(dict.fromkeys(name for _, _, name in sorted(spans)))


def _is_sigle(message: str, start: int, end: int) -> bool:
    """'but', 'du', 'cs' are words or sigles: capitals decide, or a longer name than the sigle."""
    return end - start > 4 or message[start:end].isupper()


def _rank(found: re.Match[str]) -> float | None:
    """Give the years after the bac of a level that LEVEL finds; None for years that are not of studies."""
    if found["plus"]:
        return float(found["plus"])
    if found["years"]:
        after = found.string[found.end() :]
        said = re.search(r"etude|bac|max", found.group()) or re.match(r" (?:d'etude|apres|max|de formation)", after)
        return float(parse_years(found["years"])) if said else None
    return BREVET if found["brevet"] else RANKS[found.lastgroup or ""]


def _rank_of_word(text: str) -> float:
    plus = re.search(r"\d", text)
    return float(plus.group()) if plus else RANKS[text.split()[0]]


def _say(rank: float, prefix: str) -> str:
    named = {BREVET: "le brevet", -2.0: "un CAP", 0.0: "le bac"}
    return f"avec {prefix}{named.get(rank, f'un bac + {rank:.0f}')}"
