"""A message in; its words out, mended, each with the ways in which it may open or go on in a name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass, replace
from functools import lru_cache

from chatbot.naming.book import BARE, COURSE, NameBook
from chatbot.naming.data import Vocabulary
from chatbot.naming.spelling import RARE, Spelling
from chatbot.naming.words import LINKS, Word, is_link, key_of, split_words

SENTENCE_END = re.compile(r"\s*(?:[.?!;\n]\s|[+=])")
LINK_SIGLES = (("de",), ("du",))  # diplômes d'État and d'université, in capitals
ASKING = ("quelle", "une", "aucune")  # "quelle formation designer ?" asks for the ways to a métier
LONGEST_PHRASE = 8  # words that stand for one key: "diplôme national supérieur professionnel de la …"
REMEMBERED = 64  # messages: several parts of an answer look for the names of one
# What a reading costs: a name so read scores so much less.
JOINED, CUT, IN_FULL = 0.02, 0.03, 0.04


@dataclass(frozen=True, slots=True)
class Edge:
    """A way to read the words from one place to `end`: as these keys, at this cost."""

    end: int
    keys: tuple[str, ...]
    cost: float
    trade: bool = False  # "coiffeur" for "coiffure": only inside a diploma's name
    short: bool = False  # "compta" for "comptable": not enough by itself
    loose: bool = False  # "diplôme", "école" or "formation" without "de": only opens a long name

    @property
    def is_diploma(self) -> bool:
        """Whether it stands for a kind of diploma."""
        return self.keys[0][0] == "@"


@dataclass(frozen=True, slots=True)
class Reading:
    """A message, its words, and for each place the edges that start there and whether a sentence ends behind it."""

    message: str
    words: list[Word]
    edges: list[list[Edge]]
    ends: list[bool]


class Reader:
    """Reads messages by the words that names are made of."""

    def __init__(self, book: NameBook, vocabulary: Vocabulary, ordinary: Set[str]) -> None:
        """Take as `ordinary` the folded words that are no slip of another."""
        self._book, self._vocabulary, self._ordinary = book, vocabulary, ordinary
        opening = {word for phrases in book.said.values() for phrase, _ in phrases for word in phrase} | LINKS
        self._opening = {key_of(word): word for word in opening if len(word) > 4}
        self.spelling = Spelling(book.counts | dict.fromkeys(self._opening, RARE + 1))
        self.read = lru_cache(REMEMBERED)(self._read)

    def correct(self, folded: str) -> tuple[tuple[str, float], ...]:
        """Give the keys of names that a word may be a slip of, with their cost; nothing for a word that is in use."""
        key = key_of(folded)
        return () if folded in self._ordinary or key in self._book.counts else self.spelling.nearest(key)

    def _read(self, message: str) -> Reading:
        words = [self._mend(word) for word in split_words(message)]
        edges = [self._edges(words, place) for place in range(len(words))]
        return Reading(message, words, edges, [bool(SENTENCE_END.match(message, word.end)) for word in words])

    def _mend(self, word: Word) -> Word:
        """Mend a slip in a word that opens or links names ("licnce", "mentoin")."""
        nearest = self.correct(word.folded) if len(word.folded) >= 5 else ()
        meant = self._opening.get(nearest[0][0]) if nearest else None
        return replace(word, folded=meant, key=key_of(meant)) if meant else word

    def _edges(self, words: list[Word], place: int) -> list[Edge]:
        word, known = words[place], self._book.counts
        following = words[place + 1] if place + 1 < len(words) else None
        edges = [Edge(place + 1, (word.key,), 0.0)]
        if word.folded != word.key:
            edges.append(Edge(place + 1, (word.folded,), 0.0))
        diplomas = self._diploma_edges(words, place)
        edges += diplomas
        asking = place > 0 and words[place - 1].folded in ASKING
        if word.folded == "formation" and not asking and following is not None and not is_link(following):
            edges.append(Edge(place + 1, (COURSE,), 0.0))
        for keys in self._vocabulary.shorts.get(word.folded, ()):
            edges.append(Edge(place + 1, keys, IN_FULL, short=True))
        for keys in self._vocabulary.trades.get(word.key, ()):
            edges.append(Edge(place + 1, keys, IN_FULL, trade=True))
        if following is not None and (joined := word.folded + following.key) in known and len(joined) > 5:
            edges.append(Edge(place + 2, (joined,), JOINED))
        if known.get(word.key, 0) < RARE and word.folded not in self._ordinary and not diplomas:
            elided = key_of(word.folded[1:]) if word.folded[0] in "dl" and word.key not in known else ""
            if elided in known:
                return [Edge(place + 1, (elided,), JOINED)]  # "dingenieur"
            edges += [Edge(place + 1, (key,), cost) for key, cost in self.spelling.nearest(word.key)]
            edges += [Edge(place + 1, keys, CUT) for keys in _cut(word.folded, known)]
        return edges

    def _diploma_edges(self, words: list[Word], place: int) -> list[Edge]:
        """Give the kinds of diploma that the longest phrase from a place on says ("bac pro" rather than "bac")."""
        word = words[place]
        following = tuple(other.singular for other in words[place : place + LONGEST_PHRASE])
        said = [p for p in self._book.said.get(word.singular, ()) if following[: len(p[0])] == p[0]]
        longest = max((len(phrase) for phrase, _ in said), default=0)
        of = place + 1 < len(words) and words[place + 1].folded in ("d", "de", "du", "des")
        edges = []
        for phrase, key in said:
            sigle = phrase in LINK_SIGLES
            loose = key == BARE and len(phrase) == 1 and not sigle and not of  # "formation pour être…"
            if len(phrase) == longest and (word.raw.isupper() or not sigle):
                edges.append(Edge(place + len(phrase), (key,), 0.0, loose=loose))
        return edges


def _cut(word: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Cut a word in two words of names ("sagefemme")."""
    for at in range(3, len(word) - 3):
        first, second = key_of(word[:at]), key_of(word[at:])
        if first in known and second in known:
            yield first, second
