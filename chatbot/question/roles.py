"""The part a name plays: asked about, already had ("je suis en bac pro…"), or refused ("pas prof d'eps")."""

import re

from chatbot.catalogue import fold

WANTED = re.compile(
    r"(?:devenir|deviens|devient|devienne|etre|faire|fait|fais|exercer(?: comme)?|bosser comme|travailler "
    r"comme|embauche comme|poste de|metier de|metier d'|"
    r"travail de|boulot de|fonction de|pour (?:un|une|les|des)|comme|plutot|prefere\w*|vise\w*|interesse\w* "
    r"(?:au|a|par)|"
    r"hesite\w* entre|parle\w* (?:de|du|d')|(?:que|qu'est-ce que) fait|gagne|salaire|c'est quoi|c quoi|c koi"
    r"|en tant que|"
    r"formation de|formation d'|diplome de|etudes de|infos? sur|en savoir plus sur|poursuivre en|integrer"
    r"|entrer en|acceder au?|"
    r"m'inscrire (?:au|en)|le|la|l'|du|au|reve d'|reve de|envie d'|envie de)\s*(?:un|une|le|la|l'|les|d'|de"
    r"|du|des|metier de)?\s*$"
)
HAD = re.compile(
    r"(?:je suis|j'suis|jsuis|chuis|suis|je fais|je faisais|j'etais|j'ai|jai|j ai|titulaire|diplomee?"
    r"|actuellement|ancienn?e?|ex|il est|elle est|est (?=en)|"
    r"depuis|termin\w+|fini\w*|passe|prepare|sors d'|sors de|viens d'avoir|vient d'avoir|apres|avec|issu d'"
    r"|en poche|obtenu|avoir)"
    r"\s*(?:(?:un|une|mon|ma|son|sa|le|la|l'|les|d'|de|d'un|d'une|du|des|en|au|actuellement|deja|son|eu|juste"
    r"|aujourd'hui|que|eleve en|etudiante? en|bientot|licence|l\d) ?)*$"
)
NOT_WANTED = re.compile(
    r"\b(?:(?<!pourquoi )pas|sans etre|sans faire|plutot qu(?:e|')|au lieu d'|au lieu de|a la place d'|a la place "
    r"de|ni|quitter|"
    r"(?:aider|assister|seconder|accompagner|cotoyer|aupres d'|aupres de|aide|assistante? d'|assistante? de)"
    r"|et non|laisse tomber|par rapport a|difference avec|contrairement a|autre que|sauf|hors|marre d'|marre de)"
    r"\s*(?:(?:simple|un|une|le|la|les|du|d'|de|d'un|d'une|mon|ma|etre|devenir) ?)*$"
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
    r"|me former|envisage)|\bcomment (?:passer|rejoindre|evoluer|devenir|glisser)"
    r"|\b(?:je (?:suis une?|recois|accompagne|conseille|renseigne|m'occupe)|j'accompagne)\b"
    r"|\bpuis-je\b|\benvie de\b|\breconver\w*|\bjveux|\bvoudrais\b|\baimerais\b"
)
# "rester à l'hôpital plutôt qu'ouvrir une officine": what is said from here to the end of the clause is not wanted.
REFUSED = re.compile(
    r"\b(?:plut[oô]t qu(?:e\b|['’])|au lieu d(?:[eu]\b|['’])|[aà] la place d(?:[eu]\b|['’]))[^.,;:!?()]*", re.IGNORECASE
)
SENTENCE_END = re.compile(r"[.!?](?=\s)")
IN_POSSESSION = re.compile(r"^\W*(?:en poche|depuis|obtenu|deja|de formation)\b")


def role_of(message: str, start: int, end: int, kind: str) -> str:
    """Tell the role of a name by the words around it: "wanted", "had", "not_wanted" or "" when nothing tells."""
    before = fold(message[max(0, start - 45) : start]) + " "
    before = (
        re.split(r"[.!?;:,](?= )", before)[-1].strip()
        if kind == "metier"
        else re.split(r"[.!?;:](?= )", before)[-1].strip()
    )
    after = fold(message[end : end + 30])
    if (
        kind == "metier"
        and OPENS.fullmatch(fold(message[:start]))
        and APPOSITION.match(after)
        and WISHES.search(fold(message[end:]))
    ):
        return "had"
    aged = re.search(r"\bj'ai \d+ ans,?$", fold(message[max(0, start - 20) : start]).strip())
    if aged and kind == "metier" and APPOSITION.match(after):
        return "had"
    if NOT_WANTED.search(before):
        return "not_wanted"
    if IN_POSSESSION.match(after):
        return "had"
    if HAD.search(before) and not re.search(
        r"(?:devenir|pour|voudrais|veux|aimerais|souhaite|envie|reve)\b[^,]*$", before
    ):
        return "had"
    return "wanted" if WANTED.search(before) else ""


def tells_who_speaks(message: str, start: int, end: int) -> int:
    """Tell where the sentence ends that a métier in apposition opens ("Maçon, au chômage depuis l'hiver."), or -1."""
    sentence_end = SENTENCE_END.search(message, end)
    if sentence_end and OPENS.fullmatch(fold(message[:start])) and APPOSITION.match(fold(message[end : end + 30])):
        return sentence_end.end()
    return -1


def without_refused(message: str) -> str:
    """Take out of a message the clauses that say what is not wanted, where that leaves anything."""
    return REFUSED.sub(" ", message).strip() or message
