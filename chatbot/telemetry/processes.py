"""Figures of several processes: each writes its own files in one folder, and whoever is asked adds them up."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client reads it once, when it is imported
DEAD = "dead"  # stands where a file's name has its process


def share_metrics(folder: Path) -> None:
    """Have this process and those that it starts add up their figures in a folder, which is made and emptied.

    To be called once, by the parent, before it starts the others and before anything imports prometheus_client.
    """
    if "prometheus_client" in sys.modules:
        raise RuntimeError("prometheus_client is imported already: call share_metrics before.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.glob("*.db"):
        path.unlink()
    os.environ[FOLDER] = str(folder.resolve())


@contextmanager
def sharing_metrics() -> Iterator[None]:
    """Share figures, in the folder that the environment names or in one that is gone when the block ends."""
    with TemporaryDirectory(prefix="chatbot-metrics-") as folder:
        share_metrics(Path(os.environ.get(FOLDER) or folder))
        yield


def shared_folder() -> Path | None:
    """Give the folder where the figures of several processes are, if there are several."""
    name = os.environ.get(FOLDER)
    return Path(name) if name else None


@contextmanager
def settled(folder: Path) -> Iterator[None]:
    """Keep the files as they are, those of processes that have ended folded together, while the block reads them."""
    with open(folder / "lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _bury(folder)
        yield


def list_processes(folder: Path) -> list[int]:
    """Give the processes that have files."""
    return sorted({pid for path in folder.glob("*.db") if (pid := _process_of(path))})


def is_alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it lives, under another user
    return True


def _bury(folder: Path) -> None:
    """Add the counts of processes that have ended to those of the dead, so that no count ever falls; drop the rest."""
    from prometheus_client.mmap_dict import MmapedDict

    for path in folder.glob("*.db"):
        pid = _process_of(path)
        if pid is None or is_alive(pid):
            continue
        kind = path.stem.partition("_")[0]
        if kind in ("counter", "histogram"):
            dead = MmapedDict(str(folder / f"{kind}_{DEAD}.db"))
            for key, value, timestamp, _ in MmapedDict.read_all_values_from_file(str(path)):
                dead.write_value(key, dead.read_value(key)[0] + value, timestamp)
            dead.close()
        path.unlink()


def _process_of(path: Path) -> int | None:
    pid = path.stem.rpartition("_")[2]
    return int(pid) if pid.isdigit() else None
