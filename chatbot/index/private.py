"""The vectors in a version's folder come in; a copy that one process may open while others have theirs goes out."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from chatbot.index.errors import IndexProblem
from chatbot.index.refusals import is_full

PREFIX = "chatbot-vectors-"
LOCK = ".lock"


class PrivateFolder:
    """A temporary folder that is deleted when it is closed; or by the next one, when its process died before."""

    def __init__(self) -> None:
        place = Path(tempfile.gettempdir())
        _sweep(place)
        made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
        self._lock = FileLock(made / LOCK)  # freed by the system when the process dies
        self._lock.acquire()
        self.path = made.rename(place / f"{PREFIX}{made.name.rpartition('-')[2]}")  # locked before others see it

    def close(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.release()


def copy_privately(source: Path, copy: Callable[[Path, Path], None]) -> tuple[Path, PrivateFolder]:
    """Copy a folder into a private one; give the copy and what closes it; raise IndexProblem when it doesn't fit."""
    try:
        private = PrivateFolder()
    except OSError as error:
        raise _no_place(error) from error
    try:
        copy(source, private.path / source.name)
    except BaseException as error:
        private.close()
        if is_full(error, private.path.parent):
            raise _no_place(error) from error
        raise
    return private.path / source.name, private


def _no_place(error: BaseException) -> IndexProblem:
    detail = f"{type(error).__name__}: {error}".splitlines()[0][:100]
    return IndexProblem(
        f"The vectors of the index can't be copied into the temporary folder ({detail}). "
        "Free some space there, or name another folder in TMPDIR."
    )


def _sweep(place: Path) -> None:
    """Delete the folders of processes that are no more."""
    for path in place.glob(f"{PREFIX}*"):
        try:
            if path.is_symlink() or path.stat().st_uid != os.getuid():
                continue
            with FileLock(path / LOCK, timeout=0):
                shutil.rmtree(path, ignore_errors=True)
        except (OSError, Timeout):
            continue
