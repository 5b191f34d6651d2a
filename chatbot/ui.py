"""The Gradio page: a question goes to the chatbot with its conversation, the `Answer` that comes back is rendered."""

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter, ValidationError

from chatbot.api import CONTROL, INDEX_MISSING, MAX_HISTORY, MAX_MESSAGE, MAX_QUESTION, Service
from chatbot.citations import Citation, link_markers
from chatbot.question import Turn

TITLE = "Métiers et formations"
WELCOME = "### Bonjour !\nUn métier, un diplôme, des études : posez votre question, ou choisissez-en une."
EXAMPLES = (
    "Quel diplôme pour devenir responsable e-commerce ?",
    "Que fait un ou une responsable e-commerce ?",
    "Combien de temps dure le master marketing, vente ?",
    "Quels métiers après un diplôme en marketing ?",
)
KEPT_EXCHANGES = 50
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
BREAKABLE = re.compile(r" (?=[:;?!»])|(?<=«) ")  # French sets these off with a space where no line may break
HEAD = '<script>document.documentElement.lang = "fr"</script>'
CSS = Path(__file__).parent / "data" / "page.css"


class Exchange(BaseModel):
    """One question and its answer, as the browser keeps them."""

    question: str
    text: str
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()


Conversation = list[Exchange]
CONVERSATION = TypeAdapter(Conversation)


def mount_page(api: FastAPI, service: Service) -> FastAPI:
    """Add the page at / to the application."""
    system_fonts = ["system-ui", "sans-serif"]
    application: FastAPI = gr.mount_gradio_app(
        api,
        build_page(service),
        path="/",
        theme=gr.themes.Soft(primary_hue="indigo", neutral_hue="slate", font=system_fonts, font_mono=["monospace"]),
        css_paths=CSS,
        head=HEAD,
        footer_links=[],
        ssr_mode=False,
    )
    return application


def build_page(service: Service) -> gr.Blocks:
    """Build the page: header, conversation, question."""

    def ask(question: str, stored: Any) -> tuple[str, Any, list[dict[str, Any]]]:
        conversation = read_conversation(stored)
        question = CONTROL.sub(" ", question).strip()[:MAX_QUESTION]
        if question:
            conversation = [*conversation, answer(question, conversation)][-KEPT_EXCHANGES:]
        return "", CONVERSATION.dump_python(conversation, mode="json"), render_conversation(conversation)

    def answer(question: str, conversation: Conversation) -> Exchange:
        index = service.open_index()
        if index is None:
            return Exchange(question=question, text=INDEX_MISSING)
        result = index.chatbot.answer(question, history_of(conversation))
        return Exchange(question=question, text=result.text, citations=result.citations, suggestions=result.suggestions)

    def pick_option(stored: Any, event: gr.SelectData) -> tuple[str, Any, list[dict[str, Any]]]:
        return ask(event.value, stored)

    def pick_example(stored: Any, event: gr.SelectData) -> tuple[str, Any, list[dict[str, Any]]]:
        return ask(event.value["text"], stored)

    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_height=True)
    with page:
        stored = gr.BrowserState([], storage_key="conversation", secret="conversation")
        header = gr.HTML(render_header(service), elem_id="header", padding=False)
        chat = gr.Chatbot(
            label="Conversation",
            show_label=False,
            elem_id="chat",
            scale=1,
            height="100%",
            placeholder=WELCOME,
            examples=[{"text": example} for example in EXAMPLES],
            latex_delimiters=[],
            allow_tags=False,
            feedback_options=None,
            buttons=[],
            layout="bubble",
        )
        question = gr.Textbox(
            label="Votre question",
            show_label=False,
            container=False,
            elem_id="question",
            placeholder="Votre question…",
            max_length=MAX_QUESTION,
            lines=1,
            max_lines=5,
            autofocus=True,
            submit_btn="Envoyer",
            scale=0,
        )
        outputs = [question, stored, chat]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        question.submit(ask, [question, stored], outputs, **quiet)
        chat.option_select(pick_option, [stored], outputs, **quiet)
        chat.example_select(pick_example, [stored], outputs, **quiet)
        chat.clear(lambda: [], None, [stored], **quiet)
        page.load(
            lambda stored: (render_header(service), render_conversation(read_conversation(stored))),
            [stored],
            [header, chat],
            **quiet,
        )
    page.queue(default_concurrency_limit=8)
    return page


