"""An index that is damaged, killed while built, or of other settings: what is wrong is said, and it stays whole."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.config import Settings
from chatbot.index import (
    IndexCorrupted,
    IndexMismatch,
    IndexMissing,
    open_index,
)
from tests.fake_embedder import FakeEmbedder
from tests.workshop import ROOT, Workshop, cut_manifest, cut_sheets


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param(
            Settings(embedding="B"),
            r"^Index built with 'fake', settings ask for 'B'\. Run: python -m chatbot index$",
            id="model",
        ),
        pytest.param(
            Settings(embedding="fake", embedding_query_prompt="query: "),
            r"settings ask for 'fake' \(query prompt 'query: '\)",
            id="prompt",
        ),
    ],
)
def test_another_embedding_in_the_settings_is_refused(workshop: Workshop, settings: Settings, message: str) -> None:
    workshop.index()
    with pytest.raises(IndexMismatch, match=message):
        workshop.open(settings)


def test_a_model_that_changed_under_its_name_is_refused(workshop: Workshop) -> None:
    workshop.index()
    workshop.embedder = FakeEmbedder("fake v2")
    with pytest.raises(IndexMismatch, match="Index built with 'fake', the embedding is 'fake v2'"):
        workshop.open()


def test_no_index_is_missing(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=r"There is no index in .*Run: python -m chatbot index"):
        open_index(tmp_path / "nowhere", Settings())


def _point_nowhere(workshop: Workshop) -> None:
    (workshop.settings.vectorstore / "CURRENT").write_text("20200101T000000-00000000\n")


def _point_out(workshop: Workshop) -> None:
    (workshop.settings.vectorstore / "CURRENT").write_text("../../etc\n")


def _garble_pointer(workshop: Workshop) -> None:
    (workshop.settings.vectorstore / "CURRENT").write_bytes(b"\xff\0")


def _drop_vectors(workshop: Workshop) -> None:
    shutil.rmtree(workshop.current / "chroma")


def _garble_vectors(workshop: Workshop) -> None:
    (workshop.current / "chroma" / "chroma.sqlite3").write_bytes(b"not a database" * 1000)


def _drop_keywords(workshop: Workshop) -> None:
    (workshop.current / "keywords" / "text.npz").unlink()


@pytest.mark.parametrize(
    "damage",
    [
        _point_nowhere,
        _point_out,
        _garble_pointer,
        cut_manifest,
        cut_sheets,
        _drop_vectors,
        _garble_vectors,
        _drop_keywords,
    ],
)
def test_a_damaged_index_says_so_and_can_be_built_anew(workshop: Workshop, damage: Callable[[Workshop], None]) -> None:
    workshop.index()
    damage(workshop)
    with pytest.raises(IndexCorrupted, match="Run: python -m chatbot index"):
        workshop.open()
    workshop.index(full=True)
    assert workshop.nearest("souffle le verre")[0] == "MET.2#1"


def test_another_format_is_a_mismatch(workshop: Workshop) -> None:
    workshop.index()
    path = workshop.current / "manifest.json"
    path.write_text(path.read_text().replace('"format":', '"format":9', 1))
    with pytest.raises(IndexMismatch, match="Index of format 9"):
        workshop.open()
    workshop.index()
    assert any(line.startswith("Starting anew: Index of format 9") for line in workshop.lines)


def test_a_kill_at_any_moment_leaves_the_old_index_or_the_new(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("os.fork is missing here")
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        for sheet_id, title in (("MET.1", f"puce {name}"), ("MET.2", "souris")):
            sheet = f"# {title}\n**ID:** {sheet_id}\n\n## Nature du travail\n\nDes puces.\n"
            (tmp_path / name / f"{sheet_id}.md").write_text(sheet, encoding="utf-8")
    arguments = [str(tmp_path / name) for name in ("vectorstore", "old", "new")]
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed_indexer", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    *kills, end, folders = [line.partition(" ")[2] for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert len(kills) > 10
    assert set(kills) == {"puce old,souris", "puce new,souris"}
    assert (kills[0], end, folders) == ("puce old,souris", "puce new,souris", "2")
