"""The sheet of one métier or formation: typed facts and clean sections, all bound to its Onisep ID."""

from __future__ import annotations

from dataclasses import dataclass, field

METIER = "metier"
FORMATION = "formation"


@dataclass(frozen=True, slots=True)
class Niveau:
    """A level of study as the sheet writes it, and its rank: years after the bac (CAP -2, bac 0, master 5), or None."""

    text: str
    rank: float | None


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration as a text writes it, in years: equal bounds for "18 mois" (1.5), distinct ones for "3 à 4 ans"."""

    text: str
    years: float
    most: float


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a métier or formation; the gendered forms are the source's own, empty where it gives none."""

    label: str
    feminine: str = ""
    masculine: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        """Every distinct form of the name, label first."""
        return tuple(dict.fromkeys(form for form in (self.label, self.masculine, self.feminine) if form))


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure of a salary text: euros per `unit` (mois, semaine, jour, heure, film…; '' if unsaid), or %."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Salaire:
    """A beginner's salary in the words of the sheet; no amounts when the text gives no figure ("Variable")."""

    text: str
    amounts: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A recommended formation as a métier sheet names it; its own sheet may not exist."""

    sheet_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Rome:
    """A ROME code and its label, empty where no referential row gives one."""

    code: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A passage under one heading and at most one sub-heading; paragraphs are lines, bullets start with '- '."""

    heading: str
    subheading: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the files say of one ID; an absent fact is an empty string, an empty tuple or None, never a guess."""

    sheet_id: str
    kind: str
    title: str
    names: tuple[Name, ...] = ()
    sections: tuple[Section, ...] = ()
    niveau: Niveau | None = None
    salaire: Salaire | None = None
    formations: tuple[Link, ...] = ()
    statuts: tuple[str, ...] = ()
    interets: tuple[str, ...] = ()
    romes: tuple[Rome, ...] = ()
    sigle: str = ""
    duree: str = ""
    type: str = ""
    certification: str = ""
    metiers: tuple[str, ...] = ()
    lien: str = ""
    code_rncp: str = ""
    code_scolarite: str = ""
    code_nsf: str = ""
    tutelle: str = ""
    domaines: tuple[str, ...] = ()
    gfe: str = ""
    publications: tuple[str, ...] = ()
    other_facts: tuple[tuple[str, str], ...] = ()
    detailed: bool = True
    files: tuple[str, ...] = field(default=(), compare=False)

    def text_of(self, heading: str) -> str:
        """Join the passages under a heading, one paragraph a line; empty when the sheet has no such section."""
        return "\n".join(section.text for section in self.sections if section.heading == heading and section.text)

    def sections_under(self, *headings: str) -> tuple[Section, ...]:
        """Give the passages under these headings, in the order of the headings, then of the sheet."""
        return tuple(section for heading in headings for section in self.sections if section.heading == heading)
