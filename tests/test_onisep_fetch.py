"""Onisep's exports, from a folder or downloaded: kept, told, published, or left as they were."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from chatbot.onisep import DATASETS, DownloadError, ExportError
from chatbot.onisep.datasets import METIERS
from chatbot.onisep.download import Validators, download
from chatbot.onisep.store import KEPT
from chatbot.sheets import Niveau, render_changes
from tests.onisep_exports import metier_xml, write_xml, write_zip
from tests.onisep_server import Served, serve
from tests.onisep_store import CAP, TAMER, fetch_from, load, numbered, read, write_exports


def test_files_of_any_name_become_sheets_with_their_facts(tmp_path: Path) -> None:
    exports = write_exports(tmp_path / "in")
    (exports / "notes.txt").write_text("rien")
    (exports / "autre.json").write_text('[{"a": 1}]')
    fetched = load(tmp_path / "store", exports)
    assert fetched.updated and len(fetched.changes.added) == 2
    sheet = read(tmp_path / "store")["MET.90001"]
    assert (sheet.niveau, sheet.statuts, sheet.formations) == (TAMER.niveau, TAMER.statuts, TAMER.formations)
    assert sheet.names == TAMER.names
    assert sheet.sections == TAMER.sections
    assert read(tmp_path / "store")["FOR.90001"].metiers == CAP.metiers


def test_the_raw_files_are_kept_with_date_and_checksum_the_last_of_them(tmp_path: Path) -> None:
    for count in range(1, KEPT + 3):
        load(tmp_path / "store", write_exports(tmp_path / "in", *numbered(count)))
    raw = tmp_path / "store" / "raw"
    kept = sorted(raw.glob("metiers-*.zip"))
    assert len(kept) == KEPT == len(list(raw.glob("metiers-*.notes.json")))
    notes = json.loads((raw / f"{kept[-1].name}.notes.json").read_text())
    assert notes["size"] == kept[-1].stat().st_size and len(notes["sha256"]) == 64 and notes["fetched_at"]
    assert len(list(raw.glob("formations-*.zip"))) == 1  # the same bytes are not kept twice


def test_the_same_files_change_nothing_and_a_dry_run_only_tells(tmp_path: Path) -> None:
    store, exports = tmp_path / "store", write_exports(tmp_path / "in")
    load(store, exports)
    before = {path: path.stat().st_mtime_ns for path in (store / "sheets").rglob("*")}
    assert load(store, exports).summaries == ()
    write_exports(exports, replace(TAMER, niveau=Niveau("bac + 4", 4.0)))
    told = load(store, exports, dry_run=True)
    assert render_changes(told.changes) == "niveau of MET.90001: bac + 3 → bac + 4"
    assert {path: path.stat().st_mtime_ns for path in (store / "sheets").rglob("*")} == before
    assert load(store, exports).changes == told.changes
    assert read(store)["MET.90001"].niveau == Niveau("bac + 4", 4.0)


def test_far_fewer_sheets_than_last_time_need_force(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load(store, write_exports(tmp_path / "in", *numbered(10)))
    load(store, write_exports(tmp_path / "in", *numbered(8)))
    exports = write_exports(tmp_path / "in", *numbered(6))
    with pytest.raises(ExportError, match=r"The metiers have only 6 sheets instead of 8 last time; .* --force"):
        load(store, exports)
    assert len(read(store)) == 9
    assert len(load(store, exports, force=True).changes.removed) == 2


def test_what_is_not_in_the_folder_stays_as_it_was(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load(store, write_exports(tmp_path / "in"))
    write_xml((tmp_path / "only").with_suffix(".zip"), "metiers", map(metier_xml, numbered(2)))
    (tmp_path / "one").mkdir()
    os.replace(tmp_path / "only.zip", tmp_path / "one" / "only.zip")
    load(store, tmp_path / "one")
    assert sorted(read(store)) == ["FOR.90001", "MET.1", "MET.2", "MET.90001"]  # the last by the referential


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        pytest.param(lambda folder: (folder / "b.zip").write_bytes((folder / "fiches_metiers.zip").read_bytes()),
                     "both hold the metiers", id="twice"),
        pytest.param(lambda folder: [path.unlink() for path in folder.iterdir()], "none of Onisep's", id="empty"),
        pytest.param(lambda folder: write_zip(folder / "fiches_metiers.zip", f"<m>{metier_xml(TAMER)}<cut>"),
                     "not well-formed", id="cut short"),
    ],
)  # fmt: skip
def test_a_folder_that_is_not_as_it_should_be_leaves_the_sheets(tmp_path: Path, break_it, reason: str) -> None:  # type: ignore[no-untyped-def]
    store, exports = tmp_path / "store", write_exports(tmp_path / "in")
    load(store, exports)
    break_it(exports)
    with pytest.raises(ExportError, match=reason):
        load(store, exports)
    assert sorted(read(store)) == ["FOR.90001", "MET.90001"]
    assert not (store / "sheets.new").exists() or load(store, write_exports(exports), force=True).updated


def test_a_kill_between_two_steps_of_publication_is_mended(tmp_path: Path) -> None:
    store, exports = tmp_path / "store", write_exports(tmp_path / "in")
    load(store, exports)
    os.replace(store / "sheets", store / "sheets.old")
    (store / "sheets.new").mkdir()
    load(store, exports)
    assert sorted(read(store)) == ["FOR.90001", "MET.90001"]
    assert sorted(path.name for path in store.iterdir() if path.is_dir()) == ["raw", "sheets"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    exports = write_exports(tmp_path / "exports")
    names = ("fiches_metiers.zip", "fiches_formations.zip", "formations.json", "metiers.json")
    files = {f"/{dataset.path}": (exports / name).read_bytes() for dataset, name in zip(DATASETS, names, strict=True)}
    with serve(Served(files)) as running:
        yield running


def test_the_four_files_are_downloaded_and_asked_for_again_only_when_they_changed(
    served: Served, tmp_path: Path
) -> None:
    fetch_from(served, tmp_path / "store")
    assert sorted(read(tmp_path / "store")) == ["FOR.90001", "MET.90001"]
    served.requests.clear()
    assert not fetch_from(served, tmp_path / "store").updated
    assert [status for _, _, status in served.requests] == [304] * 4
    new = write_xml(tmp_path / "new.zip", "metiers", map(metier_xml, [TAMER, *numbered(1)]))
    served.files[f"/{METIERS.path}"] = new.read_bytes()
    served.requests.clear()
    assert [sheet.sheet_id for sheet in fetch_from(served, tmp_path / "store").changes.added] == ["MET.1"]
    assert [status for _, _, status in served.requests] == [200, 304, 304, 304]


def test_a_broken_download_goes_on_where_it_stopped(served: Served, tmp_path: Path) -> None:
    size = len(served.files[f"/{METIERS.path}"])
    served.cut_at = [size // 3, size // 3]
    pauses: list[float] = []
    fetch_from(served, tmp_path / "store", pauses)
    resumed = [(start, status) for path, start, status in served.requests if path == f"/{METIERS.path}"]
    assert resumed == [("", 200), (str(size // 3), 206), (str(2 * (size // 3)), 206)]
    assert pauses == [1.0, 2.0]
    assert "MET.90001" in read(tmp_path / "store")


def test_a_run_that_gave_up_is_resumed_by_the_next_unless_the_file_changed(served: Served, tmp_path: Path) -> None:
    target, url = tmp_path / "metiers.zip", f"{served.url}/{METIERS.path}"
    body = served.files[f"/{METIERS.path}"]
    served.cut_at = [10] * 6
    with httpx.Client() as client:
        with pytest.raises(DownloadError, match="could not be fetched in 6 attempts"):
            download(client, url, target, None, str, pause=lambda seconds: None)
        assert (tmp_path / "metiers.zip.part").stat().st_size == 60 and not target.exists()
        served.files[f"/{METIERS.path}"] = body[::-1]
        assert download(client, url, target, None, str, pause=lambda seconds: None)
    assert target.read_bytes() == body[::-1]  # nothing of the other file is in it
    assert sorted(path.name for path in tmp_path.glob("metiers*")) == ["metiers.zip"]


def test_without_a_strong_validator_a_download_starts_again(served: Served, tmp_path: Path) -> None:
    served.weak, served.cut_at = True, [10]
    with httpx.Client() as client:
        download(client, f"{served.url}/{METIERS.path}", tmp_path / "m.zip", None, str, pause=lambda seconds: None)
    assert [(start, status) for _, start, status in served.requests] == [("", 200), ("", 200)]
    assert (tmp_path / "m.zip").read_bytes() == served.files[f"/{METIERS.path}"]


@pytest.mark.parametrize(
    ("fail", "reason"),
    [
        pytest.param(lambda s: s.files.pop(f"/{METIERS.path}"), "answered 404 Not Found", id="gone"),
        pytest.param(lambda s: s.statuses.extend([503] * 6), "in 6 attempts .the server answered 503", id="down"),
        pytest.param(lambda s: setattr(s, "content_type", "text/html"), "gave 'text/html' instead", id="page"),
    ],
)
def test_an_answer_that_is_no_export_leaves_the_sheets(served: Served, tmp_path: Path, fail, reason: str) -> None:  # type: ignore[no-untyped-def]
    fetch_from(served, tmp_path / "store")
    served.files = {path: body + b"\0" for path, body in served.files.items()}
    fail(served)
    with pytest.raises(DownloadError, match=reason):
        fetch_from(served, tmp_path / "store")
    assert sorted(read(tmp_path / "store")) == ["FOR.90001", "MET.90001"]


def test_a_file_that_is_unsound_is_not_kept_and_is_fetched_again(served: Served, tmp_path: Path) -> None:
    sound = served.files[f"/{METIERS.path}"]
    served.files[f"/{METIERS.path}"] = b"PK broken"
    with pytest.raises(ExportError, match="no sound zip"):
        fetch_from(served, tmp_path / "store")
    served.files[f"/{METIERS.path}"] = sound
    assert fetch_from(served, tmp_path / "store").updated


def test_an_unreachable_server_is_named_after_some_attempts(tmp_path: Path) -> None:
    with httpx.Client() as client, pytest.raises(DownloadError, match="could not be fetched in 6 attempts"):
        download(client, "http://127.0.0.1:9/x", tmp_path / "x.zip", Validators(), str, pause=lambda seconds: None)
