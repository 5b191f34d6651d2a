"""A question in; the sheet that Onisep publishes for it but that is not loaded here, out."""

from collections.abc import Mapping

from chatbot.catalogue import Catalogue
from chatbot.index import EVERYDAY, Index
from chatbot.stages import staged

LEAST = 0.45  # cosine: questions about a sheet have 0.5 to 0.9 to its everyday text, small talk below 0.4


class Elsewhere:
    """Finds sheets of the everyday layer that the catalogue lacks."""

    def __init__(self, index: Index, titles: Mapping[str, str]) -> None:
        self._index = index
        self._catalogue: Catalogue = index.catalogue
        self._titles = {sheet_id: title for sheet_id, title in titles.items() if sheet_id not in self._catalogue}

    @staged("retrieval")
    def find(self, query: str) -> tuple[str, str] | None:
        """Give the ID and title of the sheet; None when a loaded one is nearer, or none is near enough."""
        if not self._titles:
            return None
        for key, similarity in self._index.nearest(self._index.embedder.encode_query(query), 1, EVERYDAY):
            sheet_id = key.partition("#")[0]
            if similarity >= LEAST and sheet_id in self._titles:
                return sheet_id, self._titles[sheet_id]
        return None
