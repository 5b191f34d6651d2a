"""Folders of Markdown come in; a new version of the index, published in one step, goes out."""

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chatbot.catalogue import Catalogue
from chatbot.chunks import Chunk, split_sheet
from chatbot.config import BUILT_IN_EMBEDDING, Settings
from chatbot.embedding import Embedder, open_embedding, open_sentence_transformer
from chatbot.index import adaptation
from chatbot.index.errors import REMEDY, IndexCorrupted, IndexMismatch, IndexProblem
from chatbot.index.everyday import EVERYDAY_FOLDER, EverydayText, read_everyday_texts
from chatbot.index.manifest import FORMAT, EmbeddingChoice, Group, Manifest, open_manifest
from chatbot.index.vectors import DAMAGE, Changes, Entry, Vectors, copy_vectors
from chatbot.index.versions import clean_versions, current_version, hold_lock, new_version, publish_version
from chatbot.keywords import build_keywords
from chatbot.naming import read_vocabulary
from chatbot.sheets import Problem, Sheet, content_hash, dump_sheets, read_sheets

CHUNKS, EVERYDAY = "chunks", "everyday"
SHEETS_FILE, KEYWORDS_FOLDER, EMBEDDING_FOLDER, VECTORS_FOLDER = "sheets.json", "keywords", "embedding", "chroma"
PROGRESS_SECONDS = 4.0

Report = Callable[[str], None]
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
    """What an indexing did; `published` is False when nothing had changed."""

    manifest: Manifest
    problems: tuple[Problem, ...]
    changes: Changes
    published: bool
    adapted: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class _Contents:
    """All that an index is built from."""

    sheets: dict[str, Sheet]
    digests: dict[str, str]
    chunks: dict[str, list[Chunk]]
    everyday: tuple[EverydayText, ...]
    entries: dict[str, list[Entry]]


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
    report: Report = print,
    open_model: OpenModel = open_model,
    everyday_folder: Path = EVERYDAY_FOLDER,
) -> Outcome:
    """Index these paths; raise IndexProblem when they hold no sheet or another indexer is at work.

    Unchanged sheets keep their vectors unless `full`; the built-in embedding is adapted again with `adapt` or `full`,
    and when more than adaptation.MAX_CHANGED of its texts changed.
    """
    started = time.monotonic()
    for path in paths:
        if not path.exists():
            raise IndexProblem(f"'{path}' does not exist. Give existing folders or files.")
    with hold_lock(settings.vectorstore):
        previous = _open_previous(settings.vectorstore, report)
        if previous:
            clean_versions(settings.vectorstore, {previous.name, previous.manifest.previous or ""})
        contents, problems = _read_contents(paths, everyday_folder, report)
        artefacts = (_keywords_artefact(contents), *artefacts)
        choice = EmbeddingChoice.of(settings)
        base = previous if previous and not full and previous.manifest.choice == choice else None
        adapts = choice.model == BUILT_IN_EMBEDDING and (adapt or base is None or _has_outgrown(base, contents))
        if base and not adapts and _is_unchanged(base.manifest, contents, artefacts):
            return Outcome(base.manifest, problems, Changes(0, 0, 0), False, False, time.monotonic() - started)
        version = new_version()
        folder = settings.vectorstore / version
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
            changes = _sync_vectors(folder, base, contents, embedder, report)
        except DAMAGE as error:
            if base is None:
                raise
            raise IndexCorrupted(f"The index '{base.folder}' is damaged ({error}). {REMEDY} --full") from error
        (folder / SHEETS_FILE).write_bytes(dump_sheets(contents.sheets.values()))
        manifest = Manifest(
            format=FORMAT,
            created_at=datetime.now(UTC),
            previous=previous.name if previous else None,
            choice=choice,
            embedding=embedder.name,
            dimension=embedder.dimension,
            sheets=contents.digests,
            collections=_groups(contents),
            artefacts=_build_artefacts(folder, base, artefacts, contents, embedder, report),
        )
        manifest.save(folder)
        publish_version(settings.vectorstore, version)
        clean_versions(settings.vectorstore, {version, manifest.previous or ""})
    return Outcome(manifest, problems, changes, True, adapts, time.monotonic() - started)


def _open_previous(vectorstore: Path, report: Report) -> _Version | None:
    try:
        name = current_version(vectorstore)
        return _Version(name, vectorstore / name, open_manifest(vectorstore / name)) if name else None
    except (IndexCorrupted, IndexMismatch) as error:
        report(f"Starting anew: {str(error).rpartition(' Run: ')[0]}")
        return None