def read_conversation(stored: Any) -> Conversation:
    """Read what the browser kept; anything else than a conversation is an empty one."""
    try:
        return CONVERSATION.validate_python(stored)
    except ValidationError:
        return []


def history_of(conversation: Conversation) -> list[Turn]:
    """Give the last turns, oldest first, within what a request may hold."""
    turns = [
        Turn(role, content[:MAX_MESSAGE])
        for exchange in conversation
        for role, content in (("user", exchange.question), ("assistant", exchange.text))
    ]
    return turns[-MAX_HISTORY:]


def render_header(service: Service) -> str:
    """Say what is loaded, and what the page is."""
    index = service.open_index()
    if index is None:
        loaded = INDEX_MISSING
    else:
        counts = index.chatbot.catalogue.counts()
        loaded = (
            f"{_count(counts['metier'], 'métier')} et {_count(counts['formation'], 'formation')}, "
            f"fiches indexées le {index.indexed_at:%d/%m/%Y}"
        )
    return (
        f"<h1>{TITLE}</h1><p>{html.escape(loaded)}. Source : "
        '<a href="https://www.onisep.fr" target="_blank" rel="noopener">Onisep</a>, données Idéo, licence ODbL.</p>'
        "<p><strong>Assistant automatique\u00a0:</strong> il peut se tromper. Vérifiez avec un conseiller ou une "
        "conseillère d'orientation avant de décider.</p>"
    )


def render_conversation(conversation: Conversation) -> list[dict[str, Any]]:
    """Render exchanges as chat messages; the last one offers its suggestions."""
    messages: list[dict[str, Any]] = []
    for exchange in conversation:
        messages.append({"role": "user", "content": escape_markdown(exchange.question)})
        messages.append({"role": "assistant", "content": render_answer(exchange)})
    if conversation:
        messages[-1]["options"] = [{"value": suggestion} for suggestion in conversation[-1].suggestions]
    return messages


def render_answer(exchange: Exchange) -> str:
    """Render the text of an answer, its markers linked, and the sources under it."""
    text = html.escape(exchange.text, quote=False).replace("&gt;", ">").replace("![", "!\\[")
    text = BREAKABLE.sub("\u00a0", text)
    text = link_markers(text, {citation.sheet_id: citation.url for citation in exchange.citations})
    return f"{text}\n\n{render_sources(exchange.citations)}" if exchange.citations else text


def render_sources(citations: Sequence[Citation]) -> str:
    """Render sources as one line of HTML: title and link, section, the words cited."""
    items = "".join(
        f'<li><a href="{html.escape(c.url)}" target="_blank" rel="noopener">{_inline(c.title)} '
        f"({_inline(c.sheet_id)})</a>, {_inline(c.section)}\u00a0: «\u00a0{_inline(c.excerpt)}\u00a0»</li>"
        for c in citations
    )
    return f"<details open><summary>{_count(len(citations), 'source')}</summary><ul>{items}</ul></details>"


def escape_markdown(text: str) -> str:
    """Escape a text so that Markdown shows it as it was typed."""
    return PUNCTUATION.sub(r"\\\1", text)


def _inline(text: str) -> str:
    """Escape a text for one line of HTML inside Markdown: a line break would end the HTML block."""
    return html.escape(BREAKABLE.sub("\u00a0", " ".join(text.split())))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number > 1 else ''}".replace(",", "\u202f")
