"""A small index to build, change and damage."""

from pathlib import Path

from chatbot.config import Settings
from chatbot.index import (
    CHUNKS,
    Artefact,
    Index,
    Manifest,
    Outcome,
    build_index,
    current_version,
    open_index,
    roll_back,
)
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


def cut_manifest(workshop: Workshop) -> None:
    path = workshop.current / "manifest.json"
    path.write_bytes(path.read_bytes()[:100])


def cut_sheets(workshop: Workshop) -> None:
    path = workshop.current / "sheets.json"
    path.write_bytes(path.read_bytes()[:-5])
