"""Settings come in; the wired chatbot, application and server go out. The only place where the parts meet."""

from __future__ import annotations

import gc
import hashlib
import logging
import socket
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from chatbot.catalogue import Catalogue
from chatbot.config import Settings, SettingsError
from chatbot.embedding import Embedder, EmbeddingError
from chatbot.index import (
    Artefact,
    Index,
    IndexProblem,
    Outcome,
    build_index,
    open_index,
    read_everyday_texts,
)
from chatbot.index.build import Report
from chatbot.live import LiveIndex, close_at_the_end

# Understanding questions takes scikit-learn, a second to import: indexing does without where it can.
if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from chatbot.answering import Chatbot
    from chatbot.api import OpenIndex
    from chatbot.edges import Loads
    from chatbot.llm import Composer, LanguageModel
    from chatbot.naming import Names
    from chatbot.retrieval import Retriever

DATA = Path(__file__).parent / "data"
LOG = logging.getLogger("chatbot")
LABELS = "labels"
FIRST_QUESTION = "Quel diplôme pour ce métier ?"


class AddressTaken(Exception):
    """The server can't listen where the settings ask it to."""


def list_artefacts() -> tuple[Artefact, ...]:
    """Give what is learned when the sheets are indexed, beside the embedding."""
    sources = (DATA / "examples.jsonl", DATA / "cues.json", DATA.parent / "question" / "classifier.py")

    def learn_labels(folder: Path, catalogue: Catalogue, embedder: Embedder) -> None:
        from chatbot.question import read_examples, train_labels

        with threadpool_limits(1):  # with two threads that wait for each other, liblinear took five times as long
            train_labels(read_examples(), embedder.encode_query, folder)

    fingerprint = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    return (Artefact(LABELS, fingerprint, learn_labels),)


def index_sheets(
    paths: Sequence[Path],
    settings: Settings,
    report: Report,
    *,
    adapt: bool = False,
    full: bool = False,
    release: bool = False,
) -> Outcome:
    """Index sheets with all that the chatbot needs; raise IndexProblem when that can't be done."""
    return build_index(paths, settings, list_artefacts(), adapt=adapt, full=full, release=release, report=report)


def build_names(index: Index) -> Names:
    """Gather the names of the sheets of an open index."""
    from chatbot.naming import Names, read_everyday

    return Names(index.catalogue, read_everyday(index.catalogue))


def build_retriever(index: Index) -> Retriever:
    """Wire the retriever over an open index."""
    from chatbot.retrieval import Retriever

    return Retriever(index, build_names(index))


def build_chatbot(index: Index, retriever: Retriever | None = None) -> Chatbot:
    """Wire the chatbot over an open index, with a retriever that exists or its own."""
    from chatbot.answering import Chatbot
    from chatbot.evidence import Evidence
    from chatbot.question import Tastes, Understanding, open_labels
    from chatbot.retrieval import Elsewhere

    catalogue = index.catalogue
    retriever = retriever or build_retriever(index)
    labels = open_labels(index.artefact(LABELS), index.embedder.encode_query)
    understanding = Understanding(catalogue, retriever.names, retriever, labels, Tastes())
    elsewhere = Elsewhere(index, {text.sheet_id: text.title for text in read_everyday_texts()})
    return Chatbot(catalogue, retriever, understanding, Evidence(index.embedder.encode_documents), elsewhere)


def add_model(chatbot: Chatbot, model: LanguageModel | None) -> Chatbot | Composer:
    """Put a language model, where there is one, over the chatbot."""
    if model is None:
        return chatbot
    from chatbot.llm import Composer

    return Composer(chatbot, model)


def open_language_model(settings: Settings) -> LanguageModel | None:
    """Open the language model that the settings name, if any; raise SettingsError when it can't be opened."""
    if not settings.llm:
        return None
    from chatbot.llm import open_model

    return open_model(settings)


def open_current(settings: Settings, model: LanguageModel | None = None) -> tuple[Index, OpenIndex]:
    """Open the current index with the chatbot and the catalogue over it, ready to answer at full speed."""
    gc.unfreeze()  # an index that was open before may go
    gc.disable()  # nothing of what is read is garbage: 0.6 s of 5.5
    try:
        index = open_index(settings.vectorstore, settings)
        opened = wire_index(index, model)
        gc.freeze()  # looking through it again and again would stop all answers for a quarter of a second
        return index, opened
    finally:
        gc.enable()


