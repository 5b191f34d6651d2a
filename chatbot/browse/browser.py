"""The catalogue as people browse it: by what they type, by filters, side by side, along a ladder."""

from collections.abc import Sequence
from functools import lru_cache

from chatbot.answering.wording import capital, level_of, name_of, summary_of
from chatbot.browse.compare import compare_sheets
from chatbot.browse.explore import Explorer
from chatbot.browse.model import BrowseError, Card, Comparison, Filters, Page, Parcours, UnknownSheet
from chatbot.browse.parcours import climb
from chatbot.browse.search import Search, Searcher
from chatbot.catalogue import Catalogue
from chatbot.sheets import Sheet

MOST_COMPARED = 4
MOST_CARDS = 100
SUMMARY_LENGTH = 160


class Browser:
    """Queries over one catalogue; all it gives are facts of the sheets, with their IDs. Safe for threads."""

    def __init__(self, catalogue: Catalogue, searcher: Searcher) -> None:
        self.catalogue = catalogue
        self._search = Search(catalogue, searcher)
        self._card_of = lru_cache(maxsize=None)(_make_card)
        self._explorer = Explorer(catalogue, self._search, self._card_of)

    def search(self, text: str, kind: str = "", limit: int = 10) -> tuple[Card, ...]:
        """Give the sheets that a text names, begins to name or is about, best first; none for no known word."""
        found = (self.catalogue[sheet_id] for sheet_id in self._search.find(text).ordered)
        return tuple(self._card_of(sheet) for sheet in found if not kind or sheet.kind == kind)[:limit]

    def forget(self) -> None:
        """Forget what searches found: they find more than they did."""
        self._search.forget()

    def explore(self, filters: Filters, offset: int = 0, limit: int = 24) -> Page:
        """Give one page of the sheets that fit all filters, with the count of each value under the other filters."""
        return self._explorer.explore(filters, max(offset, 0), min(max(limit, 0), MOST_CARDS))

    def compare(self, sheet_ids: Sequence[str]) -> Comparison:
        """Set two to four sheets of one kind side by side; raise BrowseError for any other choice."""
        sheets = [self._sheet(sheet_id) for sheet_id in dict.fromkeys(sheet_ids)]
        if not 2 <= len(sheets) <= MOST_COMPARED:
            raise BrowseError("Une comparaison porte sur deux à quatre fiches différentes.")
        if len({sheet.kind for sheet in sheets}) > 1:
            raise BrowseError("Comparez des métiers entre eux, ou des formations entre elles.")
        cards = tuple(map(self._card_of, sheets))
        return Comparison(sheets[0].kind, cards, tuple(compare_sheets(self.catalogue, sheets)))

    def parcours(self, sheet_id: str) -> Parcours:
        """Give the ladder of a sheet; raise UnknownSheet for an ID that is not loaded."""
        return climb(self.catalogue, self._sheet(sheet_id))

    def _sheet(self, sheet_id: str) -> Sheet:
        sheet = self.catalogue.get(sheet_id)
        if sheet is None:
            raise UnknownSheet(sheet_id)
        return sheet


def _make_card(sheet: Sheet) -> Card:
    summary = summary_of(sheet, SUMMARY_LENGTH) or capital(sheet.type)
    return Card(sheet.sheet_id, sheet.kind, sheet.title, name_of(sheet), level_of(sheet), summary)
