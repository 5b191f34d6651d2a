"""Filters in; the sheets that fit, page by page, and what each further choice would give, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from operator import and_, or_

from chatbot.answering.wording import capital
from chatbot.browse.levels import RUNGS, rung_of
from chatbot.browse.model import FILTERS, Card, Filters, Option, Page
from chatbot.browse.search import Search
from chatbot.catalogue import Catalogue, fold
from chatbot.sheets import FORMATION, METIER, Sheet

KINDS = {METIER: "Métiers", FORMATION: "Formations"}
RUNG_LABELS = {rung.key: capital(rung.label) for rung in RUNGS}

# The sheets of the catalogue, métiers first, then by title, are the bits of an integer: sets of 6,800 sheets meet and
# are counted in a microsecond.
Bits = int


class Explorer:
    """Filters one catalogue, every value of every filter counted beforehand."""

    def __init__(self, catalogue: Catalogue, search: Search, card_of: Callable[[Sheet], Card]) -> None:
        self._search, self._card_of = search, card_of
        self._sheets = sorted(catalogue.values(), key=lambda s: (s.kind != METIER, fold(s.title), s.sheet_id))
        self._places = {sheet.sheet_id: place for place, sheet in enumerate(self._sheets)}
        self._all: Bits = (1 << len(self._sheets)) - 1
        places: dict[str, dict[str, list[int]]] = {name: {} for name in FILTERS}
        for place, sheet in enumerate(self._sheets):
            for name, value in _values_of(sheet):
                places[name].setdefault(value, []).append(place)
        self._values = {
            name: {value: _bits(places[name][value]) for value in _in_order(name, places[name])} for name in FILTERS
        }

    def explore(self, filters: Filters, offset: int, limit: int) -> Page:
        """Give one page of the sheets that fit the filters, and the count of each value under the other filters."""
        ranking, found = self._find(filters.text)
        kept = {name: self._keep(name, getattr(filters, name)) for name in FILTERS}
        fitting = reduce(and_, kept.values(), found)
        options = {}
        for name in FILTERS:
            others = reduce(and_, (bits for other, bits in kept.items() if other != name), found)
            chosen = set(getattr(filters, name))
            options[name] = tuple(
                Option(value, _label(name, value), (bits & others).bit_count(), value in chosen)
                for value, bits in self._values[name].items()
            )
        shown = self._order(fitting, ranking)[offset : offset + limit]
        cards = tuple(self._card_of(self._sheets[place]) for place in shown)
        return Page(cards, fitting.bit_count(), offset, limit, options)

    def _find(self, text: str) -> tuple[list[int], Bits]:
        """Give the places that a text ranks, best first, and all that fit it."""
        if not text.strip():
            return [], self._all
        found = self._search.find(text)
        return [self._places[i] for i in found.ordered], _bits(self._places[i] for i in found.fitting)

    def _keep(self, name: str, values: tuple[str, ...]) -> Bits:
        if not values:
            return self._all
        return reduce(or_, (self._values[name].get(value, 0) for value in values))

    def _order(self, fitting: Bits, ranking: list[int]) -> list[int]:
        first = [place for place in ranking if fitting >> place & 1]
        rest = fitting & ~_bits(first)
        return first + [place for place, bit in enumerate(reversed(bin(rest)[2:])) if bit == "1"]


def _values_of(sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield "kind", sheet.kind
    yield "niveau", rung_of(sheet).key
    yield from (("interet", interet) for interet in sheet.interets)
    yield from (("statut", statut) for statut in sheet.statuts)
    # "sciences/physique": a domaine and its sous-domaine; 20 domaines make a filter, 116 sous-domaines don't.
    yield from (("domaine", value) for value in {domaine.partition("/")[0] for domaine in sheet.domaines})


def _in_order(name: str, values: dict[str, list[int]]) -> list[str]:
    if name == "niveau":
        return [rung.key for rung in RUNGS if rung.key in values]
    if name == "kind":
        return [kind for kind in KINDS if kind in values]
    return sorted(values, key=fold)


def _label(name: str, value: str) -> str:
    if name == "niveau":
        return RUNG_LABELS[value]
    return KINDS[value] if name == "kind" else capital(value)


def _bits(places: Iterable[int]) -> Bits:
    octets = bytearray()
    for place in places:
        if len(octets) <= place // 8:
            octets.extend(bytes(place // 8 + 1 - len(octets)))
        octets[place // 8] |= 1 << place % 8
    return int.from_bytes(octets, "little")
