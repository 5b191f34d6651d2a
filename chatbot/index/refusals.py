"""What the system refuses while an index is written comes in; one sentence about it goes out."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatbot.index.errors import IndexProblem

FULL = {errno.ENOSPC, errno.EDQUOT}
FULL_WORDS = ("no space left on device", "disk is full", "quota exceeded")  # shutil's, SQLite's, Chroma's
# Chroma may only say "Failed to apply logs to the hnsw segment writer", or that it lacks an attribute.
FULL_BYTES = 4_000_000


def is_full(error: BaseException, folder: Path) -> bool:
    """Tell whether an error comes from a folder that has no room left."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    if any(word in str(error).lower() for word in FULL_WORDS):
        return True
    try:
        return shutil.disk_usage(folder).free < FULL_BYTES
    except OSError:
        return False


@contextmanager
def tell_refusals(folder: Path) -> Iterator[None]:
    """Raise IndexProblem for a folder that is full or can't be written."""
    try:
        yield
    except (IndexProblem, KeyboardInterrupt):
        raise
    except BaseException as error:  # Chroma's are of many kinds, one of them no Exception
        if is_full(error, folder):
            raise IndexProblem(
                f"No room left in '{folder}'; the index is as it was. Free some space, then run this again."
            ) from error
        if isinstance(error, OSError):
            said = f"'{error.filename or folder}' cannot be read or written ({error.strerror or error})"
            raise IndexProblem(f"{said}. Mend that, then run this again.") from error
        raise
