"""A downloaded file (zip, XML, JSON or CSV) comes in; its records go out one by one, in bounded memory.

Nothing of the file is trusted: entities, depth and sizes are refused beyond what an export can need.
"""

import csv
import io
import json
import lzma
import re
import struct
import unicodedata
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import ParseError  # nosec B405 # only what defusedxml raises

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

CHUNK = 1 << 16
MAX_XML_BYTES = 512 * 1024**2  # unpacked; the métiers of 2026 take some 15 MB
MAX_TABLE_BYTES = 64 * 1024**2  # JSON and CSV are read whole; the referential takes 4 MB
MAX_VALUES = 2_000_000  # of JSON or CSV, each takes up to 100 bytes; the referential has 80,000
NODE_CHARACTERS = 60  # what an element takes in memory beside its text
MAX_RECORD_CHARACTERS = 2_000_000  # the largest sheet has 30,000
MAX_TAG_BYTES = 1_000_000
MAX_DEPTH = 40
UNSOUND_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, NotImplementedError, RuntimeError, ValueError),
)
RECORD_TAGS = frozenset({"metier", "formation", "item"})
ITEM = "item"


class ExportError(Exception):
    """A file that is no such export; the message is one sentence that says why."""


@dataclass(slots=True)
class Node:
    """An element of a record: its own text, and its children by tag; an attribute counts as a child."""

    tag: str
    children: list["Node"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Give the text between its tags."""
        return "".join(self.pieces).strip()

    def all(self, *path: str) -> list["Node"]:
        """Give the elements at a path below this one."""
        found = [self]
        for tag in path:
            found = [child for node in found for child in node.children if child.tag == tag]
        return found

    def value(self, *tags: str) -> str:
        """Give the text of the first of these children that has any; empty when none has."""
        return next((child.text for tag in tags for child in self.all(tag) if child.text), "")

    def below(self, tag: str) -> Iterator["Node"]:
        """Give the elements of a tag, at any depth."""
        for child in self.children:
            if child.tag == tag:
                yield child
            else:
                yield from child.below(tag)

    def row(self) -> dict[str, str]:
        """Give the children as a row of a table; one that holds others counts as a text."""
        return {child.tag: child.text or ("…" if child.children else "") for child in self.children}


def read_records(path: Path) -> Iterator[Node]:
    """Read the records of a file; raise ExportError as soon as something in it is not as it should be."""
    try:
        with _open_content(path) as (name, stream):
            suffix = Path(name).suffix.lower()
            if suffix == ".xml":
                yield from _read_xml(stream, name)
            elif suffix in (".json", ".csv"):
                data = stream.read(MAX_TABLE_BYTES + 1)
                if len(data) > MAX_TABLE_BYTES:
                    raise ExportError(f"'{name}' is too large: over {MAX_TABLE_BYTES:,} bytes")
                if sum(map(data.count, (b",", b";", b"[", b"{"))) > MAX_VALUES:
                    raise ExportError(f"'{name}' is too large: over {MAX_VALUES:,} values")
                yield from (_read_json if suffix == ".json" else _read_csv)(data, name)
            else:
                raise ExportError(f"'{name}' is neither XML, JSON nor CSV")
    except UNSOUND_ZIP as error:
        raise ExportError(f"'{path.name}' is no sound zip file ({error})") from error
    except OSError as error:  # a zip whose places lie outside it gives one too
        raise ExportError(f"'{path.name}' cannot be read ({error.strerror or error})") from error


@contextmanager
def _open_content(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Open the file, or the one file of data that a zip holds; its name in the zip is never a path here."""
    if path.suffix.lower() != ".zip":
        with path.open("rb") as stream:
            yield path.name, stream
        return
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if m.filename.lower().endswith((".xml", ".json", ".csv"))]
        if len(members) != 1:
            raise ExportError(f"'{path.name}' holds {len(members)} files of data instead of one")
        with archive.open(members[0]) as member:
            yield members[0].filename, member


class _Builder:
    """What the XML parser tells of a document, put together record by record."""

    def __init__(self, name: str) -> None:
        self.done: deque[Node] = deque()
        self.events = 0
        self._name = name
        self._open: list[Node] = []
        self._depth = self._characters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition("}")[2]
        self.events += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExportError(f"'{self._name}' nests elements more than {MAX_DEPTH} deep")
        if self._open or tag in RECORD_TAGS:
            node = Node(tag, [Node(key, pieces=[value]) for key, value in attributes.items()])
            if self._open:
                self._open[-1].children.append(node)
            self._open.append(node)
            own = NODE_CHARACTERS * (1 + len(attributes))
            self._count(own + len(tag) + sum(map(len, attributes)) + sum(map(len, attributes.values())))

    def data(self, text: str) -> None:
        self.events += 1
        if self._open:
            self._count(len(text))
            self._open[-1].pieces.append(text)

    def end(self, tag: str) -> None:
        self.events += 1
        self._depth -= 1
        if self._open:
            node = self._open.pop()
            if not self._open:
                self.done.append(node)
                self._characters = 0

    def close(self) -> None:
        """End the document."""

    def _count(self, characters: int) -> None:
        self._characters += characters
        if self._characters > MAX_RECORD_CHARACTERS:
            raise ExportError(f"'{self._name}' holds a record of more than {MAX_RECORD_CHARACTERS:,} characters")


def _read_xml(stream: IO[bytes], name: str) -> Iterator[Node]:
    builder = _Builder(name)
    parser = XMLParser(target=builder)
    size = events = quiet = 0  # quiet: what was fed since the parser last told of something
    try:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > MAX_XML_BYTES:
                raise ExportError(f"'{name}' is too large: over {MAX_XML_BYTES:,} bytes")
            parser.feed(chunk)
            quiet = quiet + len(chunk) if builder.events == events else 0
            events = builder.events
            if quiet > MAX_TAG_BYTES:  # the parser begins it again with each chunk: 64 MB took it a minute
                raise ExportError(f"'{name}' holds a tag or comment of more than {MAX_TAG_BYTES:,} bytes")
            while builder.done:
                yield builder.done.popleft()
        parser.close()
    except DefusedXmlException as error:
        raise ExportError(f"'{name}' declares entities or outside documents, which no export does") from error
    except (ParseError, ValueError, LookupError) as error:
        raise ExportError(f"'{name}' is not well-formed XML ({error})") from error
    yield from builder.done


def _read_json(data: bytes, name: str) -> Iterator[Node]:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ExportError(f"'{name}' is no sound JSON ({error})") from error
    rows = document.get("results") if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ExportError(f"'{name}' holds no list of records")
    for row in rows:
        yield Node(ITEM, [Node(key, pieces=[_write(value)]) for key, value in row.items()])


def _read_csv(data: bytes, name: str) -> Iterator[Node]:
    try:
        text = data.decode("utf-8-sig")
        delimiter = ";" if text.partition("\n")[0].count(";") > 1 else ","
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield Node(ITEM, [Node(_as_tag(key), pieces=[value]) for key, value in row.items() if key and value])
    except (UnicodeDecodeError, csv.Error) as error:
        raise ExportError(f"'{name}' is no sound CSV ({error})") from error


def _write(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_tag(heading: str) -> str:
    """Write a column's heading as JSON and XML name it: "domaine/sous-domaine" is "domainesous-domaine" there."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", heading.lower()) if not unicodedata.combining(c))
    return re.sub(r"\s+", "_", re.sub(r"[^\w\s-]", "", plain).strip())
