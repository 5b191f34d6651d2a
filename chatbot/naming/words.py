"""A text in; its words with their places out, each with a key under which feminine, masculine and plural forms meet."""

import re
from dataclasses import dataclass
from functools import lru_cache

from chatbot.catalogue import fold

WORD = re.compile(r"[^\W_]+")
# "infirmier/ère", "infirmier·e", "infirmier(e)s": what follows the mark is an ending, not a word.
ENDING = re.compile(
    r"(?<=\w)[/·•.(\-](?:e|ère|ere|ière|iere|ne|ienne|trice|rice|se|euse|ve|le|elle|te|ète|sse|fe|ffe|se|ure|ière)s?\)?"
    r"(?:[/·.]s)?(?=$|[\s,;:?!)(\-/])",
    re.IGNORECASE,
)
# Words that may stand in a name or be left out of it without changing what is named.
LINKS = frozenset({
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "un", "une", "dans", "par",
    "pour", "sur", "chez", "ou", "the", "of", "mention", "option", "parcours", "specialite", "domaine",
})  # fmt: skip
GENDERS = (
    ("trices", "teur"), ("trice", "teur"), ("euses", "eur"), ("euse", "eur"), ("ieres", "ier"), ("iere", "ier"),
    ("iennes", "ien"), ("ienne", "ien"), ("onnes", "on"), ("onne", "on"), ("elles", "el"), ("elle", "el"),
    ("effes", "ef"), ("effe", "ef"), ("aux", "al"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: where it stands, how it is written, its folded form and its key."""

    start: int
    end: int
    raw: str
    folded: str
    key: str

    @property
    def singular(self) -> str:
        """Give the folded word without the s of its plural: "mastère" and "master" stay apart."""
        return self.folded[:-1] if len(self.folded) > 3 and self.folded[-1] == "s" else self.folded


@lru_cache(maxsize=100_000)
def key_of(folded: str) -> str:
    """Give the key of a folded word: without the marks of plural and gender ("developpeuses" → "developpeur")."""
    if len(folded) < 4 or folded.isdigit():
        return folded
    for ending, other in GENDERS:
        if folded.endswith(ending) and len(folded) > len(ending) + 2:
            return folded[: -len(ending)] + other
    if folded[-1] in "sx" and folded[-2] != "s":
        folded = folded[:-1]
    return folded[:-1] if folded[-1] == "e" and len(folded) > 3 else folded


fold_word = lru_cache(maxsize=50_000)(fold)


def split_words(text: str) -> list[Word]:
    """Split a text into words; inclusive endings after a mark belong to the word before them."""
    endings = {found.start(): found.end() for found in ENDING.finditer(text)}
    words = []
    skip = 0
    for found in WORD.finditer(text):
        if found.start() < skip:
            continue
        folded = fold_word(found.group())
        skip = endings.get(found.end(), 0)
        words.append(Word(found.start(), max(found.end(), skip), found.group(), folded, key_of(folded)))
    return words


def content_keys(text: str) -> list[str]:
    """Give the keys of a name's words, in order, without the words that link them."""
    return [word.key for word in split_words(text) if not is_link(word)]


def is_link(word: Word) -> bool:
    """Tell whether a word of a name only links others; "ET" and "DES" in capitals are sigles."""
    return word.folded in LINKS and not (len(word.raw) > 1 and word.raw.isupper())
