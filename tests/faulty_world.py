"""A vectorstore as users have it, of a few invented sheets, and the real commands run on it in processes of their own.

Its embedding is the built-in one, adapted to these sheets alone (3 s) and said to know the whole everyday layer, which
takes minutes to learn: what `python -m chatbot index` then does is what it does every night.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from chatbot.assembly import list_artefacts
from chatbot.catalogue import Catalogue
from chatbot.config import Settings
from chatbot.embedding import Embedder
from chatbot.index import Index, adaptation, build_index, current_version, open_index, read_everyday_texts
from chatbot.index.build import EMBEDDING_FOLDER
from chatbot.index.contents import read_contents
from chatbot.index.everyday import EVERYDAY_FOLDER
from chatbot.index.integrity import write_checksums
from chatbot.question import read_examples, train_labels
from tests.fake_embedder import FakeEmbedder
from tests.small_world import SHEETS, TAMER

ROOT = Path(__file__).parent.parent
OLD, NEW = "Sous son chapiteau miniature", "Sous sa tente de poche"
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class World:
    """Sheets and a vectorstore in a folder; the text of one sheet can be turned from OLD to NEW and back."""

    def __init__(self, folder: Path) -> None:
        self.sheets, self.vectorstore = folder / "sheets", folder / "vectorstore"
        self.settings = Settings(sheets=(self.sheets,), vectorstore=self.vectorstore)

    @property
    def version(self) -> Path:
        """The folder of the current version."""
        name = current_version(self.vectorstore)
        assert name
        return self.vectorstore / name

    def path(self, sheet_id: str) -> Path:
        """The file of a sheet."""
        return self.sheets / f"{sheet_id}_invented.md"

    def turn(self) -> str:
        """Change a sheet; give the words that its index will hold."""
        text = self.path(TAMER).read_text(encoding="utf-8")
        gone, come = (OLD, NEW) if OLD in text else (NEW, OLD)
        self.path(TAMER).write_text(text.replace(gone, come), encoding="utf-8")
        return come

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start a command of the chatbot."""
        return subprocess.Popen(
            [sys.executable, "-m", "chatbot", *arguments],
            cwd=ROOT,
            env={**os.environ, **ALONE, **self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Run a command of the chatbot; give its status and what it printed."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    @property
    def environment(self) -> dict[str, str]:
        """The settings, for a process."""
        return {"CHATBOT_SHEETS": str(self.sheets), "CHATBOT_VECTORSTORE": str(self.vectorstore)}

    def open(self) -> Index:
        """Open the index."""
        return open_index(self.vectorstore, self.settings)

    def words(self) -> str:
        """Open the index, see that it is whole, and give which words it holds."""
        index = self.open()
        try:
            return read_words(index)
        finally:
            index.close()

    def copy(self, folder: Path) -> "World":
        """Make another world of this one."""
        shutil.copytree(self.sheets, folder / "sheets")
        shutil.copytree(self.vectorstore, folder / "vectorstore")
        return World(folder)


def read_words(index: Index) -> str:
    """See that an open index finds all its chunks and an answer; give which words it holds of the sheet that turns."""
    found = {key for key, _ in index.nearest(index.embedder.encode_query("dresser des puces"), len(index.chunks))}
    assert found == set(index.chunks)
    assert index.keywords.score("chapiteau tente").text.any()
    text = " ".join(chunk.text for chunk in index.chunks.of_sheet(TAMER))
    [words] = [words for words in (OLD, NEW) if words in text]
    return words


def learn_few_labels(folder: Path, catalogue: Catalogue, embedder: Embedder) -> None:
    """Learn the labels of questions from a tenth of the examples, as another embedding sees them: in a second."""
    train_labels(read_examples()[::10], FakeEmbedder(dimension=embedder.dimension).encode_query, folder)


def build_world(folder: Path) -> World:
    """Index the invented sheets with the built-in embedding."""
    world = World(folder)
    world.sheets.mkdir()
    for sheet_id, text in SHEETS.items():
        world.path(sheet_id).write_text(text, encoding="utf-8")
    (folder / "everyday").mkdir()
    artefacts = [replace(artefact, build=learn_few_labels) for artefact in list_artefacts()]
    build_index([world.sheets], world.settings, artefacts, report=str, everyday_folder=folder / "everyday")
    contents = read_contents([world.sheets], EVERYDAY_FOLDER, lambda count: None)
    first = world.version.name
    embedding = world.version / EMBEDDING_FOLDER
    texts = adaptation.list_texts(contents.chunks, read_everyday_texts())
    (embedding / adaptation.TRAINED_ON).write_text(json.dumps(texts), encoding="utf-8")
    write_checksums(world.version)
    build_index([world.sheets], world.settings, list_artefacts(), report=str)  # the everyday layer, to be found
    shutil.rmtree(world.vectorstore / first)
    return world
