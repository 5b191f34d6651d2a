"""The index: what it gives, and that only what changed is embedded."""

import shutil
from pathlib import Path

import pytest

from chatbot.catalogue import Catalogue
from chatbot.config import Settings
from chatbot.embedding import Embedder
from chatbot.index import (
    EVERYDAY,
    Artefact,
    IndexBusy,
    IndexMismatch,
    IndexProblem,
    read_everyday_texts,
)
from chatbot.index.adaptation import measure_change
from chatbot.index.versions import hold_lock
from tests.fake_embedder import FakeEmbedder
from tests.workshop import Workshop


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


def test_a_second_indexer_is_refused(workshop: Workshop) -> None:
    with hold_lock(workshop.settings.vectorstore), pytest.raises(IndexBusy, match="Another process is indexing"):
        workshop.index()
    assert workshop.index().published


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
