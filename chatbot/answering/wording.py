"""French wording shared by all answers: names of métiers in both genders, elision, levels in full, short excerpts."""

import re

from chatbot.catalogue import fold
from chatbot.evidence import split_sentences
from chatbot.sheets import CERTIFICATION_RANKS, FORMATION, Niveau, Sheet

EXCERPT_LENGTH = 220
NIVEAU = "Niveau d'accès minimum"  # the field of a métier's level, as sheets call it
VOWEL = re.compile(r"[aeiouyhâàéèêëîïôûœ]", re.IGNORECASE)
BREAKABLE = re.compile(r" (?=[:;?!»])|(?<=«) ")
# Names with an aspirated h that open a métier title of the corpus.
ASPIRATED = ("hockey", "handball", "hacker", "harpiste", "haut", "huit", "hacking")


def name_of(sheet: Sheet) -> str:
    """Name a métier in both genders ("toiletteur ou toiletteuse d'animaux"), a formation by its title."""
    if sheet.kind == FORMATION or not sheet.names:
        return sheet.title
    name = sheet.names[0]
    masculine, feminine = name.masculine or name.label, name.feminine or name.label
    if masculine == feminine:
        return masculine
    ours, theirs = masculine.split(" "), feminine.split(" ")
    if len(ours) == len(theirs):
        last = max(place for place, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1])
        if ours[last + 1 :] == theirs[last + 1 :]:
            return " ".join([*ours[: last + 1], "ou", *theirs])
    return f"{masculine} ou {feminine}"


def short_name_of(sheet: Sheet) -> str:
    """Name a métier in one form, for tables and suggestions: the masculine of the sheet, or its title."""
    if sheet.kind == FORMATION or not sheet.names:
        return sheet.title
    return sheet.names[0].masculine or sheet.title


def named_as(sheet: Sheet, message: str) -> str:
    """Name a métier as the message does when it uses one of its gendered forms, else in both genders."""
    text = f" {fold(message)} "
    if sheet.kind != FORMATION and sheet.names:
        for form in (sheet.names[0].feminine, sheet.names[0].masculine):
            if form and re.search(rf"\b{re.escape(fold(form))}\b", text):
                return form
    return name_of(sheet)


def than(name: str) -> str:
    """Put 'que' or 'qu'' before a name."""
    return f"qu'{name}" if _elides(name) else f"que {name}"


def of(name: str) -> str:
    """Put 'de' or 'd'' before a name."""
    return f"d'{name}" if _elides(name) else f"de {name}"


def _elides(name: str) -> bool:
    return bool(VOWEL.match(name)) and not name.lower().startswith(ASPIRATED)


def niveau_in_full(niveau: Niveau) -> str:
    """Say a level in full words, bold: '**bac + 5**', 'aucun diplôme'."""
    return f"**{niveau.text}**"


def exit_level(sheet: Sheet) -> str:
    """Say the level of a formation: "niveau 5 (bac + 2)", "non inscrit au RNCP, bac + 6"; empty if unsaid."""
    level = sheet.niveau.text if sheet.niveau else ""
    if sheet.certification.startswith("niveau"):
        return f"{sheet.certification} ({level})" if level else sheet.certification
    return f"{level}, {sheet.certification}" if level and sheet.certification else level or sheet.certification


def level_of(sheet: Sheet) -> str:
    """Say the minimum level of a métier, the exit level of a formation; empty if unsaid."""
    return exit_level(sheet) if sheet.kind == FORMATION else sheet.niveau.text if sheet.niveau else ""


def summary_of(sheet: Sheet, length: int) -> str:
    """Give the first sentence of what presents a sheet, without its full stop; empty if nothing does."""
    text = sheet.text_of("Présentation") or sheet.text_of("Description")
    first = next(iter(split_sentences(text.replace("\n", " "))), "")
    return end_sentence(shorten(plain(first), length))


def rank_of(sheet: Sheet) -> float | None:
    """Give the years after the bac of a métier's minimum level, of a formation's exit level or certification."""
    if sheet.niveau and sheet.niveau.rank is not None:
        return sheet.niveau.rank
    return CERTIFICATION_RANKS.get(sheet.certification)


def shorten(text: str, length: int = EXCERPT_LENGTH) -> str:
    """Cut a text at a word, with '…' where words are left out."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return re.sub(r"[\s,;:(]+\S*$", "", text[:length]) + "…"


def capital(text: str) -> str:
    """Start a text with a capital."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Start a text in lower case, sigles aside."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def end_sentence(text: str) -> str:
    """Take the full stop off a text, so that a marker can stand before it."""
    return text.rstrip().rstrip(".").rstrip()


def unbreak(text: str) -> str:
    """Put a space where no line may break beside the French punctuation that has one."""
    return BREAKABLE.sub("\u00a0", text)


def plain(text: str) -> str:
    """Take out of a sheet's words what Markdown would read as markup."""
    return re.sub(r"[*_|`<>\[\]]", " ", text).replace("  ", " ")
