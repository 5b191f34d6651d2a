"""The versions of an index come in: their sheets, and what changed in the corpus from one to the next, go out."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from chatbot.index.errors import REMEDY, IndexCorrupted, IndexMissing
from chatbot.index.versions import current_version
from chatbot.sheets import CorpusChanges, Sheet, compare_sheets, dump_changes, load_changes, load_sheets

SHEETS_FILE = "sheets.json"
CHANGES_FILE = "changes.json"


def read_version_sheets(folder: Path) -> dict[str, Sheet]:
    """Read the sheets of a version by ID; raise OSError or ValueError when they can't be."""
    return {sheet.sheet_id: sheet for sheet in load_sheets((folder / SHEETS_FILE).read_bytes())}


def record_changes(folder: Path, previous: Path | None, sheets: Mapping[str, Sheet]) -> CorpusChanges:
    """Write into a new version, and give, what its sheets change in those of the version before.

    All are new where that one can't be read. Where nothing changed, what changed last stays on record.
    """
    try:
        before = read_version_sheets(previous) if previous else {}
    except (OSError, ValueError):
        before = {}
    changes = compare_sheets(before, sheets)
    if previous and not changes and (previous / CHANGES_FILE).is_file():
        shutil.copy(previous / CHANGES_FILE, folder / CHANGES_FILE)
    else:
        (folder / CHANGES_FILE).write_bytes(dump_changes(changes))
    return changes


def read_changes(vectorstore: Path) -> CorpusChanges:
    """Read what changed last in the corpus of the current version; raise IndexMissing or IndexCorrupted."""
    path = _current_folder(vectorstore) / CHANGES_FILE
    try:
        return load_changes(path.read_bytes())
    except FileNotFoundError:  # a version older than this record
        return CorpusChanges()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def read_indexed_sheets(vectorstore: Path) -> dict[str, Sheet]:
    """Read the sheets of the current version by ID; raise IndexMissing or IndexCorrupted."""
    folder = _current_folder(vectorstore)
    try:
        return read_version_sheets(folder)
    except (OSError, ValueError) as error:
        raise _unreadable(folder / SHEETS_FILE, error) from error


def _current_folder(vectorstore: Path) -> Path:
    version = current_version(vectorstore)
    if version is None:
        raise IndexMissing(f"There is no index in '{vectorstore}'. {REMEDY}")
    return vectorstore / version


def _unreadable(path: Path, error: Exception) -> IndexCorrupted:
    return IndexCorrupted(f"'{path}' cannot be read ({type(error).__name__}). {REMEDY} --full")