def _read_contents(
    paths: Sequence[Path], everyday_folder: Path, report: Report
) -> tuple[_Contents, tuple[Problem, ...]]:
    said = _throttle(report)
    reading = read_sheets(paths, lambda count: said(f"Reading the sheets: {count:,} files"))
    for problem in reading.problems:
        report(f"Skipped {problem.path}: {problem.reason}")
    if not reading.sheets:
        raise IndexProblem(f"No sheet in {', '.join(map(repr, map(str, paths)))}. Give folders or files of sheets.")
    chunks = {sheet_id: split_sheet(sheet) for sheet_id, sheet in reading.sheets.items()}
    everyday = read_everyday_texts(everyday_folder)
    entries = {
        CHUNKS: [
            _entry(sheet_id, tuple(f"{chunk.breadcrumb}\n{chunk.text}" for chunk in parts))
            for sheet_id, parts in chunks.items()
        ],
        EVERYDAY: [_entry(entry.sheet_id, (entry.text,)) for entry in everyday],
    }
    digests = {sheet_id: content_hash(sheet) for sheet_id, sheet in reading.sheets.items()}
    return _Contents(reading.sheets, digests, chunks, everyday, entries), reading.problems


def _entry(sheet_id: str, texts: tuple[str, ...]) -> Entry:
    return Entry(sheet_id, _digest(texts), texts)


def _digest(texts: Sequence[str]) -> str:
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=16).hexdigest()


def _keywords_artefact(contents: _Contents) -> Artefact:
    """The keyword index: the texts of the chunks, the names of the sheets, their everyday words."""
    extra = read_vocabulary().names
    names = {
        sheet.sheet_id: " ".join(
            (*(form for name in sheet.names for form in name.forms), sheet.sigle, *extra.get(sheet.sheet_id, ()))
        )
        for sheet in contents.sheets.values()
    }
    everyday = {entry.sheet_id: " ".join(entry.phrases) for entry in contents.everyday}

    def build(folder: Path, catalogue: Catalogue, embedder: Embedder) -> None:
        build_keywords((chunk for parts in contents.chunks.values() for chunk in parts), names, everyday).save(folder)

    fingerprint = _digest([*names.values(), *everyday.values()])
    return Artefact(KEYWORDS_FOLDER, fingerprint, build, follows_sheets=True)


def _has_outgrown(base: _Version, contents: _Contents) -> bool:
    """Tell whether the texts have changed so much that the embedding must learn them."""
    learned = adaptation.read_trained_on(base.folder / EMBEDDING_FOLDER)
    texts = adaptation.list_texts(contents.chunks, contents.everyday)
    return adaptation.measure_change(learned, texts) > adaptation.MAX_CHANGED


def _is_unchanged(manifest: Manifest, contents: _Contents, artefacts: Sequence[Artefact]) -> bool:
    wanted = {artefact.name: _fingerprint(artefact, contents, manifest.embedding) for artefact in artefacts}
    return (
        manifest.sheets == contents.digests
        and manifest.collections == _groups(contents)
        and manifest.artefacts == wanted
    )


def _fingerprint(artefact: Artefact, contents: _Contents, embedding: str) -> str:
    sheets = [f"{sheet_id} {digest}" for sheet_id, digest in contents.digests.items()]
    return _digest([artefact.fingerprint, embedding, *(sheets if artefact.follows_sheets else ())])


def _groups(contents: _Contents) -> dict[str, dict[str, Group]]:
    return {
        collection: {entry.sheet_id: Group(digest=entry.digest, count=len(entry.texts)) for entry in entries}
        for collection, entries in contents.entries.items()
    }


def _adapt(contents: _Contents, folder: Path, report: Report) -> Embedder:
    report("Adapting the embedding to the sheets")
    said = _throttle(report)
    embedding = adaptation.adapt_to_sheets(
        contents.sheets,
        contents.chunks,
        contents.everyday,
        lambda share: said(f"Adapting the embedding to the sheets: {share:.0%}"),
    )
    adaptation.save_trained(embedding, adaptation.list_texts(contents.chunks, contents.everyday), folder)
    return embedding


def _sync_vectors(
    folder: Path, base: _Version | None, contents: _Contents, embedder: Embedder, report: Report
) -> Changes:
    if base:
        copy_vectors(base.folder / VECTORS_FOLDER, folder / VECTORS_FOLDER)
    changes = Changes(0, 0, 0)
    vectors = Vectors(folder / VECTORS_FOLDER)
    try:
        for collection, entries in contents.entries.items():
            said = _throttle(report)
            known = base.manifest.collections[collection] if base else {}
            done = vectors.sync(
                collection,
                entries,
                known,
                embedder,
                lambda count, total, name=collection, said=said: said(f"Embedding the {name}: {count:,} of {total:,}"),  # type: ignore[misc]
            )
            changes = done if collection == CHUNKS else changes
    finally:
        vectors.close()
    return changes


def _build_artefacts(
    folder: Path,
    base: _Version | None,
    artefacts: Sequence[Artefact],
    contents: _Contents,
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


def _throttle(report: Report) -> Report:
    """Let a line through every PROGRESS_SECONDS at most."""
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_SECONDS:
            last = time.monotonic()
            report(line)

    return say
