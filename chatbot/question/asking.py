"""A message in; whether it asks, aims, goes on with what was asked, or leans on what is being talked about, out."""

import re

from chatbot.catalogue import fold

# "devenir zorglubeur", "le salaire d'un zorglubeur": where only a métier is named, with its one or two words.
NAMED_METIER = re.compile(
    r"\b(?:devenir|[êe]tre|m[ée]tier (?:de |d')|gagne (?:un|une)|salaire (?:d'un|d'une|de|d')|pay[ée]e? (?:un|une)"
    r"|travail (?:de |d')|fait (?:un|une))\s*(?:un |une |le |la |l')?((?!qu|d[ée]part\b|d[ée]but|base\b|embauche\b"
    r"|sortie\b|entr[ée]e\b)[^\W\d_]{5,}(?: [^\W\d_]{4,})?)",
    re.IGNORECASE,
)
SAME_NEED = re.compile(r"(?:et|ou|sinon|alors|pareil|pour|chez|le|la|l'|les|un|une|du|de|d'|\W)+")  # "et pour le… ?"
GOES_ON = re.compile(  # "et à l'hôpital ?", "et si elle préfère la cryptologie ?", but not "et passerelle ?"
    r"\W*(?:(?:et|ou|sinon|alors|pareil|mais|non)\W+)*(?:pour|plutot|avec|sans|chez|dans|en|a|au|aux|le|la|les|l'|une?|des"
    r"|celui|celle|ceux|du|de|d'|si (?:\w+ )?prefer\w+)\b"
)
ASKS = re.compile(
    r"\?|\b(?:est[- ]ce|quoi|koi|quel\w*|combien|cb|comment|pourquoi|quand|faut|peut|peux|puis|dois|doit|si|savoir|sait"
    r"|explique\w*|dis|dites|minimum|requis\w*|what|how|which|is|do|does|can)\b"
)
AIMS = re.compile(r"\b(?:veux|veut|voudrai[st]|aimerai[st]|souhaite|vise|reve)\b")
WISH = re.compile(
    r"\b(?:j(?:e )?veux|j(?:e )?voudrais|j'?aimerais|je souhaite|je vise|j(?:e )?reve|pour devenir|pour etre"
    r"|je cherche|(?:veut|voudrait|aimerait|souhaite))\b"
)
SHIFT = re.compile(r"\b(?:prefer\w+|plutot|interess\w*|a la place|et (?:si|la|le|les|en)\b|et l')")
# "On peut le faire à distance ?", "il y a des enfants ?": asked of what is talked about, whatever else holds the word,
LEANS = re.compile(
    r"\W*(?:(?:et|mais|sinon|alors|ok|du coup|est[- ]ce|es[- ]ce|combien|pourquoi|quand|qu[e']?) ?)*"
    r"(?:on|c'est|cest|c|ca|cela|il|ils|elle|elles|y|faut|fo|je (?:peux|pourrais|dois)|peut-on|faut-il|a-t-on|t'as)\b"
    r"|[^.!?]*\b(?:chez eux|la[- ]dedans|avec ca|ce (?:metier|boulot|travail)|cette formation)\b"
)
# but for what describes a métier or another wish.
DESCRIBES = re.compile(
    r"\b(?:qui|celui|celle|ceux|un(?:e)? autre|(?:quels?|un|le|les|du) (?:metiers?|boulots?|tafs?|jobs?)"
    r"|formations?|diplomes?|ecoles?|bosser|travailler) (?!la\b|ca\b|en\b|a\b|de\b|le\b|avec\b|seul)\w"
)


def asks(message: str) -> bool:
    """Whether a message asks something, in whatever words."""
    return bool(ASKS.search(fold(message)))


def aims(message: str) -> bool:
    """Whether a message tells what somebody wants to become or do."""
    return bool(AIMS.search(fold(message)))


def leans(text: str, be_good: bool) -> bool:
    """Whether a folded message asks of what is being talked about, and describes or names no other métier.

    `be_good`: it asks what one must be good at, so that "être sportif" names none.
    """
    named = NAMED_METIER.search(text) and not be_good
    return bool(LEANS.match(text)) and not named and not any(p.search(text) for p in (SHIFT, WISH, DESCRIBES))
