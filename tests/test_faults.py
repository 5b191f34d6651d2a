"""What happens to the index on disk, done for real: damage to any file, foreign folders, full and read-only disks."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatbot.config import Settings
from chatbot.index import IndexCorrupted, IndexProblem, open_index
from chatbot.index.versions import hold_lock
from chatbot.sheets import render_changes
from tests.workshop import ROOT, Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    workshop = Workshop(tmp_path)
    workshop.index()
    return workshop


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) * 2 // 3] ^= 4
    path.write_bytes(data)


def _make_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _not_utf_8(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\xe9\xff")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _delete(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [_truncate, _zero, _flip_a_bit, _make_a_folder, _delete])
def test_damage_to_any_file_of_a_version_is_said(workshop: Workshop, damage: Callable[[Path], None]) -> None:
    files = [path for path in workshop.current.rglob("*") if path.is_file()]
    files = [path for path in files if any(path.read_bytes())]  # Chroma leaves some empty, or of zeros
    assert len(files) > 8
    for path in files:
        if path.name == "SHA256SUMS" and damage is _delete:  # as of an older program
            continue
        kept = path.with_name(f"{path.name}.kept")
        shutil.copy2(path, kept)
        damage(path)
        with pytest.raises(IndexCorrupted, match=r"^[^\n]*Run: python -m chatbot index( --full)?$"):
            workshop.open()
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        kept.rename(path)
    workshop.open().close()


def test_indexing_again_mends_a_damaged_index_and_copies_none_of_the_damage(workshop: Workshop) -> None:
    _flip_a_bit(workshop.current / "keywords" / "text.npz")
    workshop.write("MET.3", "rempailleur", "Il rempaille.")
    assert workshop.index().published
    assert any(line.startswith("Starting anew: The index") for line in workshop.lines)
    assert workshop.nearest("rempaille")[0] == "MET.3#1"


def test_opening_writes_nothing_into_a_version(workshop: Workshop) -> None:
    before = {path: path.read_bytes() for path in workshop.current.rglob("*") if path.is_file()}
    workshop.nearest("souffle le verre")
    assert {path: path.read_bytes() for path in workshop.current.rglob("*") if path.is_file()} == before


FOREIGN: dict[str, Callable[[Path], object]] = {
    "a folder": lambda path: path.mkdir(),
    "garbage": lambda path: path.write_bytes(os.urandom(40)),
    "nowhere": lambda path: path.write_text("20200101T000000-00000000\n"),
    "out": lambda path: path.write_text("../../../etc\n"),
    "a pipe": lambda path: os.mkfifo(path),
    "a link to a file of others": lambda path: path.symlink_to("/etc/hostname"),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_pointer_that_is_none_is_one_sentence(workshop: Workshop, what: str) -> None:
    (workshop.settings.vectorstore / "CURRENT").unlink()
    FOREIGN[what](workshop.settings.vectorstore / "CURRENT")
    with pytest.raises(IndexCorrupted, match=r"^[^\n]*Run: python -m chatbot index$"):
        workshop.open()


def test_a_vectorstore_that_is_something_else_is_left_alone(workshop: Workshop, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    shutil.copytree(workshop.current / "chroma", foreign)
    (foreign / "lettre.txt").write_text("à garder")
    before = {path: path.read_bytes() for path in foreign.rglob("*") if path.is_file()}
    workshop.settings = Settings(vectorstore=foreign, embedding="fake")
    with pytest.raises(IndexProblem, match="There is no index in"):
        open_index(foreign, workshop.settings)
    assert workshop.index().published
    assert {path: path.read_bytes() for path in before} == before


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[Path, str], None]]:
    """Mount something, until the test ends; skip where that is not permitted."""
    done: list[Path] = []

    def mount(target: Path, *arguments: str) -> None:
        made = subprocess.run(["mount", *arguments, str(target)], capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"mounting is not permitted here ({made.stderr.strip()})")
        if target not in done:
            done.append(target)

    yield mount
    for target in done:
        subprocess.run(["umount", "-l", str(target)], check=True)


# What there is room for beside the version that serves: nothing, a part of its vectors, nearly all of another.
@pytest.mark.parametrize("share", [0.0, 0.2, 0.7])
def test_a_full_disk_is_one_sentence_and_the_old_index_goes_on(
    workshop: Workshop, tmp_path: Path, mounted: Callable[..., None], share: float
) -> None:
    disk, old = tmp_path / "disk", workshop.current
    disk.mkdir()
    mounted(disk, "-t", "tmpfs", "-o", "size=40m", "none")
    size = sum(path.stat().st_size for path in old.rglob("*"))
    shutil.copytree(old, disk / old.name)
    shutil.copy(workshop.settings.vectorstore / "CURRENT", disk / "CURRENT")
    filler = disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(disk).free - int(share * size)))
    before = sorted(path.name for path in disk.iterdir())
    workshop.settings = Settings(vectorstore=disk, embedding="fake")
    workshop.write("MET.3", "rempailleur", "Il rempaille.")
    with pytest.raises(IndexProblem, match=r"^No room left in '.*/disk'; the index is as it was\. Free some space"):
        workshop.index()
    assert sorted(path.name for path in disk.iterdir() if path.name != ".lock") == before
    assert workshop.nearest("souffle le verre")[0] == "MET.2#1"
    filler.unlink()
    assert workshop.index().published
    assert workshop.nearest("rempaille")[0] == "MET.3#1"


def test_a_vectorstore_mounted_read_only_answers_and_refuses_to_be_indexed(
    workshop: Workshop, mounted: Callable[..., None]
) -> None:
    vectorstore = workshop.settings.vectorstore
    mounted(vectorstore, "--bind", str(vectorstore))
    mounted(vectorstore, "-o", "remount,bind,ro")
    assert workshop.nearest("souffle le verre")[0] == "MET.2#1"
    with pytest.raises(IndexProblem, match=r"cannot be read or written \(Read-only file system\)"):
        workshop.index()


def test_a_second_process_that_indexes_says_so_and_ends_with_2(workshop: Workshop) -> None:
    vectorstore = workshop.settings.vectorstore
    environment = {"CHATBOT_SHEETS": str(workshop.sheets), "CHATBOT_VECTORSTORE": str(vectorstore)}
    with hold_lock(vectorstore):
        done = subprocess.run(
            [sys.executable, "-m", "chatbot", "index"],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
    sentence = f"Another process is indexing into '{vectorstore}'. Wait until it ends, then run this again.\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)


@pytest.mark.parametrize("spoil", [_not_utf_8, _empty, _make_a_folder, _delete])
def test_a_sheet_that_turns_bad_is_named_and_answers_no_more(workshop: Workshop, spoil: Callable[[Path], None]) -> None:
    path = workshop.sheets / "MET.1.md"
    spoil(path)
    workshop.write("MET.2", "souffleuse de verre", "Elle souffle du vent.")
    outcome = workshop.index()
    named = [path] if spoil in (_not_utf_8, _empty) else []  # the others are no sheet's file any more
    assert [problem.path for problem in outcome.problems] == named
    assert "MET.1" in render_changes(outcome.corpus_changes)
    assert set(workshop.nearest("souffle")) == {"MET.2#0", "MET.2#1"}
