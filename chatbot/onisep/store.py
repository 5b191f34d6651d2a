"""The folder of what came from Onisep: raw files with their date and checksum, the sheets made of them, what is in use.

    raw/metiers-20261020T101112345678-1a2b3c4d.zip   and .notes.json beside it: where from, when, its checksum
    sheets/metiers/MET.38.md                         what is indexed
    in_use.json                                      which raw files the sheets were made of
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from chatbot.config import FETCHED_SHEETS
from chatbot.onisep.datasets import Dataset
from chatbot.onisep.download import Validators
from chatbot.onisep.records import ExportError

RAW, IN_USE, LOCK, NOTES = "raw", "in_use.json", ".lock", ".notes.json"
KEPT = 5  # raw files of each data set


class RawFile(BaseModel):
    """A file as it came."""

    model_config = ConfigDict(frozen=True)
    name: str
    origin: str
    fetched_at: datetime
    size: int
    sha256: str
    etag: str = ""
    last_modified: str = ""

    @property
    def validators(self) -> Validators:
        """Give what tells its server which version it is."""
        return Validators(self.etag, self.last_modified)


class Use(BaseModel):
    """A raw file whose sheets are in use, and how many they are."""

    model_config = ConfigDict(frozen=True)
    raw: RawFile
    sheets: int
    converter: int


USES = TypeAdapter(dict[str, Use])


class Store:
    """The folder, made when it is first written to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.raw = folder / RAW
        self.sheets = folder / FETCHED_SHEETS
        self.staging = folder / f"{FETCHED_SHEETS}.new"
        self._replaced = folder / f"{FETCHED_SHEETS}.old"

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep others from fetching into the folder; mend what a kill has left."""
        self.raw.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / LOCK, timeout=0):
                if self._replaced.is_dir() and not self.sheets.exists():
                    os.replace(self._replaced, self.sheets)
                for leftover in (self.staging, self._replaced):
                    shutil.rmtree(leftover, ignore_errors=True)
                yield
        except Timeout as error:
            raise ExportError(f"Another process is fetching into '{self.folder}'") from error

    def read_uses(self) -> dict[str, Use]:
        """Tell which raw files the sheets were made of, by data set; nothing when there are none."""
        try:
            return USES.validate_json((self.folder / IN_USE).read_bytes()) if self.sheets.is_dir() else {}
        except (OSError, ValidationError):
            return {}

    def newest_raw(self, dataset: Dataset) -> RawFile | None:
        """Give the last file kept of a data set, if its bytes are still those that came."""
        for notes in sorted(self.raw.glob(f"{dataset.name}-[0-9]*{NOTES}"), reverse=True):
            try:
                raw = RawFile.model_validate_json(notes.read_bytes())
                if hash_file(self.raw / raw.name) == raw.sha256:
                    return raw
            except (OSError, ValidationError):
                continue
        return None

    def keep_raw(self, dataset: Dataset, path: Path, origin: str, validators: Validators, *, move: bool) -> RawFile:
        """Take a file in, moved or copied, with its date and checksum; one that is there already is not kept twice."""
        digest = hash_file(path)
        known = self.newest_raw(dataset)
        if known and known.sha256 == digest:
            if move:
                path.unlink()
            raw = known.model_copy(update={"etag": validators.etag, "last_modified": validators.last_modified})
        else:
            now = datetime.now(UTC)
            name = f"{dataset.name}-{now:%Y%m%dT%H%M%S%f}-{digest[:8]}{path.suffix.lower()}"
            (shutil.move if move else shutil.copyfile)(path, self.raw / name)
            raw = RawFile(
                name=name,
                origin=origin,
                fetched_at=now,
                size=(self.raw / name).stat().st_size,
                sha256=digest,
                etag=validators.etag,
                last_modified=validators.last_modified,
            )
        (self.raw / f"{raw.name}{NOTES}").write_text(raw.model_dump_json(indent=2), encoding="utf-8")
        return raw

    def drop_raw(self, raw: RawFile) -> None:
        """Forget a file that holds no sheets, so that it is fetched again."""
        (self.raw / raw.name).unlink(missing_ok=True)
        (self.raw / f"{raw.name}{NOTES}").unlink(missing_ok=True)

    def publish(self, uses: dict[str, Use]) -> None:
        """Put the sheets of the staging folder in the place of the others, whole; forget old raw files."""
        if self.sheets.exists():
            os.replace(self.sheets, self._replaced)
        os.replace(self.staging, self.sheets)
        shutil.rmtree(self._replaced, ignore_errors=True)
        notes = self.folder / f"{IN_USE}.new"
        notes.write_text(json.dumps(USES.dump_python(uses, mode="json"), indent=2), encoding="utf-8")
        os.replace(notes, self.folder / IN_USE)
        for name, use in uses.items():
            kept = sorted((path.name for path in self.raw.glob(f"{name}-[0-9]*{NOTES}")), reverse=True)
            for old in {notes.removesuffix(NOTES) for notes in kept[KEPT:]} - {use.raw.name}:
                (self.raw / old).unlink(missing_ok=True)
                (self.raw / f"{old}{NOTES}").unlink(missing_ok=True)


def hash_file(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
