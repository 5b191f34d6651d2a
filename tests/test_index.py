"""The index: only what changed is embedded, a kill leaves it whole, and what is wrong with it is said."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.catalogue import Catalogue
from chatbot.config import Settings
from chatbot.embedding import Embedder
from chatbot.index import (
    CHUNKS,
    EVERYDAY,
    Artefact,
    Index,
    IndexBusy,
    IndexCorrupted,
    IndexMismatch,
    IndexMissing,
    IndexProblem,
    Manifest,
    Outcome,
    build_index,
    current_version,
    open_index,
    read_changes,
    read_everyday_texts,
    roll_back,
)
from chatbot.index.adaptation import measure_change
from chatbot.index.manifest import open_manifest
from chatbot.index.versions import hold_lock
from chatbot.sheets import render_changes
from tests.fake_embedder import FakeEmbedder

ROOT = Path(__file__).parent.parent


class Workshop:
    """A folder of sheets, a vectorstore, and a fake embedder that tells what it was given."""

    def __init__(self, folder: Path) -> None:
        self.sheets = folder / "sheets"
        self.everyday = folder / "everyday"
        self.settings = Settings(vectorstore=folder / "vectorstore", embedding="fake")
        self.embedder = FakeEmbedder()
        self.lines: list[str] = []
        self.sheets.mkdir()
        self.everyday.mkdir()
        self.write("MET.1", "dompteur de puces", "Il ou elle dresse des puces.")
        self.write("MET.2", "souffleuse de verre", "Elle souffle le verre.")
        (self.everyday / "metiers.jsonl").write_text(
            '{"id": "MET.1", "title": "dompteur de puces", "names": ["puciste"], "descriptions": [], "questions": []}\n'
            '{"id": "MET.9", "title": "absente", "names": ["fantôme"], "question": "hante quoi ?"}\n',
            encoding="utf-8",
        )

    def write(self, sheet_id: str, title: str, text: str) -> None:
        sheet = f"# {title}\n**ID:** {sheet_id}\n\n## Nature du travail\n\n{text}\n"
        (self.sheets / f"{sheet_id}.md").write_text(sheet, encoding="utf-8")

    def index(self, *artefacts: Artefact, full: bool = False, release: bool = False) -> Outcome:
        self.embedder.encoded.clear()
        self.lines.clear()
        return build_index(
            [self.sheets],
            self.settings,
            artefacts,
            full=full,
            release=release,
            report=self.lines.append,
            open_model=lambda choice: self.embedder,
            everyday_folder=self.everyday,
        )

    def open(self, settings: Settings | None = None) -> Index:
        return open_index(self.settings.vectorstore, settings or self.settings, open_model=lambda choice: self.embedder)

    def roll_back(self) -> Manifest:
        return roll_back(self.settings, open_model=lambda choice: self.embedder)

    def nearest(self, text: str, collection: str = CHUNKS) -> list[str]:
        index = self.open()
        try:
            return [key for key, _ in index.nearest(index.embedder.encode_query(text), 10, collection)]
        finally:
            index.close()

    @property
    def current(self) -> Path:
        version = current_version(self.settings.vectorstore)
        assert version is not None
        return self.settings.vectorstore / version


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_an_index_gives_sheets_chunks_and_the_nearest(workshop: Workshop) -> None:
    outcome = workshop.index()
    assert (outcome.published, outcome.adapted, outcome.changes.added) == (True, False, 2)
    index = workshop.open()
    assert set(index.catalogue) == {"MET.1", "MET.2"}
    assert len(index.chunks) == len(list(index.chunks)) == 4
    [(best, similarity), *others] = index.nearest(index.embedder.encode_query("Elle souffle le verre."), 10)
    assert index.chunks[best].text == "Elle souffle le verre."
    assert 0.5 < similarity <= 1.0
    assert [s for _, s in others] == sorted((s for _, s in others), reverse=True)
    assert index.keywords.score("verre").text.argmax() == index.keywords.places["MET.2"]
    assert (index.manifest.embedding, index.manifest.dimension) == ("fake", 256)
    index.close()


def test_the_everyday_layer_is_apart_and_holds_sheets_that_are_not_loaded(workshop: Workshop) -> None:
    workshop.index()
    assert workshop.nearest("puciste", EVERYDAY)[0] == "MET.1#0"
    assert workshop.nearest("fantôme", EVERYDAY)[0] == "MET.9#0"
    assert not any(key.startswith("MET.9") for key in workshop.nearest("fantôme"))


@pytest.mark.parametrize("chunk_id", ["MET.1#99", "MET.99999#0", "MET.1#", "MET.1#-1", "MET.1"])
def test_an_unknown_chunk_is_a_key_error(workshop: Workshop, chunk_id: str) -> None:
    workshop.index()
    index = workshop.open()
    with pytest.raises(KeyError):
        index.chunks[chunk_id]
    index.close()


def test_nothing_is_near_a_question_without_known_words(workshop: Workshop) -> None:
    workshop.index()
    assert workshop.nearest("") == []


def test_an_unchanged_folder_makes_no_new_version(workshop: Workshop) -> None:
    first = workshop.index()
    version = workshop.current
    second = workshop.index()
    assert (second.published, second.manifest, workshop.current) == (False, first.manifest, version)
    assert workshop.embedder.encoded == []


def test_only_a_changed_sheet_is_embedded_again(workshop: Workshop) -> None:
    workshop.index()
    workshop.write("MET.2", "souffleuse de verre", "Elle souffle du cristal.")
    workshop.write("MET.3", "rempailleur", "Il rempaille.")
    outcome = workshop.index()
    assert (outcome.changes.added, outcome.changes.changed, outcome.changes.removed) == (1, 1, 0)
    assert {text.partition(" ›")[0] for text in workshop.embedder.encoded} == {"souffleuse de verre", "rempailleur"}
    assert workshop.nearest("cristal")[0] == "MET.2#1"
    assert len(workshop.nearest("dresse des puces")) == 6


def test_chunks_and_sheets_that_are_gone_are_found_no_more(workshop: Workshop) -> None:
    workshop.write("MET.1", "dompteur de puces", "Un.\n\n## Salaire\n\nDeux euros.\n\n## Accès au métier\n\nTrois.")
    workshop.index()
    assert set(workshop.nearest("puces")) == {"MET.1#0", "MET.1#1", "MET.1#2", "MET.1#3", "MET.2#0", "MET.2#1"}
    workshop.write("MET.1", "dompteur de puces", "Un.")
    (workshop.sheets / "MET.2.md").unlink()
    outcome = workshop.index()
    assert (outcome.changes.changed, outcome.changes.removed) == (1, 1)
    assert set(workshop.nearest("puces")) == {"MET.1#0", "MET.1#1"}
    assert set(workshop.open().catalogue) == {"MET.1"}


def test_a_changed_everyday_text_alone_is_taken_in(workshop: Workshop) -> None:
    workshop.index()
    path = workshop.everyday / "metiers.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("fantôme", "revenant"), encoding="utf-8")
    assert workshop.index().published
    assert workshop.embedder.encoded == ["absente revenant hante quoi ?"]
    assert workshop.nearest("revenant", EVERYDAY)[0] == "MET.9#0"


def test_full_embeds_everything_again(workshop: Workshop) -> None:
    workshop.index()
    assert workshop.index(full=True).published
    assert len(workshop.embedder.encoded) == 6


def test_another_embedding_embeds_everything_again(workshop: Workshop) -> None:
    workshop.index()
    workshop.settings = Settings(vectorstore=workshop.settings.vectorstore, embedding="other")
    workshop.embedder = FakeEmbedder("other", 32)
    workshop.index()
    assert len(workshop.embedder.encoded) == 6
    assert workshop.open().manifest.embedding == "other"


def test_broken_files_are_named_and_the_rest_is_indexed(workshop: Workshop) -> None:
    (workshop.sheets / "empty.md").write_text("")
    outcome = workshop.index()
    assert [problem.path.name for problem in outcome.problems] == ["empty.md"]
    assert any(line.startswith("Skipped") and "empty.md: empty file" in line for line in workshop.lines)
    assert len(workshop.open().catalogue) == 2


def test_no_sheet_at_all_leaves_the_index_as_it_was(workshop: Workshop) -> None:
    workshop.index()
    shutil.rmtree(workshop.sheets)
    with pytest.raises(IndexProblem, match="does not exist"):
        workshop.index()
    workshop.sheets.mkdir()
    with pytest.raises(IndexProblem, match="No sheet in"):
        workshop.index()
    assert len(workshop.open().catalogue) == 2


def test_an_artefact_is_built_again_only_when_its_inputs_change(workshop: Workshop) -> None:
    built: list[str] = []

    def artefact(name: str, fingerprint: str, follows_sheets: bool) -> Artefact:
        def build(folder: Path, catalogue: Catalogue, embedder: Embedder) -> None:
            built.append(name)
            (folder / "made").write_text(f"{len(catalogue)} {embedder.dimension} {fingerprint}")

        return Artefact(name, fingerprint, build, follows_sheets)

    workshop.index(artefact("labels", "a", False), artefact("names", "a", True))
    workshop.index(artefact("labels", "a", False), artefact("names", "a", True))
    assert built == ["labels", "names"]
    workshop.write("MET.3", "rempailleur", "Il rempaille.")
    workshop.index(artefact("labels", "a", False), artefact("names", "a", True))
    assert built == ["labels", "names", "names"]
    workshop.index(artefact("labels", "b", False), artefact("names", "a", True))
    assert built == ["labels", "names", "names", "labels"]
    index = workshop.open()
    assert (index.artefact("labels") / "made").read_text() == "3 256 b"
    assert (index.artefact("names") / "made").read_text() == "3 256 a"
    with pytest.raises(IndexMismatch, match=r"without 'other'. Run: python -m chatbot index"):
        index.artefact("other")


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


def test_a_second_indexer_is_refused(workshop: Workshop) -> None:
    with hold_lock(workshop.settings.vectorstore), pytest.raises(IndexBusy, match="Another process is indexing"):
        workshop.index()
    assert workshop.index().published


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


def _cut_manifest(workshop: Workshop) -> None:
    path = workshop.current / "manifest.json"
    path.write_bytes(path.read_bytes()[:100])


def _cut_sheets(workshop: Workshop) -> None:
    path = workshop.current / "sheets.json"
    path.write_bytes(path.read_bytes()[:-5])


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
        _cut_manifest,
        _cut_sheets,
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


@pytest.mark.parametrize(
    ("old", "new", "share"),
    [
        pytest.param({}, {}, 0.0, id="nothing"),
        pytest.param({"a": ("1", 50)}, {"a": ("1", 50)}, 0.0, id="same"),
        pytest.param({}, {"a": ("1", 50)}, 1.0, id="all-new"),
        pytest.param({"a": ("1", 50), "b": ("1", 50)}, {"a": ("1", 50)}, 0.5, id="one-gone"),
        pytest.param({"a": ("1", 90), "b": ("1", 10)}, {"a": ("1", 90), "b": ("2", 10)}, 0.1, id="one-changed"),
    ],
)
def test_the_change_since_the_training_is_a_share_of_the_text(
    old: dict[str, tuple[str, int]], new: dict[str, tuple[str, int]], share: float
) -> None:
    assert measure_change(old, new) == pytest.approx(share)


def test_the_everyday_layer_reads_and_covers_both_kinds() -> None:
    texts = {text.sheet_id: text for text in read_everyday_texts()}
    assert len(texts) == 3385
    assert all(text.title and text.phrases for text in texts.values())


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
    _cut_sheets(workshop)
    workshop.roll_back()
    assert workshop.current == old
    _cut_manifest(workshop)
    (workshop.settings.vectorstore / "CURRENT").write_text("20200101T000000-00000000\n")
    with pytest.raises(IndexCorrupted):
        workshop.roll_back()
    assert (old / "REPLACED").exists() is False and new.is_dir()


def test_there_is_nothing_to_roll_back_to_after_a_first_index(workshop: Workshop) -> None:
    workshop.index()
    with pytest.raises(IndexMissing, match="no earlier version"):
        workshop.roll_back()
