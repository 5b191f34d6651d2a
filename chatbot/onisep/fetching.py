"""Onisep's addresses, or a folder of files from there, come in; sheets in the place of the former ones go out."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from chatbot.onisep.conversion import Summary, convert, identify_file
from chatbot.onisep.datasets import DATASETS, DOWNLOADS, METIERS, Dataset
from chatbot.onisep.download import TIMEOUT, Report, Validators, download
from chatbot.onisep.records import ExportError
from chatbot.onisep.store import RawFile, Store, Use
from chatbot.sheets import CorpusChanges, compare_sheets, read_sheets

CONVERTER = 1  # raise it when the same files make other sheets
LEAST_SHARE = 0.8  # of the sheets of last time; fewer is more likely a fault than a decision
FILE_TYPES = (".zip", ".xml", ".json", ".csv")
USER_AGENT = "chatbot-orientation (https://www.onisep.fr open data)"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: a summary of each data set, what it changes in the sheets, and whether these were replaced."""

    summaries: tuple[Summary, ...]
    changes: CorpusChanges
    updated: bool


Obtain = Callable[[Store], dict[Dataset, RawFile]]


def from_onisep(report: Report, mirror: str = DOWNLOADS, pause: Callable[[float], None] = time.sleep) -> Obtain:
    """Get the four files by download, from Onisep or from a mirror with the same paths."""

    def obtain(store: Store) -> dict[Dataset, RawFile]:
        with httpx.Client(follow_redirects=True, timeout=TIMEOUT, headers={"User-Agent": USER_AGENT}) as client:
            return {dataset: fetch_one(client, dataset, store) for dataset in DATASETS}

    def fetch_one(client: httpx.Client, dataset: Dataset, store: Store) -> RawFile:
        url = f"{mirror.rstrip('/')}/{dataset.path}"
        target = store.raw / f"{dataset.name}{Path(dataset.path).suffix}"
        known = store.newest_raw(dataset)
        validators = known.validators if known and known.origin == url else None
        received = download(client, url, target, validators, report, pause)
        if received is None and known:
            report(f"{dataset.name}: unchanged since {known.fetched_at:%Y-%m-%d}")
            return known
        return store.keep_raw(dataset, target, url, received or Validators(), move=True)

    return obtain


def from_folder(folder: Path, report: Report) -> Obtain:
    """Get the files from a folder, told by what they hold; a data set that isn't there stays as it is."""

    def obtain(store: Store) -> dict[Dataset, RawFile]:
        found: dict[Dataset, Path] = {}
        if not folder.is_dir():
            raise ExportError(f"'{folder}' is no folder")
        for path in sorted(folder.iterdir()):
            dataset = identify_file(path) if path.suffix.lower() in FILE_TYPES and path.is_file() else None
            if dataset is None:
                report(f"Left aside '{path.name}': none of the four exports")
            elif dataset in found:
                names = f"'{found[dataset].name}' and '{path.name}'"
                raise ExportError(f"{names} both hold the {dataset.name}: leave one in '{folder}'")
            else:
                found[dataset] = path
        if not found:
            raise ExportError(f"'{folder}' holds none of Onisep's exports")
        return {
            dataset: store.keep_raw(dataset, path, str(path.resolve()), Validators(), move=False)
            for dataset, path in found.items()
        }

    return obtain


def fetch(folder: Path, obtain: Obtain, report: Report, *, force: bool = False, dry_run: bool = False) -> Fetched:
    """Bring the sheets in `folder` up to date; raise ExportError or DownloadError, and leave them, on any doubt.

    `force` takes fewer sheets than LEAST_SHARE of last time too, and converts files that have not changed.
    `dry_run` tells what would change and changes nothing but the raw files kept.
    """
    store = Store(folder)
    with store.hold():
        raws = obtain(store)
        uses = store.read_uses()
        if not force and all(_is_in_use(uses.get(dataset.name), raw) for dataset, raw in raws.items()):
            return Fetched((), CorpusChanges(), False)
        summaries = tuple(_convert_all(store, raws, report))
        for summary in summaries:
            _check_count(summary, uses.get(summary.dataset.name), force)
        for dataset in DATASETS:
            if dataset not in raws and (store.sheets / dataset.name).is_dir():
                report(f"{dataset.name}: not there, the sheets of last time stay")
                shutil.copytree(store.sheets / dataset.name, store.staging / dataset.name)
        report("Comparing with the sheets of last time")
        before = read_sheets([store.sheets]).sheets if store.sheets.is_dir() else {}
        changes = compare_sheets(before, read_sheets([store.staging]).sheets)
        if dry_run:
            shutil.rmtree(store.staging)
            return Fetched(summaries, changes, False)
        for summary in summaries:
            raw = raws[summary.dataset]
            uses[summary.dataset.name] = Use(raw=raw, sheets=len(summary.titles), converter=CONVERTER)
        store.publish(uses)
    return Fetched(summaries, changes, True)


def _is_in_use(use: Use | None, raw: RawFile) -> bool:
    return use is not None and (use.raw.sha256, use.converter) == (raw.sha256, CONVERTER)


def _convert_all(store: Store, raws: dict[Dataset, RawFile], report: Report) -> Iterator[Summary]:
    """Convert each file into the staging folder: the métiers first, formations name them."""
    titles: dict[str, str] = {}
    for dataset in sorted(raws, key=DATASETS.index):
        report(f"Converting the {dataset.name}")
        with _dropped_when_unsound(store, raws[dataset]):
            summary = convert(store.raw / raws[dataset].name, dataset, store.staging / dataset.name, titles, report)
        if dataset is METIERS:
            titles = summary.titles
        yield summary


@contextmanager
def _dropped_when_unsound(store: Store, raw: RawFile) -> Iterator[None]:
    try:
        yield
    except ExportError:
        store.drop_raw(raw)
        raise


def _check_count(summary: Summary, use: Use | None, force: bool) -> None:
    found, before = len(summary.titles), use.sheets if use else 0
    if found < LEAST_SHARE * before and not force:
        counts = f"{found:,} sheets instead of {before:,}"
        raise ExportError(f"The {summary.dataset.name} have only {counts} last time; if that is right, add --force")
