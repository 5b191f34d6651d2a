"""Sheets come in; an index on disk goes out (Chroma, keywords, sheets, manifest), and opens for finding answers."""

from chatbot.index.build import Artefact, Outcome, build_index
from chatbot.index.errors import IndexBusy, IndexCorrupted, IndexMismatch, IndexMissing, IndexProblem, ServerAway
from chatbot.index.everyday import EverydayText, read_everyday_texts
from chatbot.index.history import read_changes, read_indexed_sheets
from chatbot.index.manifest import Manifest
from chatbot.index.reading import Index, open_index
from chatbot.index.rollback import roll_back
from chatbot.index.vectors import CHUNKS, EVERYDAY
from chatbot.index.versions import current_version

__all__ = [
    "CHUNKS",
    "EVERYDAY",
    "Artefact",
    "EverydayText",
    "Index",
    "IndexBusy",
    "IndexCorrupted",
    "IndexMismatch",
    "IndexMissing",
    "IndexProblem",
    "Manifest",
    "Outcome",
    "ServerAway",
    "build_index",
    "current_version",
    "open_index",
    "read_changes",
    "read_everyday_texts",
    "read_indexed_sheets",
    "roll_back",
]
