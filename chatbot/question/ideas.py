"""A message in; whether it tells a taste and asks for ideas of métiers, in the many ways that people do, out."""

import re

from chatbot.catalogue import fold

SEVERAL_METIERS = re.compile(
    r"\b(?:quel(?:le)?s?|des|d'|de|idees?|pistes?|plusieurs|quelques|autres|liste d\w*|les) (?:\w+ )?"
    r"(?:metiers|boulots|jobs|tafs|pistes|idees|options|possibilites)\b"
    r"|\b(?:idees?|pistes?) ?\?|\bviser quoi\b|\bquoi comme (?:metiers?|boulots?|job|taf)"
    r"|\b(?:cherche|voudrais|veux|aimerais|souhaite|trouver|jveux|veut|voudrait) (?:faire )?un (?:\w+ )?"
    r"(?:metier|boulot|taf|job|travail) (?:\w+ )?(?:ou|qui|dehors|dans|avec|sans|du|de)\b"
)
BARE_WISH = re.compile(r"\W*(?:plutot )?un (?:metier|boulot|taf|job|travail) (?!de |d'|du |comme )\w+(?: \w+)?\W*")
ADVICE = re.compile(r"\b(?:propose|conseill|vois|voyez|recommand|sugger)\w*\b")
KIN = re.compile(
    r"\b(?:mon|ma|mes|notre|nos|son|sa|ses|votre|vos) (?:\w+ )?(?:fils|filles?|ado\w*|enfants?|neveux?|nieces?|freres?"
    r"|soeurs?|garcons?|gamine?s?|gosses?|eleves?)\b"
)
LIKES = re.compile(
    r"\b(?:aim(?:e|es|ent|ait|ais|erait|erais)|j?ador\w*|passion\w*|j?kiff?\w*|fan d|accro|mordue?s? d|dingues? d"
    r"|fou de|folle de|douee?s?|(?:forte?|bonn?e?)s? (?:en|avec|pour)|ne jure que|branchee?s?|rev(?:e|es|ent) d"
    r"|attir\w+|interess\w+|plai(?:t|sent|rait)|gout pour|tout le temps)\b"
    r"|\b(?:un|des|les|quels) metiers? (?:\w+ )?(?:en rapport|en lien|autour|lies?)\b"
)
WISHES = re.compile(
    r"\b(?:jve(?:u|ux|ut)|veux|veut|voudrais|voudrait|aimerais|aimerait|cherche|souhaite|envie d) ?"
    r"(?:de |d'|faire |trouver |exercer |m'|s'|me |se )*(?:une? (?:\w+ )?(?:metier|boulot|taf|job|travail|voie)"
    r"|(?!devenir|etre|avoir|savoir|connaitre|comprendre|passer|preparer|obtenir|integrer|entrer|suivre|reprendre"
    r"|continuer|arreter|inscri|orienter|poursuivre|rester|gagner|faire)\w{3,}(?:er|ir|re))\b"
)
OF_SOMEBODY = re.compile(rf"{KIN.pattern}|\b(?:il|elle|je suis|jsuis|c'est|j'ai|j'etais)\b")
ASKS = re.compile(
    r"\b(?:idees?|pistes?|suggestions?|possibilites|options|propositions?|(?:propos|conseil|sugger|recommand|orient)\w*"
    r"|quoi (?:faire|devenir)|(?:faire|fais|fait|fera|devenir|viser) quoi|quoi plus tard"
    r"|que (?:(?:peut|peux|pourrait|pourrais|puis)(?:[- ]?t)?[- ](?:il|elle|on|je|tu) )?(?:faire|viser)"
    r"|(?:quels?|une?|les) (?:\w+ )?(?:metiers?|boulots?|jobs?|tafs?|travail|carrieres?|voies?)\b(?! (?:de |d'|du ))"
    r"|pens\w+ (?:vous )?a quoi|ave[sz](?:[- ]vous)? quoi|as quoi|men\w+ (?:a|vers) quoi"
    r"|quoi (?:ca|cela) (?:peut |pourrait )?men\w+|(?:vers|dans) quoi"
    r"|(?:lui|me|leur) (?:plaire|plairait|convenir|correspondre)|faits? pour (?:moi|lui|elle))\b"
)
ASKING_WORD = re.compile(r"(?:idees?|pistes?|suggestions?|conseils?|propositions?)")  # no slip of a name
# Words that only ask: of no use to a search for what is wished for ("des pistes ?" is no wish to ski).
ASKING = re.compile(
    r"\b(?:(?:des|une|d'autres|quelles|vos|tes) )?(?:idées?|idees?|pistes?|suggestions?|possibilités|conseils?)\b"
    r"|\b(?:tu|vous|que|qu'est-ce que)?(?: (?:me|m'|lui|nous|leur))? ?(?:propos|conseill|sugg|recommand|orient)\w*\b"
    r"|\b(?:mon|ma|notre) (?:fils|fille|ado|enfant|neveu|nièce|élève)\b",
    re.IGNORECASE,
)


def tells_taste(message: str, tasteful: bool) -> bool:
    """Whether a message tells what somebody likes or wishes; `tasteful` when tastes or settings are found in it."""
    text = fold(message)
    return bool(LIKES.search(text) or WISHES.search(text) or (tasteful and OF_SOMEBODY.search(text)))


def asks_ideas(message: str) -> bool:
    """Whether a message asks for ideas, however it says so."""
    return bool(ASKS.search(fold(message)))


def without_asking(message: str) -> str:
    """Take out of a message the words that only ask for ideas, and for whom."""
    return " ".join(ASKING.sub(" ", message).split())
