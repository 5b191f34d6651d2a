"""A vectorstore folder comes in: one folder a version, and the file CURRENT that names the one to use."""

import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from chatbot.index.errors import REMEDY, IndexBusy, IndexCorrupted
from chatbot.index.refusals import tell_refusals

POINTER = "CURRENT"
LOCK = ".lock"
REPLACED = "REPLACED"  # in a version's folder, from the moment when another became the current one
HELD = "HELD"  # names the version that was rolled back to, which indexing leaves in place until it is released
# A server may answer from a replaced version for some time; Chroma opens its files again when several ask at once.
KEPT_SECONDS = 120.0
VERSION = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")


def current_version(vectorstore: Path) -> str | None:
    """Name the version that CURRENT points to; None when there is no index; raise IndexCorrupted on a bad pointer."""
    pointer = vectorstore / POINTER
    if pointer.exists() and not pointer.is_file():
        raise IndexCorrupted(f"The index pointer '{pointer}' is no file. Move it away. {REMEDY}")
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexCorrupted(
            f"The index pointer '{pointer}' cannot be read ({error}). {REMEDY}"
        ) from error
    if not VERSION.fullmatch(name) or not (vectorstore / name).is_dir():
        raise IndexCorrupted(f"The index pointer '{pointer}' names {name!r}, no version here. {REMEDY}")
    return name


def new_version() -> str:
    """Make a name for a version; later ones sort after."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


@contextmanager
def hold_lock(vectorstore: Path) -> Iterator[None]:
    """Keep other indexers out of the folder, made if missing; raise IndexBusy when one is at work."""
    with tell_refusals(vectorstore):
        vectorstore.mkdir(parents=True, exist_ok=True)
        lock = FileLock(vectorstore / LOCK)  # freed by the system when the process dies
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise IndexBusy(
                f"Another process is indexing into '{vectorstore}'. Wait until it ends, then run this again."
            ) from error
    try:
        yield
    finally:
        lock.release()


def publish_version(vectorstore: Path, version: str) -> None:
    """Make a finished version the current one: all of it is on disk before the pointer moves, in one step."""
    for path in sorted((vectorstore / version).rglob("*"), reverse=True):
        _flush(path)
    _flush(vectorstore / version)
    replaced = _pointed_version(vectorstore)
    _point_to(vectorstore, version)
    release_version(vectorstore)
    if replaced:
        (vectorstore / replaced / REPLACED).touch()


def restore_version(vectorstore: Path, version: str, replaced: str | None) -> None:
    """Make a version current again, and hold it."""
    (vectorstore / HELD).write_text(f"{version}\n", encoding="utf-8")  # of no effect until the pointer moves
    (vectorstore / version / REPLACED).unlink(missing_ok=True)
    _point_to(vectorstore, version)
    if replaced:
        (vectorstore / replaced / REPLACED).touch()


def is_held(vectorstore: Path, version: str) -> bool:
    """Whether a version was rolled back to and not released since."""
    try:
        return (vectorstore / HELD).read_text(encoding="utf-8").strip() == version
    except (OSError, UnicodeDecodeError):
        return False


def release_version(vectorstore: Path) -> None:
    """Let indexing replace a version that was rolled back to."""
    (vectorstore / HELD).unlink(missing_ok=True)


def list_versions(vectorstore: Path) -> list[str]:
    """Name every version in the folder, oldest first."""
    return sorted(path.name for path in vectorstore.iterdir() if VERSION.fullmatch(path.name))


def _pointed_version(vectorstore: Path) -> str | None:
    """Name the version that is current, damaged or not."""
    try:
        return current_version(vectorstore)
    except IndexCorrupted:
        return None


def _point_to(vectorstore: Path, version: str) -> None:
    pointer = vectorstore / f"{POINTER}.new"
    pointer.unlink(missing_ok=True)  # of a process that was killed
    pointer.write_text(f"{version}\n", encoding="utf-8")
    _flush(pointer)
    os.replace(pointer, vectorstore / POINTER)
    _flush(vectorstore)


def clean_versions(vectorstore: Path, keep: set[str], drop: Callable[[Path], bool]) -> None:
    """Delete every version but these and those replaced a moment ago, and a pointer that was never moved.

    `drop` deletes what a version has elsewhere; where it can't now, the folder stays for the next time.
    """
    (vectorstore / f"{POINTER}.new").unlink(missing_ok=True)
    for version in list_versions(vectorstore):
        if version not in keep and not _was_replaced_lately(vectorstore / version) and drop(vectorstore / version):
            shutil.rmtree(vectorstore / version, ignore_errors=True)


@contextmanager
def dropping_unfinished(vectorstore: Path, drop: Callable[[Path], bool]) -> Iterator[None]:
    """Delete the version that was begun meanwhile, unless it became the current one, when anything goes wrong."""
    before = set(list_versions(vectorstore))
    try:
        yield
    except BaseException:
        clean_versions(vectorstore, {*before, _pointed_version(vectorstore) or ""}, drop)
        raise


def _was_replaced_lately(version: Path) -> bool:
    try:
        return time.time() - (version / REPLACED).stat().st_mtime < KEPT_SECONDS
    except FileNotFoundError:
        return False


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
