"""Folders of Markdown come in; a new version of the index, published in one step, goes out."""

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path

from chatbot.catalogue import Catalogue
from chatbot.config import BUILT_IN_EMBEDDING, Settings
from chatbot.embedding import Embedder, open_embedding, open_sentence_transformer
from chatbot.index import adaptation
from chatbot.index.contents import Contents, digest_texts, read_contents
from chatbot.index.errors import REMEDY, IndexCorrupted, IndexMismatch
from chatbot.index.everyday import EVERYDAY_FOLDER
from chatbot.index.history import SHEETS_FILE, record_changes
from chatbot.index.integrity import verify_files, write_checksums
from chatbot.index.manifest import FORMAT, EmbeddingChoice, Manifest, open_manifest
from chatbot.index.places import Place
from chatbot.index.refusals import is_full, tell_refusals
from chatbot.index.vectors import CHUNKS, DAMAGE, Changes
from chatbot.index.versions import (
    clean_versions,
    current_version,
    dropping_unfinished,
    hold_lock,
    is_held,
    new_version,
    publish_version,
    release_version,
)
from chatbot.keywords import build_keywords
from chatbot.sheets import CorpusChanges, Problem, dump_sheets

KEYWORDS_FOLDER, EMBEDDING_FOLDER = "keywords", "embedding"
PROGRESS_SECONDS = 4.0

Report = Callable[[str], object]
OpenModel = Callable[[EmbeddingChoice], Embedder]


