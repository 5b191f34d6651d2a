"""Invented sheets, one for each trap of an answer, and an index of them built as the real one."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from chatbot.assembly import list_artefacts
from chatbot.config import Settings
from chatbot.index import Index, build_index, open_index
from tests.fake_embedder import FakeEmbedder

TAMER = "MET.90001"  # everything is said
FOUNDER = "MET.90002"  # shares the alias "campaniste" with RINGER
RINGER = "MET.90003"
CAVE_GUIDE = "MET.90004"  # the level field says bac, the text says no diploma
WIND_GAUGER = "MET.90005"  # no salary
STORYTELLER = "MET.90006"  # "Variable" salary
KEEPER = "MET.90007"  # weekly salary
GATHERER = "MET.90008"  # most sections are absent
TAMER_CAP = "FOR.90001"
BELL_BTS = "FOR.90002"  # no description, no access
WIND_MASTER = "FOR.90003"
UNLOADED = "FOR.90099"  # recommended by a métier, without a sheet

SHEETS = {
    path.name.partition("_")[0]: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "invented_sheets").glob("*.md"))
}
EVERYDAY = {
    "id": TAMER,
    "title": "dresseur de puces",
    "names": ["montreur de puces"],
    "descriptions": ["faire sauter des puces dans un cerceau"],
    "questions": ["c'est quoi le gars qui a un cirque de puces"],
}


def build_small_index(folder: Path, more: Mapping[str, str] | None = None) -> Index:
    """Index the sheets, and more of them by file name, with all that the real chatbot learns, and open the index."""
    sheets = folder / "sheets"
    sheets.mkdir()
    for sheet_id, text in SHEETS.items():
        (sheets / f"{sheet_id}_invented.md").write_text(text, encoding="utf-8")
    for name, text in (more or {}).items():
        (sheets / name).write_text(text, encoding="utf-8")
    (sheets / "metiers.jsonl").write_text(json.dumps(EVERYDAY, ensure_ascii=False) + "\n", encoding="utf-8")
    settings = Settings(vectorstore=folder / "vectorstore", embedding="fake")
    return _index_small(folder / "sheets", settings)


def put_on_server(index: Index, folder: Path, chroma_url: str) -> Index:
    """Give a small index once more, its vectors on a Chroma server; what it learned is taken over."""
    settings = Settings(vectorstore=folder / "vectorstore", embedding="fake", chroma_url=chroma_url)
    shutil.copytree(index.folder.parent, settings.vectorstore)
    return _index_small(index.folder.parent.parent / "sheets", settings)


def _index_small(sheets: Path, settings: Settings) -> Index:
    build_index(
        [sheets],
        settings,
        list_artefacts(),
        report=str,
        open_model=lambda choice: FakeEmbedder(),
        everyday_folder=sheets,
    )
    return open_index(settings.vectorstore, settings, open_model=lambda choice: FakeEmbedder())
