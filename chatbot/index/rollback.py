"""A vectorstore comes in; the version before the current one, opened to be sure and made current again, goes out."""

from pathlib import Path

from chatbot.config import Settings
from chatbot.index.build import OpenModel, open_model
from chatbot.index.errors import IndexCorrupted, IndexMissing, IndexProblem
from chatbot.index.manifest import Manifest, open_manifest
from chatbot.index.places import Place
from chatbot.index.reading import open_version
from chatbot.index.refusals import tell_refusals
from chatbot.index.versions import current_version, hold_lock, list_versions, restore_version


def roll_back(settings: Settings, *, open_model: OpenModel = open_model) -> Manifest:
    """Make the version before the current one current again, and hold it: nothing is indexed until that is released.

    Raise IndexMissing when there is none, or what is wrong with it; then all stays as it was.
    """
    vectorstore = settings.vectorstore
    with hold_lock(vectorstore), tell_refusals(vectorstore):
        current, version = _find_previous(vectorstore)
        if version is None:
            raise IndexMissing(f"There is no earlier version of the index in '{vectorstore}' to roll back to.")
        index = open_version(vectorstore / version, settings, open_model=open_model)
        index.close()
        if index.degraded:
            Place.of(settings).check(vectorstore)
        restore_version(vectorstore, version, current)
        return index.manifest


def _find_previous(vectorstore: Path) -> tuple[str | None, str | None]:
    """Name the current version and the one before it: as its manifest says, or the last one where that is damaged."""
    versions = list_versions(vectorstore)
    try:
        current = current_version(vectorstore)
        previous = open_manifest(vectorstore / current).previous if current else None
    except IndexProblem as error:
        current = versions[-1] if isinstance(error, IndexCorrupted) and versions else None
        previous = next((name for name in reversed(versions) if name != current), None)
    return current, previous if previous in versions else None
