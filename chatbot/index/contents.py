"""Folders of Markdown and the everyday layer come in; all that an index is built from, hashed, goes out."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.chunks import Chunk, split_sheet
from chatbot.index.errors import IndexProblem
from chatbot.index.everyday import EverydayText, read_everyday_texts
from chatbot.index.manifest import Group
from chatbot.index.vectors import CHUNKS, EVERYDAY, Entry
from chatbot.naming import read_vocabulary
from chatbot.sheets import Problem, Sheet, content_hash, read_sheets


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is to index; `entries` are what goes into each collection, `names` what the sheets are called."""

    sheets: dict[str, Sheet]
    digests: dict[str, str]
    chunks: dict[str, list[Chunk]]
    everyday: tuple[EverydayText, ...]
    names: dict[str, str]
    entries: dict[str, list[Entry]]
    problems: tuple[Problem, ...]

    def groups(self) -> dict[str, dict[str, Group]]:
        """Say for the manifest what each collection holds."""
        return {
            collection: {entry.sheet_id: Group(digest=entry.digest, count=len(entry.texts)) for entry in entries}
            for collection, entries in self.entries.items()
        }


def read_contents(paths: Sequence[Path], everyday_folder: Path, progress: Callable[[int], object]) -> Contents:
    """Read all that is to be indexed; raise IndexProblem when a path is missing or no sheet is found."""
    for path in paths:
        if not path.exists():
            raise IndexProblem(f"'{path}' does not exist. Give existing folders or files.")
    reading = read_sheets(paths, progress)
    if not reading.sheets:
        raise IndexProblem(f"No sheet in {', '.join(map(repr, map(str, paths)))}. Give folders or files of sheets.")
    chunks = {sheet_id: split_sheet(sheet) for sheet_id, sheet in reading.sheets.items()}
    everyday = read_everyday_texts(everyday_folder)
    extra = read_vocabulary().names
    return Contents(
        sheets=reading.sheets,
        digests={sheet_id: content_hash(sheet) for sheet_id, sheet in reading.sheets.items()},
        chunks=chunks,
        everyday=everyday,
        names={sheet_id: _join_names(sheet, extra.get(sheet_id, ())) for sheet_id, sheet in reading.sheets.items()},
        entries={
            CHUNKS: [
                _make_entry(sheet_id, tuple(f"{chunk.breadcrumb}\n{chunk.text}" for chunk in parts))
                for sheet_id, parts in chunks.items()
            ],
            # One text a sheet finds the right one of the dev questions first in 0.71, one a phrase in 0.60.
            EVERYDAY: [_make_entry(entry.sheet_id, (entry.text,)) for entry in everyday],
        },
        problems=reading.problems,
    )


def digest_texts(texts: Sequence[str]) -> str:
    """Hash texts, their order and their bounds included."""
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=16).hexdigest()


def _make_entry(sheet_id: str, texts: tuple[str, ...]) -> Entry:
    return Entry(sheet_id, digest_texts(texts), texts)


def _join_names(sheet: Sheet, extra: Sequence[str]) -> str:
    return " ".join((*(form for name in sheet.names for form in name.forms), sheet.sigle, *extra))
