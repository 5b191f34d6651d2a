"""The commands of whoever looks after the sheets: fetch and check them, know their quality, follow what changes."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.config import FETCHED_SHEETS, Settings
from chatbot.sheets import count_changes, dump_changes, printable, render_changes

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Sequence

    from chatbot.index import Outcome

BAD_USE = 2
SHOWN_CHANGES = 40  # lines of what changed, after an indexing; `changes` prints them all


def add_commands(commands: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the commands of upkeep."""
    fetching = commands.add_parser("fetch", help="bring Onisep's sheets up to date, and index them")
    fetching.add_argument("--from", type=Path, dest="folder", metavar="DIR", help="take files downloaded before")
    fetching.add_argument("--mirror", metavar="URL", help="download from here instead of Onisep")
    fetching.add_argument("--dry-run", action="store_true", help="only tell what would change")
    fetching.add_argument("--force", action="store_true", help="take far fewer sheets than last time too")
    fetching.set_defaults(run=run_fetch)
    check = commands.add_parser("check", help="tell every problem in files of sheets, with file and line")
    check.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="folders or files")
    check.set_defaults(run=run_check)
    catalogue = commands.add_parser("catalogue", help="tell the quality of the sheets that are indexed")
    catalogue.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="these instead of the index")
    catalogue.add_argument("--json", action="store_true", help="print all of it as JSON")
    catalogue.set_defaults(run=run_catalogue)
    changes = commands.add_parser("changes", help="tell what changed last in the sheets that are indexed")
    changes.add_argument("--json", action="store_true", help="print it as JSON")
    changes.set_defaults(run=run_changes)
    rollback = commands.add_parser("rollback", help="go back to the index before this one, and hold it")
    rollback.set_defaults(run=run_rollback)


def run_fetch(options: argparse.Namespace, settings: Settings) -> int:
    """Fetch, convert, tell what changes, index."""
    from chatbot.onisep import DOWNLOADS, DownloadError, ExportError, fetch, from_folder, from_onisep

    folder, mirror = settings.onisep / FETCHED_SHEETS, options.mirror or DOWNLOADS
    obtain = from_folder(options.folder, report) if options.folder else from_onisep(report, mirror)
    try:
        fetched = fetch(settings.onisep, obtain, report, force=options.force, dry_run=options.dry_run)
    except (DownloadError, ExportError) as error:
        return refuse(f"{error}. Nothing was changed.")
    except OSError as error:
        return refuse(f"'{error.filename or settings.onisep}' cannot be written ({error.strerror}).")
    for summary in fetched.summaries:
        print(printable(summary.render()))
    if not fetched.summaries:
        print(f"The sheets in '{folder}' are up to date.")
    else:
        print(count_changes(fetched.changes))
    if options.dry_run:
        print(render_changes(fetched.changes))
        return 0
    settings = Settings.from_environment()  # the sheets that are there now may be those to index by default
    if not any(folder.resolve().is_relative_to(path.resolve()) for path in settings.sheets):
        given = ":".join(map(str, settings.sheets))
        return refuse(f"Not indexed: CHATBOT_SHEETS is '{given}'. Set CHATBOT_SHEETS={folder}:{given} and index.")
    return index_and_tell(settings.sheets, settings)


def run_check(options: argparse.Namespace, settings: Settings) -> int:
    """Print what is wrong in files of sheets; give 1 when anything is."""
    from chatbot.checking import check_paths
    from chatbot.index import IndexProblem, read_indexed_sheets

    missing = next((path for path in options.paths if not path.exists()), None)
    if missing:
        return refuse(f"'{missing}' does not exist. Give existing folders or files.")
    try:
        known = read_indexed_sheets(settings.vectorstore)
    except IndexProblem:
        known = None
    count, remarks = check_paths(options.paths, known)
    for remark in remarks:
        print(remark)
    told = "aucun problème" if not remarks else f"{len(remarks):,} problème{'s' * (len(remarks) > 1)}"
    print(f"{count:,} fichier{'s' * (count > 1)}, {told}" if count else "aucune fiche ici", file=sys.stderr)
    return int(bool(remarks) or not count)


