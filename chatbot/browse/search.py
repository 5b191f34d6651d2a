"""What someone types in; the sheets that it may name or be about, best first, out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from chatbot.catalogue import Catalogue, fold
from chatbot.retrieval import SheetHit
from chatbot.sheets import Sheet

TYPED_ID = re.compile(r"(met|for)[ .\-_]?(\d+)")
MOST_RANKED = 200
IDEAS = 20  # how many of the ranker's sheets stand for words that no sheet holds together
CACHED = 256
LONGEST = 200  # characters of a text that are searched with
SURE = 0.5  # a chance at which the ranker's sheet goes before those whose names only begin so: "véto"


class Searcher(Protocol):
    """What browsing needs of retrieval: a ranking, the sheets that hold every word, which words any of them knows."""

    def rank(self, query: str, *, limit: int) -> Sequence[SheetHit]: ...

    def holding(self, query: str) -> set[str]: ...

    def knows(self, word: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Found:
    """The sheets found, best first; `fitting` are those whose names begin so or that hold every word."""

    ordered: tuple[str, ...]
    fitting: frozenset[str]


class Search:
    """Finds sheets by what is typed, from the first letters on."""

    def __init__(self, catalogue: Catalogue, searcher: Searcher) -> None:
        self._catalogue, self._searcher = catalogue, searcher
        self._forms = [(f" {fold(form)}", sheet.sheet_id) for sheet in catalogue.values() for form in _forms(sheet)]
        self._find = lru_cache(CACHED)(self._find_folded)

    def find(self, text: str) -> Found:
        """Find the sheets of a text: by ID, by a name that it is or begins, then by what they are about."""
        return self._find(fold(text)[:LONGEST])

    def forget(self) -> None:
        """Forget what was found: the searcher finds more than it did."""
        self._find.cache_clear()

    def _find_folded(self, text: str) -> Found:
        typed = TYPED_ID.fullmatch(text)
        if typed or not text:
            ids = tuple(i for i in (f"{typed[1].upper()}.{typed[2]}",) if i in self._catalogue) if typed else ()
            return Found(ids, frozenset(ids))
        hits = self._searcher.rank(text, limit=MOST_RANKED)
        ranked = {hit.sheet_id: place for place, hit in enumerate(hits)}
        named: dict[str, tuple[int, int, int]] = {}
        for sheet_id, closeness, length in self._named(text):
            key = (closeness, ranked.get(sheet_id, MOST_RANKED), length)
            named[sheet_id] = min(key, named.get(sheet_id, key))
        fitting = frozenset(named) | self._searcher.holding(text)
        if not fitting and any(map(self._searcher.knows, text.split())):
            fitting = frozenset(list(ranked)[:IDEAS])
        if hits and hits[0].chance >= SURE:
            best = hits[0].sheet_id
            named[best] = min((1, -1, 0), named.get(best, (1, 0, 0)))
        ordered = sorted(named, key=named.__getitem__)
        return Found(tuple(dict.fromkeys((*ordered, *ranked))), fitting)

    def _named(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Give the sheets with a name that is the text (0), starts with it (1) or has words that start so (2)."""
        start, words = f" {text}", [f" {word}" for word in text.replace("'", " ").replace("/", " ").split()]
        for form, sheet_id in self._forms:
            if form.startswith(start):
                yield sheet_id, int(form != start), len(form)
            elif words and all(word in form for word in words):
                yield sheet_id, 2, len(form)


def _forms(sheet: Sheet) -> Iterator[str]:
    for name in sheet.names:
        yield from name.forms
    if sheet.sigle:
        yield sheet.sigle
