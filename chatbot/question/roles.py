"""The part a name plays: asked about, already had ("je suis en bac pro…"), or refused ("pas prof d'eps")."""

import json
import re
from pathlib import Path

from chatbot.catalogue import fold
from chatbot.sheets import METIER

DATA = Path(__file__).parent.parent / "data" / "roles.json"
# Words before a name that tell its part, folded; little words may stand between them and the name.
BEFORE: dict[str, str] = {
    role: "|".join(words) for role, words in json.loads(DATA.read_text(encoding="utf-8")).items()
}
WANTED = re.compile(rf"(?:{BEFORE['wanted']})\s*(?:un|une|le|la|l'|les|d'|de|du|des|metier de)?\s*$")
HAD = re.compile(
    rf"(?:{BEFORE['had']})\s*(?:(?:un|une|mon|ma|son|sa|le|la|l'|les|d'|de|d'un|d'une|du|des|en|au|actuellement|deja|eu"
    r"|juste|aujourd'hui|que|eleve en|etudiante? en|bientot|licence|l\d) ?)*$"
)
NOT_WANTED = re.compile(
    rf"\b(?:{BEFORE['not_wanted']})\s*(?:(?:simple|un|une|le|la|les|du|d'|de|d'un|d'une|mon|ma|etre|devenir) ?)*$"
)
# "Comptable de 42 ans, je veux…", "Bonjour, infirmière, je suis tentée par…": who speaks, not what is asked.
OPENS = re.compile(
    r"\W*(?:(?:bonjour|bjr|salut|slt|madame|monsieur|hello|re|a \d+ ans|\d+ ans|mon fils|ma fille|mon mari"
    r"|ma femme|je suis)\W*)*"
)
APPOSITION = re.compile(
    r"\s*(?:(?:cap|bac pro|bts)\b\s*)?"
    r"(?:,|de \d+ ans|depuis|\d+ ans|en |dans |avec |chez |du |btp|junior|senior|passionne)"
)
WISHES = re.compile(
    r"\b(?:je|j') ?(?:veux|voudrais|aimerais|souhaite\w*|vise|reve|cherche|songe|pense|prefere|suis tentee?"
    r"|me former|envisage)|\bcomment (?:passer|rejoindre|evoluer|devenir|glisser)|\bpuis-je\b|\benvie de\b"
    r"|\b(?:je (?:suis une?|recois|accompagne|conseille|renseigne|m'occupe)|j'accompagne)\b"
    r"|\breconver\w*|\bjveux|\bvoudrais\b|\baimerais\b"
)
# "rester à l'hôpital plutôt qu'ouvrir une officine": what is said from here to the end of the clause is not wanted.
REFUSED = re.compile(
    r"\b(?:plut[oô]t qu(?:e\b|['’])|au lieu d(?:[eu]\b|['’])|[aà] la place d(?:[eu]\b|['’]))[^.,;:!?()]*", re.IGNORECASE
)
SENTENCE_END = re.compile(r"[.!?](?=\s)")
AGED = re.compile(r"\bj'ai \d+ ans,?$")
AIMED_AT = re.compile(r"(?:devenir|pour|voudrais|veux|aimerais|souhaite|envie|reve)\b[^,]*$")
NEAR_BEFORE, NEAR_AFTER = 45, 30  # characters around a name that may tell its part
IN_POSSESSION = re.compile(r"^\W*(?:en poche|depuis|obtenu|deja|de formation)\b")


def role_of(message: str, start: int, end: int, kind: str) -> str:
    """Tell the role of a name by the words around it: "wanted", "had", "not_wanted" or "" when nothing tells."""
    before = fold(message[max(0, start - NEAR_BEFORE) : start]) + " "
    # "Infirmière, je veux devenir…": a comma ends what speaks of a métier, and not of "un bac pro, un BTS".
    before = re.split(r"[.!?;:,](?= )" if kind == METIER else r"[.!?;:](?= )", before)[-1].strip()
    after = fold(message[end : end + NEAR_AFTER])
    if kind == METIER and APPOSITION.match(after):
        opens = OPENS.fullmatch(fold(message[:start])) and WISHES.search(fold(message[end:]))
        if opens or AGED.search(fold(message[max(0, start - 20) : start])):
            return "had"
    if NOT_WANTED.search(before):
        return "not_wanted"
    if IN_POSSESSION.match(after) or (HAD.search(before) and not AIMED_AT.search(before)):
        return "had"
    return "wanted" if WANTED.search(before) else ""


def tells_who_speaks(message: str, start: int, end: int) -> int:
    """Tell where the sentence ends that a métier in apposition opens ("Maçon, au chômage depuis l'hiver."), or -1."""
    sentence_end, after = SENTENCE_END.search(message, end), fold(message[end : end + NEAR_AFTER])
    if sentence_end and OPENS.fullmatch(fold(message[:start])) and APPOSITION.match(after):
        return sentence_end.end()
    return -1


def without_refused(message: str) -> str:
    """Take out of a message the clauses that say what is not wanted, where that leaves anything."""
    return REFUSED.sub(" ", message).strip() or message
