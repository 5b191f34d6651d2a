"""What browsing the catalogue gives: cards, pages with counts, comparisons, ladders; all of it facts of sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chatbot.citations import public_url

FILTERS = ("kind", "interet", "niveau", "statut", "domaine")


@dataclass(frozen=True, slots=True)
class Card:
    """A sheet in short: `level` as the sheet writes it and `summary` on one line, each empty where nothing is said."""

    sheet_id: str
    kind: str
    title: str
    name: str
    level: str
    summary: str

    @property
    def url(self) -> str:
        """The address of the sheet's page at Onisep."""
        return public_url(self.sheet_id, self.kind)


@dataclass(frozen=True, slots=True)
class Filters:
    """What to keep: a sheet needs one of the values of each filter that has any, and every word of `text`.

    `niveau` holds keys of rungs ("cap", "bac+2"…): the minimum level of a métier, the exit level of a formation.
    """

    kind: tuple[str, ...] = ()
    interet: tuple[str, ...] = ()
    niveau: tuple[str, ...] = ()
    statut: tuple[str, ...] = ()
    domaine: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter, as it is shown, and how many sheets it gives under the other filters."""

    value: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the sheets that fit, best or first in the alphabet first; `total` counts all pages.

    `options` holds every value of each of FILTERS; a value that would give nothing counts 0.
    """

    cards: tuple[Card, ...]
    total: int
    offset: int
    limit: int
    options: Mapping[str, tuple[Option, ...]]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one sheet says on one point, and under which section; "non précisé" and no section when it doesn't."""

    sheet_id: str
    text: str
    section: str = ""

    @property
    def is_absent(self) -> bool:
        """Whether the sheet says nothing on the point."""
        return not self.section


@dataclass(frozen=True, slots=True)
class Row:
    """One point of a comparison: a cell per sheet, in their order."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two to four sheets of one kind side by side; a point that none of them speaks of is left out."""

    kind: str
    sheets: tuple[Card, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """A place on the ladder of levels; `rank` is years after the bac (CAP -2), None where the level is unsaid."""

    key: str
    label: str
    rank: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """A sheet on the ladder: its own level and, for a formation, how long the training lasts, each as it is written.

    `loaded` is False for a formation that only the métier's sheet names. `sources` are the sheets that make the link.
    """

    sheet_id: str
    kind: str
    title: str
    level: str
    duration: str
    loaded: bool
    sources: tuple[str, ...]

    @property
    def url(self) -> str:
        """The address of the sheet's page at Onisep."""
        return public_url(self.sheet_id, self.kind)


@dataclass(frozen=True, slots=True)
class Stage:
    """A rung of one ladder with the steps on it; `target` marks the level of the sheet that the ladder is about."""

    rung: Rung
    steps: tuple[Step, ...]
    target: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of a section, verbatim."""

    sheet_id: str
    section: str
    subheading: str
    text: str


@dataclass(frozen=True, slots=True)
class Parcours:
    """The ladder of one sheet, lowest rung first.

    Of a métier: the recommended formations on their exit levels up to its minimum level, what the sheet says of the
    studies. Of a formation: the métiers that it leads to on their minimum levels, what the sheet says of going on.
    `apart` holds the steps whose level no sheet says.
    """

    sheet_id: str
    kind: str
    title: str
    name: str
    level: str
    duration: str
    stages: tuple[Stage, ...]
    apart: tuple[Step, ...]
    excerpts: tuple[Excerpt, ...] = field(default=())

    @property
    def count(self) -> int:
        """How many steps there are."""
        return sum(len(stage.steps) for stage in self.stages) + len(self.apart)

    @property
    def url(self) -> str:
        """The address of the sheet's page at Onisep."""
        return public_url(self.sheet_id, self.kind)


class BrowseError(ValueError):
    """A query that cannot be served; the message is a French sentence for the user."""


class UnknownSheet(BrowseError):
    """No sheet that is loaded has this ID."""

    def __init__(self, sheet_id: str) -> None:
        super().__init__(f"Aucune fiche chargée ne porte l'identifiant « {sheet_id[:40]} ».")