def run_catalogue(options: argparse.Namespace, settings: Settings) -> int:
    """Print the quality of the sheets."""
    from chatbot.catalogue import Catalogue
    from chatbot.index import IndexProblem, read_indexed_sheets
    from chatbot.quality import dump_quality, inspect_catalogue, render_quality
    from chatbot.sheets import read_sheets

    try:
        sheets = read_sheets(options.paths).sheets if options.paths else read_indexed_sheets(settings.vectorstore)
    except IndexProblem as error:
        return refuse(error)
    except OSError as error:
        return refuse(f"'{error.filename}' cannot be read ({error.strerror}).")
    quality = inspect_catalogue(Catalogue(sheets.values()))
    print(dump_quality(quality).decode() if options.json else render_quality(quality))
    return 0


def run_changes(options: argparse.Namespace, settings: Settings) -> int:
    """Print what changed last in the corpus."""
    from chatbot.index import IndexProblem, read_changes

    try:
        changes = read_changes(settings.vectorstore)
    except IndexProblem as error:
        return refuse(error)
    if options.json:
        print(dump_changes(changes).decode())
    else:
        print("\n".join(filter(None, (count_changes(changes), render_changes(changes)))))
    return 0


def run_rollback(options: argparse.Namespace, settings: Settings) -> int:
    """Make the index before the current one current again; say which it is."""
    from chatbot.embedding import EmbeddingError
    from chatbot.index import IndexProblem, roll_back

    try:
        manifest = roll_back(settings)
    except (IndexProblem, EmbeddingError) as error:
        return refuse(error)
    built = f"{manifest.created_at:%Y-%m-%d %H:%M} UTC"
    print(f"Back to the index of {built}: {len(manifest.sheets):,} sheets, corpus {manifest.corpus_version}")
    print("It is held: sheets that change are left aside until you run: python -m chatbot index --release")
    return 0


def index_and_tell(
    paths: "Sequence[Path]", settings: Settings, *, adapt: bool = False, full: bool = False, release: bool = False
) -> int:
    """Index sheets; say what was done, and what changed in them."""
    from chatbot.assembly import index_sheets
    from chatbot.embedding import EmbeddingError
    from chatbot.index import IndexProblem

    try:
        outcome = index_sheets(paths, settings, report, adapt=adapt, full=full, release=release)
    except (IndexProblem, EmbeddingError) as error:
        return refuse(error)
    print(printable(_render_outcome(outcome)))
    return 0


def _render_outcome(outcome: "Outcome") -> str:
    from chatbot.index import CHUNKS

    manifest, changes = outcome.manifest, outcome.changes
    size = f"{len(manifest.sheets):,} sheets in {manifest.count_documents(CHUNKS):,} chunks"
    if outcome.held:
        return f"Index of {size}, held since a rollback. To index again: python -m chatbot index --release"
    done = (
        f"{changes.added:,} sheets added, {changes.changed:,} changed, {changes.removed:,} removed"
        if outcome.published
        else "nothing has changed"
    )
    skipped = f", {len(outcome.problems):,} files skipped" if outcome.problems else ""
    lines = [
        f"Index of {size}: {done}{skipped} ({outcome.seconds:.1f} s)",
        f"Corpus {manifest.corpus_version} of {manifest.corpus_date:%Y-%m-%d}",
    ]
    if manifest.previous and outcome.corpus_changes:
        lines.append(render_changes(outcome.corpus_changes, SHOWN_CHANGES))
    return "\n".join(lines)


def report(line: str) -> None:
    """Tell how it goes, beside what is asked for."""
    print(printable(line), file=sys.stderr, flush=True)


def refuse(error: object) -> int:
    """Say what is wrong in one sentence."""
    print(printable(error), file=sys.stderr)
    return BAD_USE
