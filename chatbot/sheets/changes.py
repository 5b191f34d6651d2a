"""Two states of a corpus come in; the sheets that came, went and changed, and which of their facts, go out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from pydantic import TypeAdapter

from chatbot.sheets.model import Link, Name, Niveau, Rome, Salaire, Sheet

NO_FACTS = ("sheet_id", "sections", "files")
LONGEST = 90  # characters of a value in the text of a report; JSON holds all of it


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet that came or went."""

    sheet_id: str
    title: str


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact as it was and as it is, empty where absent; of a list, only the items that went and came."""

    fact: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SheetChange:
    """What changed in a sheet: its facts, and the headings of the sections whose text is another."""

    sheet_id: str
    title: str
    facts: tuple[FactChange, ...]
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorpusChanges:
    """What changed between two states of a corpus, each sheet once, by ID."""

    added: tuple[SheetName, ...] = ()
    removed: tuple[SheetName, ...] = ()
    changed: tuple[SheetChange, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.added or self.removed or self.changed)


JSON = TypeAdapter(CorpusChanges)


def compare_sheets(before: Mapping[str, Sheet], after: Mapping[str, Sheet]) -> CorpusChanges:
    """Compare two states of a corpus."""
    return CorpusChanges(
        added=tuple(SheetName(i, after[i].title) for i in _sorted(after.keys() - before.keys())),
        removed=tuple(SheetName(i, before[i].title) for i in _sorted(before.keys() - after.keys())),
        changed=tuple(
            _compare(before[i], after[i]) for i in _sorted(before.keys() & after.keys()) if before[i] != after[i]
        ),
    )


def count_changes(changes: CorpusChanges) -> str:
    """Say in one line how many sheets came, changed and went."""
    counts = (len(changes.added), len(changes.changed), len(changes.removed))
    return "{:,} sheets added, {:,} changed, {:,} removed".format(*counts)


def render_changes(changes: CorpusChanges, limit: int | None = None) -> str:
    """Write what changed, a fact a line, at most `limit` lines; facts first, they are what answers rest on."""
    facts = [
        f"{change.fact} of {sheet.sheet_id}: {_show(change.before)} → {_show(change.after)}"
        for sheet in changes.changed
        for change in sheet.facts
    ]
    lines = [
        *facts,
        *(f"added {sheet.sheet_id} {sheet.title}" for sheet in changes.added),
        *(f"removed {sheet.sheet_id} {sheet.title}" for sheet in changes.removed),
        *(f"text of {sheet.sheet_id}: {', '.join(sheet.sections)}" for sheet in changes.changed if sheet.sections),
    ]
    shown = lines[:limit]
    left = len(lines) - len(shown)
    return "\n".join([*shown, *([f"… and {left:,} more"] if left else [])])


def dump_changes(changes: CorpusChanges) -> bytes:
    """Write what changed as JSON."""
    return JSON.dump_json(changes, indent=2)


def load_changes(data: bytes) -> CorpusChanges:
    """Read what changed from JSON; raise pydantic.ValidationError on anything else."""
    return JSON.validate_json(data)


def _compare(before: Sheet, after: Sheet) -> SheetChange:
    facts = []
    for item in fields(Sheet):
        old, new = getattr(before, item.name), getattr(after, item.name)
        if item.name in NO_FACTS or old == new:
            continue
        if isinstance(old, tuple) and set(old) != set(new):
            old, new = tuple(x for x in old if x not in new), tuple(x for x in new if x not in old)
        was, now = _text(old), _text(new)
        if was != now:
            facts.append(FactChange(item.name, was, now))
    headings = dict.fromkeys(section.heading for section in before.sections + after.sections)
    sections = tuple(h for h in headings if before.sections_under(h) != after.sections_under(h))
    return SheetChange(after.sheet_id, after.title, tuple(facts), sections)


def _text(fact: object) -> str:
    """Write a fact in its own words."""
    if isinstance(fact, tuple):
        return "; ".join(map(_text, fact))
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, Niveau | Salaire):
        return fact.text
    if isinstance(fact, Link):
        return f"{fact.title} ({fact.sheet_id})"
    if isinstance(fact, Name):
        return " / ".join(fact.forms)
    if isinstance(fact, Rome):
        return f"{fact.code} {fact.label}".strip()
    return str(fact or "")


def _show(value: str) -> str:
    line = " ".join(value.split())
    return (line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…") or "(absent)"


def _sorted(sheet_ids: set[str]) -> list[str]:
    return sorted(sheet_ids, key=lambda sheet_id: (sheet_id.partition(".")[0], int(sheet_id.partition(".")[2])))
