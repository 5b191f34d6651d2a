"""The chat: a question goes to the chatbot with its conversation; what comes back is rendered, the browser keeps it."""

import html
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import gradio as gr

from chatbot.answering import Answer
from chatbot.api import INDEX_MISSING, Service, stream_reply
from chatbot.citations import Citation
from chatbot.ui.conversation import Ask, Exchange, history_of, read_ask, read_conversation
from chatbot.ui.feedback import Feedback
from chatbot.ui.files import read_template
from chatbot.ui.icons import button
from chatbot.ui.rendering import count, escape, link_sheet, render_markdown, render_source
from chatbot.ui.starters import render_starters

STARTED = "page.start('chat', element, {trigger, server}); ['ask'];"
RECEIVED = "watch('value', () => page.receive(props.value));"


def build_chat(service: Service, feedback: Feedback | None) -> None:
    """Build the chat inside the page."""

    def ask(event: gr.EventData) -> Iterator[dict[str, Any]]:
        sent = read_ask(event._data)
        if sent is None:
            return
        for exchange, done in answer(service, sent):
            markup = render_answer(exchange, feedback is not None)
            kept = exchange.model_dump(mode="json")
            yield {"number": sent.number, "exchange": kept, "html": markup, "done": done}

    def open(stored: Any = None) -> dict[str, Any]:
        index = service.open_index()
        return {
            "welcome": render_starters(index.chatbot.catalogue) if index else f"<p>{escape(INDEX_MISSING)}</p>",
            "answers": [render_answer(exchange, feedback is not None) for exchange in read_conversation(stored)],
        }

    def rate(rated: Any = None) -> bool:
        return feedback is not None and feedback.store(rated)

    view = gr.HTML(
        html_template=read_template("chat"),
        elem_id="vue-chat",
        elem_classes="view",
        apply_default_css=False,
        js_on_load=STARTED,
        server_functions=[open, rate],
    )
    received = gr.HTML(html_template="", js_on_load=RECEIVED, elem_id="received", apply_default_css=False)
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    asking = view.ask(ask, None, received, concurrency_limit=8, trigger_mode="multiple", **quiet)
    asking.failure(lambda: {"failed": time.monotonic()}, None, received, **quiet)


def answer(service: Service, sent: Ask) -> Iterator[tuple[Exchange, bool]]:
    """Give the exchange as far as it is written, and whether it is whole."""
    index = service.open_index()
    if index is None:
        yield Exchange(question=sent.question, text=INDEX_MISSING, status="unavailable"), True
        return
    text = ""
    for piece in stream_reply(index, sent.question, history_of(sent.history)):
        if isinstance(piece, Answer):
            yield Exchange.of(sent.question, piece), True
        else:
            text += piece
            yield Exchange(question=sent.question, text=text), False


def render_answer(exchange: Exchange, rated: bool = False) -> str:
    """Render an answer: its text, its sources, what can be done with it, what to ask next."""
    stopped = '<p class="notice">Réponse arrêtée.</p>' if exchange.stopped else ""
    return (
        f'<div class="answer {html.escape(exchange.status)}"><div class="text">'
        f"{render_markdown(exchange.text, exchange.citations)}</div>{stopped}{render_sources(exchange.citations)}"
        f'<div class="actions">{ACTIONS}{RATING if rated else ""}</div>{render_suggestions(exchange.suggestions)}</div>'
    )


def render_sources(citations: Sequence[Citation]) -> str:
    """Render the sources of an answer, sheet by sheet: title, link to its page, each section with its exact words."""
    if not citations:
        return ""
    sheets = [(key, list(group)) for key, group in groupby(citations, lambda c: (c.sheet_id, c.title, c.url))]
    items = []
    for (sheet_id, title, url), cited in sheets:
        quotes = "".join(
            f"<li>{link_sheet(sheet_id, c.section, section=c.section, passage=c.excerpt)}\u00a0: "
            f"<q>{escape(' '.join(c.excerpt.split()))}</q></li>"
            for c in cited
            if c.excerpt != title
        )
        items.append(
            f"<li>{link_sheet(sheet_id, title, 'title', cited[0].section, cited[0].excerpt)} "
            f'<span class="id {html.escape(cited[0].kind)}">{html.escape(sheet_id)}</span> '
            f"{render_source(url, title)}<ul>{quotes}</ul></li>"
        )
    return (
        f'<details class="sources"><summary>{count(len(sheets), "source")}</summary>'
        f'<ul class="sheets">{"".join(items)}</ul></details>'
    )


def render_suggestions(suggestions: Sequence[str]) -> str:
    """Render what could be asked next, as buttons."""
    if not suggestions:
        return ""
    buttons = "".join(f'<button type="button" data-do="ask">{escape(each)}</button>' for each in suggestions)
    return f'<div class="suggestions" role="group" aria-label="Questions à poser ensuite">{buttons}</div>'


ACTIONS = (
    button("copy", "Copier", "copy", "quiet")
    + button("retry", "Réessayer", "retry", "quiet")
    + button("dossier", "Ajouter au dossier", "keep-answer", "quiet")
)
RATING = (
    '<span class="rating" role="group" aria-label="Votre avis sur cette réponse">'
    + button("up", "Utile", "rate-up", "quiet")
    + button("down", "Pas utile", "rate-down", "quiet")
    + "</span>"
)