def wire_index(index: Index, model: LanguageModel | None = None) -> OpenIndex:
    """Wire the chatbot and the catalogue over an open index, and have them read what they read lazily."""
    from chatbot.api import OpenIndex
    from chatbot.browse import Browser

    retriever = build_retriever(index)
    chatbot, browser = build_chatbot(index, retriever), Browser(index.catalogue, retriever)

    def forget() -> None:
        retriever.forget()
        browser.forget()
        chatbot.forget()

    index.on_return(forget)
    chatbot.answer(FIRST_QUESTION)
    answerer = add_model(chatbot, model)
    sheets, chunks, manifest = len(index.catalogue), len(index.chunks), index.manifest
    LOG.info("Index %s: %s sheets, %s chunks", index.version, f"{sheets:,}", f"{chunks:,}")
    corpus = (manifest.corpus_version, manifest.corpus_date)
    writer = (model.name, model.remote) if model else ("extractive", False)
    about = (sheets, chunks, manifest.embedding, manifest.created_at, *corpus, *writer)
    return OpenIndex(answerer, browser, *about, is_degraded=lambda: index.degraded)


def create_app(service: LiveIndex, settings: Settings, loads: Loads | None = None) -> ASGIApp:
    """Make the application, page and routes, over a service; 503 while that has no index.

    Where this process is one of several, loads tell it of the others.
    """
    from chatbot.api import create_api
    from chatbot.edges import put_edges
    from chatbot.telemetry.requests import RequestWatch
    from chatbot.ui import mount_page

    app = mount_page(close_at_the_end(create_api(service), service), service, settings.feedback)
    routes = frozenset(getattr(route, "path", "") for route in app.routes)
    return RequestWatch(put_edges(app, settings, loads), routes)


def make_service(settings: Settings) -> LiveIndex:
    """Set a process up, and make the service in it, not yet started; raise StartFailed, which says what is wrong."""
    from chatbot.telemetry.logs import set_up_logs
    from chatbot.telemetry.tracing import set_up_traces
    from chatbot.workers import StartFailed

    set_up_logs(settings.log, settings.log_questions)
    set_up_traces()
    threadpool_limits(1)  # the matrices of a question are small: threads only get into each other's way
    try:
        return LiveIndex(settings.vectorstore, partial(open_current, settings, open_language_model(settings)))
    except SettingsError as error:
        raise StartFailed(str(error)) from error


def make_process(settings: Settings, loads: Loads) -> ASGIApp:
    """Make the application in one process of several, ready to answer: until it is, the others do.

    Raise StartFailed, which says what is wrong.
    """
    from chatbot.workers import StartFailed

    service = make_service(settings)
    try:
        service.start()
        return create_app(service, settings, loads)
    except (IndexProblem, EmbeddingError, SettingsError) as error:
        raise StartFailed(str(error)) from error


def serve(settings: Settings) -> None:
    """Serve until told to stop; raise AddressTaken or StartFailed when that can't start.

    A process that is alone answers while its index is being opened: that it lives, and 503.
    """
    from chatbot.telemetry.logs import set_up_logs
    from chatbot.telemetry.processes import sharing_metrics
    from chatbot.workers import serve_alone, serve_together

    try:
        family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family)
    except OSError as error:
        reason = f"Cannot listen on {settings.host}:{settings.port} ({error.strerror})"
        raise AddressTaken(f"{reason}. Set CHATBOT_HOST or CHATBOT_PORT to another.") from error

    def announce() -> None:
        print(f"Serving on http://{settings.host}:{settings.port}", flush=True)

    with listener:
        if settings.workers == 1:
            service = make_service(settings)
            serve_alone(partial(create_app, service, settings), listener, announce, service.start_apart)
        else:
            set_up_logs(settings.log, settings.log_questions)
            with sharing_metrics():
                from chatbot.edges import Loads  # after the folder of the metrics is named

                serve_together(partial(make_process, settings, Loads()), listener, settings.workers, announce)
