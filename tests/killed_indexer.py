"""Indexes in child processes that are killed at one file operation after the other, and prints what each leaves.

Run as `python -m tests.killed_indexer VECTORSTORE OLD NEW`; a line a kill: the operation, the sheets then found.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from chatbot.config import Settings
from chatbot.index import IndexProblem, build_index, open_index
from tests.fake_embedder import FakeEmbedder

OPERATIONS = {
    "open",
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "shutil.copytree",
    "shutil.rmtree",
    "sqlite3.connect",
}


def index(vectorstore: Path, sheets: Path) -> None:
    settings = Settings(vectorstore=vectorstore, embedding="fake")
    build_index([sheets], settings, report=str, open_model=lambda _: FakeEmbedder(), everyday_folder=sheets)


def index_until(vectorstore: Path, sheets: Path, last: int) -> None:
    """Index, and die at an operation on the vectorstore: its number counts from 1."""
    done = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal done
        if event in OPERATIONS and arguments and str(vectorstore) in str(arguments[0]):
            done += 1
            if done == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    index(vectorstore, sheets)


def look(vectorstore: Path) -> None:
    """Print the titles that a server would find now, and whether their vectors are whole."""
    try:
        opened = open_index(vectorstore, Settings(embedding="fake"), open_model=lambda _: FakeEmbedder())
    except IndexProblem as error:
        print(type(error).__name__)
        return
    found = opened.nearest(opened.embedder.encode_query("puces"), 100)
    assert {chunk_id for chunk_id, _ in found} == set(opened.chunks)
    print(",".join(sorted(sheet.title for sheet in opened.catalogue.values())))


def run_child(work: Callable[[], None]) -> int:
    """Run something in a child process; give its wait status."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            work()
            sys.stdout.flush()
        except BaseException as error:
            print(repr(error), flush=True)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def main(vectorstore: Path, old: Path, new: Path) -> None:
    run_child(lambda: index(vectorstore, old))
    step = 1
    while True:
        status = run_child(lambda last=step: index_until(vectorstore, new, last))  # type: ignore[misc]
        if status == 0:
            break
        print(step, end=" ")
        run_child(lambda: look(vectorstore))
        step += 1 + step // 6 if step < 40 else 1  # one by one towards the end, where the pointer moves
    print("end", end=" ")
    run_child(lambda: look(vectorstore))
    print("folders", sum(path.is_dir() for path in vectorstore.iterdir()))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
