"""All sheets by ID, with the links between métiers and formations in both directions."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from chatbot.sheets import FORMATION, METIER, Sheet

OTHER_LETTERS = re.compile(r"[^\x00-\x7f]+")
REMEMBERED = 5  # letters in a row that are not ASCII: French hardly has more


def fold(text: str) -> str:
    """Fold a text for comparison: lower case, no accents, œ as oe, plain apostrophes, single spaces."""
    return " ".join(OTHER_LETTERS.sub(_fold_letters, text.lower()).split())


def _fold_letters(found: re.Match[str]) -> str:
    letters = found.group()
    return _strip_known(letters) if len(letters) < REMEMBERED else _strip_accents(letters)


def _strip_accents(letters: str) -> str:
    letters = letters.replace("œ", "oe").replace("æ", "ae").replace("’", "'").replace("\u00ad", "")
    return "".join(c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c))


_strip_known = lru_cache(4_000)(_strip_accents)


class Catalogue(Mapping[str, Sheet]):
    """Every sheet by ID, in a stable order; links follow IDs one way and titles the other."""

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        self._sheets = {sheet.sheet_id: sheet for sheet in sheets}
        self._titles: dict[str, str] = {}
        self._metier_ids: dict[str, str] = {}
        for sheet in self.of_kind(METIER):
            for form in (form for name in sheet.names[:1] for form in name.forms):
                self._metier_ids.setdefault(fold(form), sheet.sheet_id)
        recommended: dict[str, dict[str, None]] = defaultdict(dict)
        named: dict[str, dict[str, None]] = defaultdict(dict)
        for sheet in self._sheets.values():
            for link in sheet.formations:
                recommended[link.sheet_id][sheet.sheet_id] = None
                self._titles.setdefault(link.sheet_id, link.title)
            for title in sheet.metiers:
                metier_id = self._metier_ids.get(fold(title))
                if metier_id:
                    recommended[sheet.sheet_id][metier_id] = None
                    named[metier_id][sheet.sheet_id] = None
        self._metiers_of = {key: tuple(value) for key, value in recommended.items()}
        self._named_by = {key: tuple(value) for key, value in named.items()}

    def __getitem__(self, sheet_id: str) -> Sheet:
        return self._sheets[sheet_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sheets)

    def __len__(self) -> int:
        return len(self._sheets)

    def of_kind(self, kind: str) -> Iterator[Sheet]:
        """Give the sheets of one kind."""
        return (sheet for sheet in self._sheets.values() if sheet.kind == kind)

    def kind_of(self, sheet_id: str) -> str:
        """Give the kind of an ID: of its sheet; without one, as Onisep's IDs tell it."""
        sheet = self._sheets.get(sheet_id)
        return sheet.kind if sheet else FORMATION if sheet_id.startswith("FOR.") else METIER

    def title_of(self, sheet_id: str) -> str | None:
        """Give the title of an ID: of its sheet, or as a métier sheet that links to it names it; None if unknown."""
        sheet = self._sheets.get(sheet_id)
        return sheet.title if sheet else self._titles.get(sheet_id)

    def metier_titled(self, title: str) -> str | None:
        """Give the ID of the métier with this title, as formation sheets name métiers."""
        return self._metier_ids.get(fold(title))

    def metiers_of(self, formation_id: str) -> tuple[str, ...]:
        """Give the métiers of a formation: those whose sheets recommend it, and those that its own sheet names."""
        return self._metiers_of.get(formation_id, ())

    def formations_naming(self, metier_id: str) -> tuple[str, ...]:
        """Give the formations whose own sheets name this métier (a cross-check of `Sheet.formations`)."""
        return self._named_by.get(metier_id, ())

    def counts(self) -> dict[str, int]:
        """Count sheets by kind."""
        return {kind: sum(1 for _ in self.of_kind(kind)) for kind in (METIER, FORMATION)}
