"""What the system refuses while an index is written comes in; one sentence about it goes out."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatbot.index.errors import IndexProblem

FULL = {errno.ENOSPC, errno.EDQUOT}
FULL_WORDS = ("No space left on device", "disk is full", "quota exceeded")  # SQLite's, Chroma's and shutil's


def is_full(error: BaseException) -> bool:
    """Tell whether there was no room left to write."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    return any(word.lower() in str(error).lower() for word in FULL_WORDS)


@contextmanager
def tell_refusals(vectorstore: Path) -> Iterator[None]:
    """Raise IndexProblem for a folder that is full or can't be written."""
    try:
        yield
    except IndexProblem:
        raise
    except OSError as error:
        if is_full(error):
            raise no_room(vectorstore) from error
        where = error.filename or vectorstore
        raise IndexProblem(
            f"'{where}' cannot be read or written ({error.strerror or error}). Mend that, then run this again."
        ) from error
    except BaseException as error:  # Chroma's, which are of several kinds, one of them no Exception
        if is_full(error):
            raise no_room(vectorstore) from error
        raise


def no_room(folder: Path) -> IndexProblem:
    """Say that a folder is full."""
    return IndexProblem(f"No room left in '{folder}'; the index is as it was. Free some space, then run this again.")
