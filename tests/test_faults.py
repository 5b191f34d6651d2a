"""What happens to the index on disk, done for real: kills, damage, full and read-only disks, two indexers at once."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatbot.index import IndexCorrupted, IndexProblem, open_index
from tests.faulty_world import NEW, OLD, World, read_words
from tests.small_world import FOUNDER, GATHERER, KEEPER, RINGER, STORYTELLER, TAMER

KILLS = int(os.environ.get("FAULTS_KILLS", "20"))
CRUMBS = {"CURRENT", ".lock"}


@pytest.fixture
def own(world: World, tmp_path: Path) -> World:
    """A world that a test may break."""
    return world.copy(tmp_path)


def test_kills_at_random_moments_leave_a_whole_index_and_nothing_behind(own: World) -> None:
    seed = int(os.environ.get("FAULTS_SEED", random.SystemRandom().randrange(10**6)))
    print(f"FAULTS_SEED={seed}")
    moments = random.Random(seed)
    serving = own.open()
    served = read_words(serving)
    own.turn()
    started = time.monotonic()
    assert own.run("index")[0] == 0
    lasts = time.monotonic() - started
    words, killed = own.words(), 0
    for _ in range(KILLS):
        wanted = own.turn()
        process = own.start("index")
        try:
            process.wait(timeout=moments.uniform(0.1, 1.05) * lasts)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.communicate()
        found = own.words()
        assert found in (words, wanted), f"FAULTS_SEED={seed}"
        assert process.returncode != 0 or found == wanted
        words = found
        assert len(list(own.vectorstore.iterdir())) < 12, f"FAULTS_SEED={seed}"
    assert killed > KILLS / 2
    assert read_words(serving) == served
    serving.close()
    wanted = own.turn()
    status, _, err = own.run("index")
    assert (status, own.words()) == (0, wanted), err
    for folder in own.vectorstore.glob("2*"):  # those replaced stay for the servers that have them open
        if (folder / "REPLACED").exists():
            os.utime(folder / "REPLACED", (0, 0))
    assert own.run("index")[0] == 0
    assert len(list(own.vectorstore.glob("2*"))) <= 2
    assert {path.name for path in own.vectorstore.iterdir() if path.is_file()} == CRUMBS


def test_of_two_indexers_one_works_and_the_other_says_so(own: World) -> None:
    wanted = own.turn()
    processes = [own.start("index"), own.start("index")]
    ends = [(process.communicate(timeout=120)[1], process.returncode) for process in processes]
    sentence = f"Another process is indexing into '{own.vectorstore}'. Wait until it ends, then run this again."
    assert sorted(status for _, status in ends) == [0, 2], ends
    assert [err.strip() for err, status in ends if status == 2] == [sentence]
    assert own.words() == wanted


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


def _delete(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [_truncate, _zero, _flip_a_bit, _make_a_folder, _delete])
def test_damage_to_any_file_of_a_version_is_said(own: World, damage: Callable[[Path], None]) -> None:
    files = sorted(path for path in own.version.rglob("*") if path.is_file() and path.name != "REPLACED")
    assert len(files) > 15
    for path in files:
        if not path.stat().st_size or (path.name == "SHA256SUMS" and damage is _delete):  # as of an older program
            continue
        kept = path.with_name(f"{path.name}.kept")
        shutil.copy2(path, kept)
        damage(path)
        with pytest.raises(IndexCorrupted, match=r"^[^\n]*Run: python -m chatbot index( --full)?$"):
            open_index(own.vectorstore, own.settings)
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        kept.rename(path)
    assert own.words() == OLD


def test_the_remedy_for_a_damaged_index_mends_it(own: World) -> None:
    _flip_a_bit(own.version / "keywords" / "text.npz")
    status, out, err = own.run("ask", "Combien gagne un dresseur de puces ?")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "'keywords/text.npz' is not as it was written" in err
    damaged = own.version
    process = own.start("index")
    assert process.stderr
    assert process.stderr.readline().startswith("Starting anew: The index")
    process.terminate()  # the rest takes minutes
    process.communicate()
    assert own.version == damaged


FOREIGN: dict[str, Callable[[Path], None]] = {
    "a folder": lambda path: path.mkdir(),
    "garbage": lambda path: path.write_bytes(os.urandom(40)) and None,  # type: ignore[func-returns-value]
    "nowhere": lambda path: path.write_text("20200101T000000-00000000\n") and None,  # type: ignore[func-returns-value]
    "out": lambda path: path.write_text("../../../etc\n") and None,  # type: ignore[func-returns-value]
    "a pipe": lambda path: os.mkfifo(path),
    "a link to a file of others": lambda path: path.symlink_to("/etc/hostname"),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_pointer_that_is_none_is_one_sentence(own: World, what: str) -> None:
    (own.vectorstore / "CURRENT").unlink()
    FOREIGN[what](own.vectorstore / "CURRENT")
    with pytest.raises(IndexCorrupted, match=r"^[^\n]*Run: python -m chatbot index$"):
        open_index(own.vectorstore, own.settings)


def test_a_vectorstore_that_is_something_else_is_left_alone(own: World) -> None:
    import chromadb

    foreign = own.sheets.parent / "foreign"
    client = chromadb.PersistentClient(str(foreign))
    client.create_collection("theirs").add(ids=["1"], embeddings=[[1.0, 2.0]], documents=["un"])
    client.close()
    (foreign / "lettre.txt").write_text("à garder")
    before = {path: path.read_bytes() for path in foreign.rglob("*") if path.is_file()}
    with pytest.raises(IndexProblem, match="There is no index in"):
        open_index(foreign, own.settings)
    shutil.copytree(own.version, foreign / own.version.name)
    shutil.copy(own.vectorstore / "CURRENT", foreign / "CURRENT")
    own.turn()
    status, _, err = own.run("index", CHATBOT_VECTORSTORE=str(foreign))
    assert status == 0, err
    assert {path: path.read_bytes() for path in before} == before


def test_sheets_that_turn_bad_between_two_runs_are_named_and_the_others_indexed(own: World) -> None:
    own.path(FOUNDER).write_bytes(own.path(FOUNDER).read_bytes()[:9])
    own.path(RINGER).write_bytes(own.path(RINGER).read_bytes() + b"\xe9\xff")
    own.path(KEEPER).write_bytes(b"")
    text = own.path(GATHERER).read_text(encoding="utf-8")
    own.path(GATHERER).write_text(text.replace(GATHERER, "MET.90099"), encoding="utf-8")
    own.path(STORYTELLER).unlink()
    own.path(STORYTELLER).mkdir()
    own.turn()
    status, out, err = own.run("index")
    assert status == 0, err
    index = own.open()
    try:
        for sheet_id in (FOUNDER, RINGER, KEEPER):
            assert f"Skipped {own.path(sheet_id)}: " in err
            assert sheet_id not in index.catalogue
        assert GATHERER not in index.catalogue and "MET.90099" in index.catalogue
        assert STORYTELLER not in index.catalogue
        assert read_words(index) == NEW
        assert "3 files skipped" in out
        for sheet_id in (FOUNDER, RINGER, KEEPER, GATHERER, STORYTELLER):
            assert sheet_id in out  # what is gone from the answers is told
    finally:
        index.close()


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


# A whole version takes 33 MB: what there is room for beside it, in bytes, and so where it stops.
@pytest.mark.parametrize("room", [300_000, 20_000_000, 31_000_000, -400_000, -30_000])
def test_a_full_disk_is_one_sentence_and_the_old_index_goes_on(
    own: World, tmp_path: Path, mounted: Callable[..., None], room: int
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sum(path.stat().st_size for path in own.version.rglob("*"))
    free = room if room > 0 else size + room
    mounted(disk, "-t", "tmpfs", "-o", f"size={size + free + 500_000}", "none")
    shutil.copytree(own.version, disk / own.version.name)
    shutil.copy(own.vectorstore / "CURRENT", disk / "CURRENT")
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - free)))
    before = sorted(path.name for path in disk.iterdir())
    own.vectorstore = disk
    words = own.words()
    wanted = own.turn()
    status, out, err = own.run("index")
    told = f"No room left in '{disk}'; the index is as it was. Free some space, then run this again."
    assert (status, out, err.splitlines()[-1]) == (2, "", told)
    assert "Traceback" not in err
    assert own.words() == words
    assert sorted(path.name for path in disk.iterdir() if path.name != ".lock") == before
    subprocess.run(["mount", "-o", "remount,size=300m", str(disk)], check=True)
    status, _, err = own.run("index")
    assert (status, own.words()) == (0, wanted), err


def test_a_vectorstore_mounted_read_only_answers_and_refuses_to_be_indexed(
    own: World, mounted: Callable[..., None]
) -> None:
    mounted(own.vectorstore, "--bind", str(own.vectorstore))
    mounted(own.vectorstore, "-o", "remount,bind,ro")
    assert own.words() == OLD
    own.turn()
    status, out, err = own.run("index")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "cannot be read or written (Read-only file system)" in err


def test_serving_leaves_a_version_as_it_was_and_no_copy_behind(own: World, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in own.version.rglob("*") if path.is_file()}
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    status, out, err = own.run("ask", "Combien gagne un dresseur de puces ?", TMPDIR=str(temporary))
    assert (status, f"[{TAMER}]" in out) == (0, True), err
    assert {path: path.read_bytes() for path in own.version.rglob("*") if path.is_file()} == before
