"""The chat: a question goes to the chatbot with its conversation; what comes back is rendered, the browser keeps it."""

import html
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import groupby
from typing import Annotated, Any

import gradio as gr
from fastapi import APIRouter, Body
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from chatbot.answering import Answer
from chatbot.api import Service, say_unavailable
from chatbot.api.problems import Refusal
from chatbot.api.stream import AnswerStream, EventStream, describe_failure
from chatbot.citations import Citation
from chatbot.ui.conversation import Ask, Exchange, history_of, read_ask, read_conversation
from chatbot.ui.feedback import Feedback
from chatbot.ui.files import read_template
from chatbot.ui.icons import button
from chatbot.ui.rendering import count, escape, link_sheet, render_markdown, render_source
from chatbot.ui.starters import render_starters

STARTED = "page.start('chat', element, {server});"


def build_chat(service: Service, feedback: Feedback | None) -> None:
    """Build the chat inside the page."""

    def open(stored: Any = None) -> dict[str, Any]:
        index = service.open_index()
        missing = "" if index else f"<p>{escape(say_unavailable(service))}</p>"
        return {
            "welcome": render_starters(index.chatbot.catalogue) if index else missing,
            "answers": [render_answer(exchange, feedback is not None) for exchange in read_conversation(stored)],
        }

    def rate(rated: Any = None) -> bool:
        return feedback is not None and feedback.store(rated)

    gr.HTML(
        html_template=read_template("chat"),
        elem_id="vue-chat",
        elem_classes="view",
        apply_default_css=False,
        js_on_load=STARTED,
        server_functions=[open, rate],
    )


def chat_routes(service: Service, feedback: Feedback | None) -> APIRouter:
    """Make the route that answers the page's questions, whichever process the page came from."""
    routes = APIRouter()

    @routes.post("/page/answer", include_in_schema=False)
    async def page_answer(sent: Annotated[Any, Body()]) -> EventStream:
        asked = read_ask(sent)
        if asked is None:
            raise Refusal(422, "Cette question ne se lit pas.")
        return EventStream(answer_events(service, asked, feedback is not None))

    return routes


async def answer_events(service: Service, asked: Ask, rated: bool) -> AsyncGenerator[bytes, None]:
    """Yield the exchange as far as it is written, its markup, and whether it is whole; or the problem that ends it."""
    try:
        async with aclosing(answer(service, asked)) as exchanges:
            async for exchange, done in exchanges:
                if exchange is None:
                    yield KEEPALIVE_COMMENT
                    continue
                kept = exchange.model_dump(mode="json")
                yield _render_event({"exchange": kept, "html": render_answer(exchange, rated), "done": done})
    except Exception as error:
        yield _render_event({"problem": describe_failure(error).model_dump(exclude_none=True)})


async def answer(service: Service, asked: Ask) -> AsyncGenerator[tuple[Exchange | None, bool], None]:
    """Give the exchange as far as it is written, and whether it is whole; None whenever nothing came for a while."""
    index = service.open_index()
    if index is None:
        yield Exchange(question=asked.question, text=say_unavailable(service), status="unavailable"), True
        return
    text = ""
    stream = AnswerStream(index, asked.question, history_of(asked.history), "page")
    async with aclosing(stream.read()) as pieces:
        async for piece in pieces:
            if isinstance(piece, Answer):
                yield Exchange.of(asked.question, piece), True
            elif piece is None:
                yield None, False
            else:
                text += piece
                yield Exchange(question=asked.question, text=text), False


def _render_event(payload: dict[str, Any]) -> bytes:
    return format_sse_event(data_str=json.dumps(payload, ensure_ascii=False))


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
