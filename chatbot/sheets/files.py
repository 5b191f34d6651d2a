"""Folders and files of Markdown to sheets, one per ID, and a report of every file that could not be read."""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

from pydantic import TypeAdapter

from chatbot.sheets.markdown import SheetError, parse_sheet
from chatbot.sheets.model import Name, Rome, Sheet

MAX_FILE_BYTES = 2_000_000  # the largest sheet of the corpus has 30,000
JSON = TypeAdapter(tuple[Sheet, ...])
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was skipped, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Every sheet that the files hold, by ID, and the files that hold none."""

    sheets: dict[str, Sheet]
    problems: tuple[Problem, ...]


def printable(text: object) -> str:
    """Give a text for a terminal: what would steer it, in a file's name or content, is written out ("\\x1b")."""
    return UNPRINTABLE.sub(lambda sign: ascii(sign.group())[1:-1], str(text))


def parse_file(path: Path) -> Sheet:
    """Parse one file; raise SheetError with the reason when it holds no sheet."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise SheetError("not a file that can be read")
    size = status.st_size
    if size > MAX_FILE_BYTES:
        raise SheetError(f"too large: {size:,} bytes, a sheet has at most {MAX_FILE_BYTES:,}")
    data = path.read_bytes()
    if not data.strip():
        raise SheetError("empty file")
    if b"\0" in data:
        raise SheetError("binary file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError(f"not UTF-8: byte {data[error.start]:#04x} at position {error.start}") from error
    return parse_sheet(text, path.name)


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Give the Markdown files under these folders (READMEs aside) and the files named themselves, in a stable order.

    A folder that cannot be listed comes as a path of its own, so that reading reports it.
    """
    for path in paths:
        found: list[Path] = []
        if path.is_dir():
            for folder, _, names in os.walk(path, onerror=lambda error: found.append(Path(error.filename))):  # noqa: B023
                found += [Path(folder, name) for name in names if name[-3:].lower() == ".md"]
            yield from sorted(each for each in found if each.name.lower() != "readme.md")
        else:
            yield path


def read_sheets(paths: Iterable[Path], progress: Callable[[int], object] | None = None) -> Reading:
    """Read every sheet under these paths and merge what several files say of one ID; skip and report broken files."""
    sheets: dict[str, Sheet] = {}
    problems: list[Problem] = []
    for count, path in enumerate(find_files(paths), 1):
        try:
            sheet = parse_file(path)
        except SheetError as error:
            problems.append(Problem(path, str(error)))
            continue
        except OSError as error:
            problems.append(Problem(path, f"cannot be read: {error.strerror}"))
            continue
        known = sheets.get(sheet.sheet_id)
        sheets[sheet.sheet_id] = sheet if known is None else merge_sheets(known, sheet)
        if progress is not None and count % 1000 == 0:
            progress(count)
    return Reading(sheets, tuple(problems))


def merge_sheets(first: Sheet, second: Sheet) -> Sheet:
    """Merge two sheets of one ID: the detailed one speaks first, the other fills in what it leaves open."""
    main, other = (second, first) if second.detailed and not first.detailed else (first, second)
    merged: dict[str, object] = {}
    differing = []
    for item in fields(Sheet):
        ours, theirs = getattr(main, item.name), getattr(other, item.name)
        if item.name in ("sheet_id", "kind", "title", "detailed"):
            continue
        if item.name == "names":
            merged["names"] = _merge_names(ours, theirs)
        elif item.name == "romes":
            labels = {rome.code: rome.label for rome in ours + theirs if rome.label}
            codes = dict.fromkeys(rome.code for rome in ours + theirs)
            merged["romes"] = tuple(Rome(code, labels.get(code, "")) for code in codes)
        elif isinstance(ours, tuple):
            merged[item.name] = tuple(dict.fromkeys(ours + theirs))
        elif not ours and theirs:
            merged[item.name] = theirs
        elif theirs and ours != theirs:
            if item.name == "type" and len(theirs) > len(ours):  # "CAP (CAP)" against the words in full
                merged["type"], theirs = theirs, ours
            differing.append((item.name, theirs if isinstance(theirs, str) else theirs.text))
    merged["other_facts"] = tuple(dict.fromkeys((*main.other_facts, *other.other_facts, *differing)))
    return replace(main, **merged)  # type: ignore[arg-type]


def _merge_names(ours: tuple[Name, ...], theirs: tuple[Name, ...]) -> tuple[Name, ...]:
    """Add the names that say something new; the referential's "boulanger / boulangère" repeats "boulanger/ère"."""
    known = [set(re.findall(r"\w+", " ".join(name.forms).lower())) for name in ours]
    return ours + tuple(
        name for name in theirs if not any(set(re.findall(r"\w+", name.label.lower())) <= words for words in known)
    )


def dump_sheets(sheets: Iterable[Sheet]) -> bytes:
    """Write sheets as JSON."""
    return JSON.dump_json(tuple(sheets))


def load_sheets(data: bytes) -> tuple[Sheet, ...]:
    """Read sheets from JSON; raise pydantic.ValidationError on anything else."""
    return JSON.validate_json(data)


def content_hash(sheet: Sheet) -> str:
    """Hash what the sheet says, whatever files say it."""
    return hashlib.sha256(dump_sheets([replace(sheet, files=())])).hexdigest()
