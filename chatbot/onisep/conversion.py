"""A downloaded file comes in; a folder of Markdown sheets and a summary of what was in it go out."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from chatbot.onisep.datasets import FORMATIONS, IDEO_METIERS, METIERS, Dataset, identify_dataset
from chatbot.onisep.html import plain_line
from chatbot.onisep.markdown import (
    render_formation,
    render_ideo_formation,
    render_ideo_metier,
    render_metier,
    title_of,
)
from chatbot.onisep.records import ExportError, Node, read_records

SHEET_ID = re.compile(r"(?:MET|FOR)\.\d{1,9}")
SLUG_ID = re.compile(r"/slug/((?:MET|FOR)\.\d{1,9})(?!\d)")
SHOWN = 3  # how many of the skipped records are named
REPORT_EVERY = 1_000

Report = Callable[[str], object]


@dataclass(slots=True)
class Summary:
    """What an export held: its sheets by ID, what its records lack, and what was skipped or ignored."""

    dataset: Dataset
    titles: dict[str, str] = field(default_factory=dict)
    records: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    unknown: Counter[str] = field(default_factory=Counter)
    skipped: list[str] = field(default_factory=list)

    def render(self) -> str:
        """Write the summary, a few lines."""
        lines = [f"{self.dataset.name}: {len(self.titles):,} sheets in {self.records:,} records"]
        if self.skipped:
            named = "; ".join(self.skipped[:SHOWN]) + ("; …" if len(self.skipped) > SHOWN else "")
            lines.append(f"  skipped {len(self.skipped):,} records: {named}")
        gone = [tag for tag in self.dataset.expected if tag not in self.seen]
        if gone:
            lines.append(f"  in no record, renamed at the source? {', '.join(gone)}")
        lacking = {tag: count for tag, count in self.missing.items() if tag not in gone}
        if lacking:
            lines.append(f"  absent or empty: {_show(lacking)}")
        if self.unknown:
            lines.append(f"  unknown and ignored: {_show(self.unknown)}")
        return "\n".join(lines)


def _show(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{tag} in {count:,}" for tag, count in sorted(counts.items(), key=lambda each: -each[1]))


def identify_file(path: Path) -> Dataset | None:
    """Tell which data set a file holds by its first record; None where that is none of the four."""
    try:
        first = next(read_records(path), None)
    except ExportError:
        return None
    return identify_dataset(first.tag, first.row()) if first else None


def convert(path: Path, dataset: Dataset, folder: Path, metiers: Mapping[str, str], report: Report) -> Summary:
    """Write a sheet per record into a new folder; raise ExportError when the file is not of this data set.

    `metiers` gives the titles of métiers by ID, for the formations that name them.
    """
    summary = Summary(dataset)
    folder.mkdir(parents=True)
    rows: defaultdict[str, int] = defaultdict(int)
    for record in _check_first(path, dataset):
        summary.records += 1
        _tally(record, summary)
        sheet_id, title, text = _read(record, dataset, metiers)
        if not text:
            words = plain_line(title)[:60] or "no title"
            summary.skipped.append(f"{words} ({f'no title for {sheet_id}' if sheet_id else 'no sound ID'})")
            continue
        rows[sheet_id] += 1
        if dataset is not IDEO_METIERS and rows[sheet_id] > 1:
            summary.skipped.append(f"{title[:60]} (a second {sheet_id})")
            continue
        name = f"{sheet_id}-{rows[sheet_id]:02}.md" if dataset is IDEO_METIERS else f"{sheet_id}.md"
        (folder / name).write_text(text, encoding="utf-8")
        summary.titles[sheet_id] = title
        if summary.records % REPORT_EVERY == 0:
            report(f"Converting the {dataset.name}: {summary.records:,} records")
    if not summary.titles:
        raise ExportError(f"'{path.name}' holds no sheet of the {dataset.name}")
    return summary


def _check_first(path: Path, dataset: Dataset) -> Iterator[Node]:
    records = read_records(path)
    first = next(records, None)
    if first is None or identify_dataset(first.tag, first.row()) is not dataset:
        raise ExportError(f"'{path.name}' holds no records of the {dataset.name}")
    return chain([first], (record for record in records if record.tag == dataset.record))


def _tally(record: Node, summary: Summary) -> None:
    dataset, row = summary.dataset, record.row()
    summary.seen.update(row)
    summary.missing.update(tag for tag in dataset.expected if not row.get(tag))
    summary.unknown.update(tag for tag in row if tag not in dataset.expected and tag not in dataset.ignored)


def _read(record: Node, dataset: Dataset, metiers: Mapping[str, str]) -> tuple[str, str, str]:
    """Give the ID and the title of a record, and its sheet; no sheet without both."""
    if dataset in (METIERS, FORMATIONS):
        sheet_id, title = record.value("identifiant"), title_of(record)
        if not SHEET_ID.fullmatch(sheet_id):
            return "", title, ""
        if not title:
            return sheet_id, title, ""
        return sheet_id, title, render_metier(record) if dataset is METIERS else render_formation(record, metiers)
    row = record.row()
    found = SLUG_ID.search(row.get(dataset.key, ""))
    title = plain_line(row.get("libelle_metier" if dataset is IDEO_METIERS else "libelle_formation_principal", ""))
    if not found or not title:
        return found.group(1) if found else "", title, ""
    return found.group(1), title, (render_ideo_metier if dataset is IDEO_METIERS else render_ideo_formation)(row)