@dataclass(frozen=True, slots=True)
class Artefact:
    """Something more that is built with the index, into a folder of its name; built again only when its inputs change.

    Its inputs are the embedding, what `fingerprint` stands for and, if it follows them, the sheets.
    """

    name: str
    fingerprint: str
    build: Callable[[Path, Catalogue, Embedder], None]
    follows_sheets: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an indexing did; `published` is False when nothing had changed or the version is `held`."""

    manifest: Manifest
    problems: tuple[Problem, ...]
    changes: Changes
    published: bool
    adapted: bool
    seconds: float
    corpus_changes: CorpusChanges = field(default_factory=CorpusChanges)
    held: bool = False


@dataclass(frozen=True, slots=True)
class _Version:
    """A published version."""

    name: str
    folder: Path
    manifest: Manifest


def open_model(choice: EmbeddingChoice) -> Embedder:
    """Open the sentence-transformers model that the settings name."""
    return open_sentence_transformer(choice.model, choice.query_prompt, choice.document_prompt)


def build_index(
    paths: Sequence[Path],
    settings: Settings,
    artefacts: Sequence[Artefact] = (),
    *,
    adapt: bool = False,
    full: bool = False,
    release: bool = False,
    report: Report = print,
    open_model: OpenModel = open_model,
    everyday_folder: Path = EVERYDAY_FOLDER,
) -> Outcome:
    """Index these paths; raise IndexProblem when they hold no sheet or another indexer is at work.

    Unchanged sheets keep their vectors unless `full`; the built-in embedding is adapted again with `adapt` or `full`,
    and when more than adaptation.MAX_CHANGED of its texts changed. A version rolled back to stays until `release`.
    """
    started = time.monotonic()
    vectorstore = settings.vectorstore
    choice, place = EmbeddingChoice.of(settings), Place.of(settings)
    with hold_lock(vectorstore), dropping_unfinished(vectorstore, place.drop), tell_refusals(vectorstore):
        previous = _open_previous(vectorstore, report)
        place.check(vectorstore)
        wanted = (choice, place.kind)
        nothing = Changes(0, 0, 0)
        if release:
            release_version(vectorstore)
        if previous and is_held(vectorstore, previous.name) and previous.manifest.made_with == wanted:
            return Outcome(previous.manifest, (), nothing, False, False, time.monotonic() - started, held=True)
        if previous:
            clean_versions(vectorstore, {previous.name, previous.manifest.previous or ""}, place.drop)
        say = _throttle(report)
        contents = read_contents(paths, everyday_folder, lambda count: say(f"Reading the sheets: {count:,} files"))
        for problem in contents.problems:
            report(f"Skipped {problem.path}: {problem.reason}")
        artefacts = (_keywords_artefact(contents), *artefacts)
        base = previous if previous and not full and previous.manifest.choice == choice else None
        adapts = choice.model == BUILT_IN_EMBEDDING and (adapt or base is None or _has_outgrown(base, contents))
        if base and not adapts and _is_unchanged(base.manifest, contents, artefacts, place):
            return Outcome(base.manifest, contents.problems, nothing, False, False, time.monotonic() - started)
        version = new_version()
        folder = vectorstore / version
        folder.mkdir()
        if adapts:
            embedder: Embedder = _adapt(contents, folder / EMBEDDING_FOLDER, report)
        elif base and choice.model == BUILT_IN_EMBEDDING:
            shutil.copytree(base.folder / EMBEDDING_FOLDER, folder / EMBEDDING_FOLDER)
            embedder = open_embedding(folder / EMBEDDING_FOLDER)
        else:
            report(f"Opening the embedding {choice}")
            embedder = open_model(choice)
        if base and base.manifest.embedding != embedder.name:
            base = None
        try:
            changes = _sync_vectors(folder, base, place, contents, embedder, report)
        except DAMAGE as error:
            if base is None or is_full(error, vectorstore):
                raise
            raise IndexCorrupted(f"The index '{base.folder}' is damaged ({error}). {REMEDY} --full") from error
        (folder / SHEETS_FILE).write_bytes(dump_sheets(contents.sheets.values()))
        now = datetime.now(UTC)
        corpus_changes = record_changes(folder, previous.folder if previous else None, contents.sheets)
        manifest = Manifest(
            format=FORMAT,
            created_at=now,
            corpus_date=now if corpus_changes or not previous else previous.manifest.corpus_date,
            previous=previous.name if previous else None,
            choice=choice,
            embedding=embedder.name,
            dimension=embedder.dimension,
            sheets=contents.digests,
            collections=contents.groups(),
            artefacts=_build_artefacts(folder, base, artefacts, contents, embedder, report),
            vectors=place.kind,
        )
        manifest.save(folder)
        write_checksums(folder)
        publish_version(vectorstore, version)
        clean_versions(vectorstore, {version, manifest.previous or ""}, place.drop)
    seconds = time.monotonic() - started
    return Outcome(manifest, contents.problems, changes, True, adapts, seconds, corpus_changes)


def _open_previous(vectorstore: Path, report: Report) -> _Version | None:
    try:
        name = current_version(vectorstore)
        if name is None:
            return None
        version = _Version(name, vectorstore / name, open_manifest(vectorstore / name))
        verify_files(version.folder)  # or the damage would be copied into the next version
        return version
    except (IndexCorrupted, IndexMismatch) as error:
        report(f"Starting anew: {str(error).rpartition(' Run: ')[0]}")
        return None


def _keywords_artefact(contents: Contents) -> Artefact:
    """The keyword index: the texts of the chunks, the names of the sheets, their everyday words."""
    everyday = {entry.sheet_id: " ".join(entry.phrases) for entry in contents.everyday}

    def build(folder: Path, catalogue: Catalogue, embedder: Embedder) -> None:
        build_keywords(chain.from_iterable(contents.chunks.values()), contents.names, everyday).save(folder)

    fingerprint = digest_texts([*contents.names.values(), *everyday.values()])
    return Artefact(KEYWORDS_FOLDER, fingerprint, build, follows_sheets=True)


def _has_outgrown(base: _Version, contents: Contents) -> bool:
    """Tell whether the texts have changed so much that the embedding must learn them."""
    learned = adaptation.read_trained_on(base.folder / EMBEDDING_FOLDER)
    texts = adaptation.list_texts(contents.chunks, contents.everyday)
    return adaptation.measure_change(learned, texts) > adaptation.MAX_CHANGED


def _is_unchanged(manifest: Manifest, contents: Contents, artefacts: Sequence[Artefact], place: Place) -> bool:
    made = {artefact.name: _fingerprint(artefact, contents, manifest.embedding) for artefact in artefacts}
    wanted = (contents.digests, contents.groups(), made, place.kind)
    return (manifest.sheets, manifest.collections, manifest.artefacts, manifest.vectors) == wanted


def _fingerprint(artefact: Artefact, contents: Contents, embedding: str) -> str:
    sheets = [f"{sheet_id} {digest}" for sheet_id, digest in contents.digests.items()]
    return digest_texts([artefact.fingerprint, embedding, *(sheets if artefact.follows_sheets else ())])


def _adapt(contents: Contents, folder: Path, report: Report) -> Embedder:
    report("Adapting the embedding to the sheets")
    say = _throttle(report)
    embedding = adaptation.adapt_to_sheets(
        contents.sheets,
        contents.chunks,
        contents.everyday,
        lambda share: say(f"Adapting the embedding to the sheets: {share:.0%}"),
    )
    adaptation.save_trained(embedding, adaptation.list_texts(contents.chunks, contents.everyday), folder)
    return embedding


def _sync_vectors(
    folder: Path, base: _Version | None, place: Place, contents: Contents, embedder: Embedder, report: Report
) -> Changes:
    """Bring the collections up to date; give the changes of the chunks. Vectors in another place are made again."""
    say = _throttle(report)
    changes = {}
    if base and base.manifest.vectors != place.kind:
        base = None
    with place.reaching():
        if base:
            place.copy(base.folder, folder, contents.entries, base.manifest.collections)
        vectors = place.open(folder)
    with closing(vectors), place.reaching():
        for collection, entries in contents.entries.items():
            known = base.manifest.collections[collection] if base else {}
            line = f"Embedding the {collection}"
            changes[collection] = vectors.sync(collection, entries, known, embedder, partial(_say_share, say, line))
    counts = {name: sum(len(entry.texts) for entry in entries) for name, entries in contents.entries.items()}
    with place.reaching(), closing(place.open(folder)) as written:  # Chroma doesn't notice all that a full disk lacks
        written.check(counts, embedder.dimension)
    return changes[CHUNKS]


def _build_artefacts(
    folder: Path,
    base: _Version | None,
    artefacts: Sequence[Artefact],
    contents: Contents,
    embedder: Embedder,
    report: Report,
) -> dict[str, str]:
    """Build or copy each artefact; give their fingerprints."""
    catalogue = Catalogue(contents.sheets.values())
    fingerprints = {artefact.name: _fingerprint(artefact, contents, embedder.name) for artefact in artefacts}
    for artefact in artefacts:
        if base and base.manifest.artefacts.get(artefact.name) == fingerprints[artefact.name]:
            shutil.copytree(base.folder / artefact.name, folder / artefact.name)
            continue
        report(f"Building the {artefact.name}")
        (folder / artefact.name).mkdir()
        artefact.build(folder / artefact.name, catalogue, embedder)
    return fingerprints


def _say_share(say: Report, line: str, done: int, total: int) -> None:
    say(f"{line}: {done:,} of {total:,}")


def _throttle(report: Report) -> Report:
    """Let a line through every PROGRESS_SECONDS at most."""
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_SECONDS:
            last = time.monotonic()
            report(line)

    return say
