"""A question in; the sheet that Onisep publishes for it but that is not loaded here, out."""

from collections.abc import Mapping

from chatbot.catalogue import Catalogue
from chatbot.index import EVERYDAY, Index
from chatbot.stages import staged

NEAREST = 4
LEAST = 0.45  # cosine: questions about a sheet have 0.5 to 0.9 to its everyday text, small talk below 0.4


class Elsewhere:
    """Finds sheets of the everyday layer that the catalogue lacks."""

    def __init__(self, index: Index, titles: Mapping[str, str]) -> None:
        self._index = index
        self._catalogue: Catalogue = index.catalogue
        self._titles = {sheet_id: title for sheet_id, title in titles.items() if sheet_id not in self._catalogue}

    @staged("retrieval")
    def find(self, query: str) -> tuple[str, str] | None:
        """Give the ID and title of the sheet; None when a loaded one is as near, or none is near enough."""
        if not self._titles:
            return None
        vector = self._index.embedder.encode_query(query)
        found = self._index.nearest(vector, NEAREST, EVERYDAY)
        ids = [(key.partition("#")[0], similarity) for key, similarity in found]
        if not ids or ids[0][1] < LEAST or any(sheet_id in self._catalogue for sheet_id, _ in ids[:2]):
            return None
        sheet_id = ids[0][0]
        return (sheet_id, self._titles[sheet_id]) if sheet_id in self._titles else None
