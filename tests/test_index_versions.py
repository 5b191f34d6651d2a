"""Versions of the index: what each changed, which are kept, and going back."""

import json
import os

import pytest

from chatbot.index import (
    IndexCorrupted,
    IndexMissing,
    read_changes,
)
from chatbot.index.manifest import open_manifest
from chatbot.sheets import render_changes
from tests.workshop import Workshop, cut_manifest, cut_sheets


def test_an_open_index_goes_on_answering_while_two_more_are_published(workshop: Workshop) -> None:
    workshop.index()
    old = workshop.open()
    workshop.write("MET.2", "souffleuse de verre", "Elle souffle du cristal.")
    workshop.index()
    assert (
        old.chunks[old.nearest(old.embedder.encode_query("souffle le verre"), 1)[0][0]].text == "Elle souffle le verre."
    )
    assert (old.folder / "manifest.json").is_file()
    workshop.write("MET.2", "souffleuse de verre", "Elle souffle du vent.")
    workshop.index()
    assert len(old.nearest(old.embedder.encode_query("souffle le verre"), 10)) == 4
    old.close()


def test_only_the_version_before_and_those_replaced_a_moment_ago_are_kept(workshop: Workshop) -> None:
    folders = []
    for text in ("du verre", "du cristal", "du vent"):
        workshop.write("MET.2", "souffleuse de verre", f"Elle souffle {text}.")
        workshop.index()
        folders.append(workshop.current)
    assert [folder.is_dir() for folder in folders] == [True, True, True]
    os.utime(folders[0] / "REPLACED", (0, 0))
    assert not workshop.index().published
    assert [folder.is_dir() for folder in folders] == [False, True, True]


def test_each_version_tells_what_its_sheets_changed(workshop: Workshop) -> None:
    first = workshop.index().manifest
    workshop.write("MET.2", "souffleuse de verre", "Elle souffle.\n\n**Niveau d'accès minimum:** bac + 4")
    second = workshop.index()
    vectorstore = workshop.settings.vectorstore
    told = "niveau of MET.2: (absent) → bac + 4\ntext of MET.2: Nature du travail"
    assert render_changes(second.corpus_changes) == render_changes(read_changes(vectorstore)) == told
    assert second.manifest.corpus_version != first.corpus_version
    assert second.manifest.corpus_date > first.corpus_date


def test_a_new_index_of_the_same_sheets_keeps_the_corpus_version_its_date_and_what_changed(workshop: Workshop) -> None:
    workshop.index()
    workshop.write("MET.2", "souffleuse de verre", "Elle souffle du vent.")
    before = workshop.index()
    after = workshop.index(full=True)
    assert after.published and not after.corpus_changes
    assert after.manifest.corpus_version == before.manifest.corpus_version
    assert after.manifest.corpus_date == before.manifest.corpus_date < after.manifest.created_at
    assert read_changes(workshop.settings.vectorstore) == before.corpus_changes


def test_a_manifest_without_a_corpus_date_takes_that_of_the_index(workshop: Workshop) -> None:
    manifest = workshop.index().manifest
    path = workshop.current / "manifest.json"
    document = json.loads(path.read_text())
    assert document["corpus_version"] == manifest.corpus_version
    del document["corpus_date"], document["corpus_version"]
    path.write_text(json.dumps(document))
    assert open_manifest(workshop.current) == manifest.model_copy(update={"corpus_date": manifest.created_at})


def test_a_rollback_holds_the_version_before_until_released(workshop: Workshop) -> None:
    workshop.index()
    old = workshop.current
    workshop.write("MET.2", "souffleuse de verre", "Elle souffle du vent.")
    workshop.index()
    manifest = workshop.roll_back()
    assert (workshop.current, manifest) == (old, workshop.open().manifest)
    assert workshop.nearest("souffle le verre")[0] == "MET.2#1"
    held = workshop.index()
    assert (held.published, held.held, workshop.current) == (False, True, old)
    released = workshop.index(release=True)
    assert render_changes(released.corpus_changes) == "text of MET.2: Nature du travail"
    assert not workshop.index().held


def test_a_release_of_unchanged_sheets_ends_the_hold(workshop: Workshop) -> None:
    workshop.index()
    workshop.index(full=True)
    workshop.roll_back()
    assert not workshop.index(release=True).published
    assert not workshop.index().held


def test_a_damaged_index_can_be_rolled_back_and_a_damaged_one_is_not_gone_back_to(workshop: Workshop) -> None:
    workshop.index()
    old = workshop.current
    workshop.index(full=True)
    new = workshop.current
    cut_sheets(workshop)
    workshop.roll_back()
    assert workshop.current == old
    cut_manifest(workshop)
    (workshop.settings.vectorstore / "CURRENT").write_text("20200101T000000-00000000\n")
    with pytest.raises(IndexCorrupted):
        workshop.roll_back()
    assert (old / "REPLACED").exists() is False and new.is_dir()


def test_there_is_nothing_to_roll_back_to_after_a_first_index(workshop: Workshop) -> None:
    workshop.index()
    with pytest.raises(IndexMissing, match="no earlier version"):
        workshop.roll_back()
