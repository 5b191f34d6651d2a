"""A message in; the kind of personal data that it holds out."""

import re

from chatbot.catalogue import fold

MONTHS = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+\s?\.\s?[a-z]{2,}", re.IGNORECASE)
PHONE = re.compile(r"(?<![\d,])(?:(?:\+|00)\d{2,3}[\s.-]?(?:\(0\))?|0)[1-9](?:[\s.\-/]?\d{2}){4}(?!\d)")
SECURITY = re.compile(
    r"(?<!\d)[12][\s.-]?\d{2}[\s.-]?(?:0[1-9]|1[0-2]|[2-9]\d)[\s.-]?\d[\dab](?:[\s.-]?\d{3}){2}", re.IGNORECASE
)
DATE = re.compile(
    rf"\b(?:\d{{1,2}}[\s./-]\d{{1,2}}[\s./-](?:19|20)?\d{{2}}|(?:1er|\d{{1,2}}) (?:{MONTHS}) (?:19|20)\d{{2}})\b"
)
BIRTH = re.compile(r"\b(?:nee?|naissance|anniversaire)\b")
NAMED = re.compile(r"\b(?:m'appell?e|s'appell?e|mon nom|son nom|mon prenom|prenom)\b")
NAME = re.compile(r"\b[A-ZÀ-Þ][\w'’-]+\s+[A-ZÀ-Þ][\w'’-]+")


def find_personal(message: str) -> str:
    """Name the personal data of a message: "e-mail", "phone", "social security", "name and date"; empty for none."""
    if EMAIL.search(message):
        return "e-mail"
    if PHONE.search(message):
        return "phone"
    if SECURITY.search(message):
        return "social security"
    folded = fold(message)
    if DATE.search(folded) and (BIRTH.search(folded) or NAMED.search(folded) or NAME.search(message)):
        return "name and date"
    return ""
