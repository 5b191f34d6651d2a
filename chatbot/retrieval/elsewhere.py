"""A question in; the sheet that Onisep publishes for it but that is not loaded here, out."""

import re
from collections.abc import Mapping

from chatbot.catalogue import Catalogue, fold
from chatbot.index import EVERYDAY, Index
from chatbot.stages import staged

LEAST = 0.45  # cosine: questions about a sheet have 0.5 to 0.9 to its everyday text, small talk below 0.4
SURELY = 0.6  # from which one that is not loaded may be meant rather than the one that is named,
CLEARLY = 0.1  # if it is as much nearer
NEAR = 12  # everyday texts among which the one that is named is sought
TITLE_WORDS = 6
GENDERED = re.compile(r"(\w+)/(\w+)")


class Elsewhere:
    """Finds sheets of the everyday layer that the catalogue lacks."""

    def __init__(self, index: Index, titles: Mapping[str, str]) -> None:
        self._index = index
        self._catalogue: Catalogue = index.catalogue
        self._titles = {sheet_id: title for sheet_id, title in titles.items() if sheet_id not in self._catalogue}
        self._metiers = {
            _words(GENDERED.sub(r"\1", title)): sheet_id
            for sheet_id, title in self._titles.items()
            if sheet_id.startswith("MET")
        }

    @staged("retrieval")
    def find(self, query: str) -> tuple[str, str] | None:
        """Give the ID and title of the sheet; None when a loaded one is nearer, or none is near enough."""
        if not self._titles:
            return None
        titled = self._find_title(query)
        if titled:
            return titled, self._titles[titled]
        for sheet_id, similarity in self._nearest(query, 1):
            if similarity >= LEAST and sheet_id in self._titles:
                return sheet_id, self._titles[sheet_id]
        return None

    @staged("retrieval")
    def find_rather(self, query: str, than: str) -> tuple[str, str] | None:
        """Give the ID and title of a sheet that is surely meant rather than a loaded one that the query names."""
        if not self._titles:
            return None
        near = dict(self._nearest(query, NEAR))
        sheet_id = next(iter(near), "")
        similarity = near.get(sheet_id, 0.0)
        if sheet_id in self._titles and similarity >= max(SURELY, near.get(than, 0.0) + CLEARLY):
            return sheet_id, self._titles[sheet_id]
        return None

    def _nearest(self, query: str, count: int) -> list[tuple[str, float]]:
        found = self._index.nearest(self._index.embedder.encode_query(query), count, EVERYDAY)
        return [(key.partition("#")[0], similarity) for key, similarity in found]

    def _find_title(self, query: str) -> str:
        """Give the métier whose title stands in a query, the longest first; empty when there is none."""
        words = _words(query)
        for length in range(TITLE_WORDS, 0, -1):
            for start in range(len(words) - length + 1):
                sheet_id = self._metiers.get(words[start : start + length])
                if sheet_id:
                    return sheet_id
        return ""


def _words(text: str) -> tuple[str, ...]:
    """Fold a text to its words, little ones and plural endings off."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    return tuple(re.sub(r"(?<=\w{4})[sx]$", "", word) for word in words if len(word) > 2 and word not in ("des", "les"))
