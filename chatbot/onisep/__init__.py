"""Onisep's exports come in, downloaded or from a folder; the same Markdown sheets as any other go out."""

from chatbot.onisep.datasets import DATASETS, DOWNLOADS
from chatbot.onisep.download import DownloadError
from chatbot.onisep.fetching import Fetched, fetch, from_folder, from_onisep
from chatbot.onisep.records import ExportError

__all__ = [
    "DATASETS",
    "DOWNLOADS",
    "DownloadError",
    "ExportError",
    "Fetched",
    "fetch",
    "from_folder",
    "from_onisep",
]
