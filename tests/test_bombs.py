"""Files and servers that swell: the reader ends with a clear error, in bounded memory, measured in a process apart."""

import gzip
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.onisep import DATASETS, DownloadError, fetch, from_folder
from tests.onisep_server import Served, serve
from tests.onisep_store import fetch_from, write_exports

MEBIBYTE = 1024**2
MOST = 600  # MiB that reading may take, modules included
# Reads a file as `fetch` does; prints what it says and the most memory that it took, in MiB.
READER = """
import re, sys
from pathlib import Path
from chatbot.onisep.records import ExportError, read_records
try:
    said = f"{sum(1 for record in read_records(Path(sys.argv[1])))} records"
except ExportError as error:
    said = str(error)
# ru_maxrss would be that of the process which started this one, where that is larger
print(int(re.search("VmHWM:.*?([0-9]+)", Path("/proc/self/status").read_text())[1]) // 1024, said)
"""


def swell(path: Path, name: str, head: bytes, unit: bytes, size: int) -> Path:
    """Write a zip whose one file repeats a unit up to a size."""
    piece = unit * (MEBIBYTE // len(unit))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w", force_zip64=True) as file:
        file.write(head)
        for _ in range(size // len(piece)):
            file.write(piece)
    return path


def quadratic() -> bytes:
    return b'<!DOCTYPE r [<!ENTITY a "' + b"x" * (MEBIBYTE // 4) + b'">]><r><metier>' + b"&a;" * 100_000


ENTITY = b'<!DOCTYPE r [<!ENTITY a "' + b"x" * (MEBIBYTE // 4) + b'">]><r><metier>' + b"&a;" * 100_000


@pytest.mark.parametrize(
    ("name", "head", "unit", "size", "reason"),
    [
        pytest.param("x.xml", b"<r>", b"<metier><a>b</a></metier>", 4, "not well-formed", id="many records"),
        pytest.param("x.xml", b"<r><metier>", b"<a/>", 64, "a record of more than", id="one record of many tags"),
        pytest.param("x.xml", b"<r><metier a='", b" ", 64, "a tag or comment of more", id="one attribute"),
        pytest.param("x.xml", b"<r", b" ", 64, "a tag or comment of more", id="a tag without an end"),
        pytest.param("x.xml", b"<r><!--", b" ", 64, "a tag or comment of more", id="a comment without an end"),
        pytest.param("x.xml", ENTITY, b" ", 1, "declares entities", id="quadratic entities"),
        pytest.param("x.xml", b"", b"<a>", 64, "nests elements", id="endless depth"),
        pytest.param("x.json", b"[", b"{},", 60, "too large", id="JSON of many objects"),
        pytest.param("x.json", b"", b"[", 100, "too large", id="deep JSON of 100 MiB"),
        pytest.param("x.json", b"[", b'"\xc3\xa9\xe2\x82\xac",', 60, "too large", id="JSON of many texts"),
        pytest.param("x.csv", b"", b";", 60, "too large", id="CSV of one row"),
        pytest.param("x.csv", b'a;b;c\n"', b"x\n", 60, "no sound CSV", id="CSV of one cell"),
    ],
)
def test_a_file_that_swells_is_read_in_bounded_memory(
    tmp_path: Path, name: str, head: bytes, unit: bytes, size: int, reason: str
) -> None:
    path = swell(tmp_path / "x.zip", name, head, unit, size * MEBIBYTE)
    ended = subprocess.run([sys.executable, "-c", READER, str(path)], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    taken, _, said = ended.stdout.partition(" ")
    assert reason in said
    assert int(taken) < MOST, f"{taken} MiB: {said}"


def test_what_swells_leaves_the_sheets_as_they_were(tmp_path: Path) -> None:
    store = tmp_path / "onisep"
    exports = write_exports(tmp_path / "in")
    fetch(store, from_folder(exports, str), str)
    before = {path.name: path.read_bytes() for path in (store / "sheets").rglob("*.md")}
    assert before
    bombs = tmp_path / "bombs"
    bombs.mkdir()
    head = b"<r><metier><identifiant>MET.1</identifiant></metier><metier>"
    swell(bombs / "x.zip", "x.xml", head, b"<a/>", MEBIBYTE * 16)
    with pytest.raises(Exception, match="a record of more than"):
        fetch(store, from_folder(bombs, str), str)
    assert {path.name: path.read_bytes() for path in (store / "sheets").rglob("*.md")} == before


@pytest.fixture
def mirror() -> Iterator[Served]:
    with serve(Served({f"/{dataset.path}": b"{}" for dataset in DATASETS})) as running:
        yield running


def test_a_compressed_answer_is_refused_unread(mirror: Served, tmp_path: Path) -> None:
    mirror.files = dict.fromkeys(mirror.files, gzip.compress(bytes(64 * MEBIBYTE)))
    mirror.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(DownloadError, match="an encoding that was not asked for"):
        fetch_from(mirror, tmp_path / "store")
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 1_000


@pytest.mark.parametrize("announced", [True, False], ids=["with its length", "without an end"])
def test_a_download_over_the_bound_is_broken_off_and_not_kept(
    mirror: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    monkeypatch.setattr("chatbot.onisep.download.MAX_BYTES", 4 * MEBIBYTE)
    mirror.endless = not announced
    mirror.files = dict.fromkeys(mirror.files, bytes(5 * MEBIBYTE))
    with pytest.raises(DownloadError, match="too large"):
        fetch_from(mirror, tmp_path / "store")
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 1_000
