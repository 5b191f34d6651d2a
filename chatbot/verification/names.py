"""The sheets in; what a sentence names out: métiers and formations, diplomas, proper names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from chatbot.catalogue import Catalogue, fold
from chatbot.evidence import content_words
from chatbot.sheets import FORMATION, METIER, Sheet

TOKEN = re.compile(r"[a-z0-9+#]+")
LONGEST_NAME = 12  # words
# What a diploma's name opens with; the words after it, up to a stop, belong to the name.
DIPLOMA = re.compile(
    r"\b(?:cap|capa|bep|bp|bma|bts|btsa|dut|deust|licences?|masters?|masteres?|doctorats?|bachelors?|bac (?:pro|techno)"
    r"|bac|brevets?|diplomes?|certificats?|titres?|mentions?|ecoles?|prepas?|instituts?|universites?|sections?)\b"
    r"(?P<name>(?:[ '-]+[a-z0-9]+){0,6})"
)
LINKS = frozenset(("de", "du", "des", "d", "en", "l", "la", "le", "mention", "specialite", "option", "parcours"))
CAPITALISED = re.compile(r"(?<![\w'’-])[A-ZÀ-ÖØ-Þ][\w&'’-]*")
OPENS = re.compile(r"(?:^|[.!?:…]|^- |\*\*|[«(\"])\s*$")


def split_words(text: str) -> list[str]:
    """Give the words and numbers of a text, folded."""
    return TOKEN.findall(fold(text))


def names_of(sheet: Sheet) -> tuple[str, ...]:
    """Give every name of a sheet, folded."""
    forms = [sheet.title, sheet.sigle, *(form for name in sheet.names for form in name.forms)]
    return tuple(dict.fromkeys(fold(form) for form in forms if form))


class KnownNames:
    """Finds the names of sheets, and the words of diplomas' titles, in a sentence."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._sheets: dict[str, set[str]] = defaultdict(set)
        self._title_words: set[str] = set()
        self.of_sheet = {sheet.sheet_id: names_of(sheet) for sheet in catalogue.values()}
        self._first = {
            sheet.sheet_id: sheet.names[0].forms if sheet.names else (sheet.title,)
            for sheet in catalogue.of_kind(METIER)
        }
        for sheet in catalogue.values():
            for name in self.of_sheet[sheet.sheet_id]:
                words = split_words(name)
                # A school's course may be titled "droit" or "commerce": one word names no formation.
                if words and (sheet.kind == METIER or len(words) > 1):
                    self._sheets[" ".join(words)].add(sheet.sheet_id)
            titles = [sheet.title] if sheet.kind == FORMATION else [link.title for link in sheet.formations]
            for title in titles:
                self._title_words |= content_words(title)

    def heads_of(self, sheet_id: str) -> set[str]:
        """Give the first words of the names that a métier goes by first."""
        return {split_words(name)[0] for name in self._first.get(sheet_id, ()) if split_words(name)}

    def find(self, text: str) -> dict[str, Collection[str]]:
        """Give the names that a text holds, each with the IDs of its sheets; one inside a longer one is left out."""
        words = split_words(text)
        found: dict[str, Collection[str]] = {}
        covered = 0
        for start in range(len(words)):
            for end in range(min(len(words), start + LONGEST_NAME), max(start, covered), -1):
                name = " ".join(words[start:end])
                if name in self._sheets:
                    found[name] = self._sheets[name]
                    covered = end
                    break
        return found

    def diploma_words(self, text: str) -> Iterator[str]:
        """Give the stems that name a diploma: the word next to its type, and those after it that titles hold."""
        for diploma in DIPLOMA.finditer(re.sub(r"[^a-z0-9' \n.,;:()-]", " ", fold(text))):
            words = split_words(diploma["name"])
            following = next((word for word in words if word not in LINKS), "")
            yield from content_words(following)
            yield from sorted(content_words(" ".join(words)) & self._title_words)


def proper_names(text: str) -> list[str]:
    """Give the words of a sentence that have a capital without opening it, and its sigles."""
    names = []
    for found in CAPITALISED.finditer(text):
        word = found.group()
        sigle = len(word) > 1 and word.isupper()
        if sigle or not OPENS.search(text[: found.start()]):
            names.append(word)
    return names
