"""The real sheets, written as Onisep's exports and fetched again: every fact and text comes out as it was."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from chatbot.onisep import DATASETS, Fetched, fetch, from_onisep
from chatbot.onisep.datasets import FORMATIONS, IDEO_FORMATIONS, METIERS
from chatbot.sheets import Sheet, compare_sheets, content_hash, find_files, parse_file, read_sheets, render_changes
from tests.onisep_exports import (
    formation_xml,
    ideo_formation_row,
    ideo_metier_row,
    metier_xml,
    write_json,
    write_xml,
)
from tests.onisep_server import Served, serve

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus at ../shared/corpus")


@pytest.fixture(scope="module")
def originals() -> dict[str, list[Sheet]]:
    return {dataset.name: [parse_file(path) for path in find_files([CORPUS / dataset.name])] for dataset in DATASETS}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, originals: dict[str, list[Sheet]]) -> Iterator[Path]:
    """A store filled over loopback with exports made of the real sheets."""
    folder = tmp_path_factory.mktemp("onisep")
    paths = [
        write_xml(folder / "metiers.zip", "metiers", map(metier_xml, originals["metiers"])),
        write_xml(folder / "formations.zip", "formations", map(formation_xml, originals["formations"])),
        write_json(folder / "ideo_formations.json", map(ideo_formation_row, originals["ideo_formations"])),
        write_json(folder / "ideo_metiers.json", map(ideo_metier_row, originals["ideo_metiers"])),
    ]
    files = {f"/{dataset.path}": path.read_bytes() for dataset, path in zip(DATASETS, paths, strict=True)}
    with serve(Served(files)) as served:
        fetched = fetch(folder / "store", from_onisep(str, served.url), str)
        assert isinstance(fetched, Fetched) and not any(summary.skipped for summary in fetched.summaries)
        yield folder / "store"


@pytest.mark.parametrize(
    ("name", "count"), [(METIERS.name, 1_043), (FORMATIONS.name, 2_342), (IDEO_FORMATIONS.name, 5_776)]
)
def test_every_sheet_of_a_data_set_has_the_same_facts_and_texts(
    store: Path, originals: dict[str, list[Sheet]], name: str, count: int
) -> None:
    found = {sheet.sheet_id: sheet for sheet in map(parse_file, find_files([store / "sheets" / name]))}
    assert len(found) == len(originals[name]) == count
    different = [
        (sheet.sheet_id, item.name)
        for sheet in originals[name]
        for item in fields(Sheet)
        if item.compare and getattr(sheet, item.name) != getattr(found[sheet.sheet_id], item.name)
    ]
    assert different == []


def test_all_four_together_are_the_same_corpus(store: Path) -> None:
    before, after = read_sheets([CORPUS]).sheets, read_sheets([store / "sheets"]).sheets
    assert len(after) == 6_819
    assert render_changes(compare_sheets(before, after)) == ""
    assert {i: content_hash(sheet) for i, sheet in before.items()} == {i: content_hash(s) for i, s in after.items()}
