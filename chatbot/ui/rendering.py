"""Texts of answers and sheets in; safe HTML out: everything is escaped, only a marker becomes a link."""

import html
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from markdown_it import MarkdownIt

from chatbot.answering.wording import capital
from chatbot.catalogue import fold
from chatbot.citations import MARKER, Citation
from chatbot.sheets import FORMATION, METIER
from chatbot.ui.icons import button, icon

BREAKABLE = re.compile(r" (?=[:;?!»%€])|(?<=«) |(?<=\d) (?=\d{3}\b)")  # spaces where French breaks no line
ROLES = {
    "table_open": "table",
    "thead_open": "rowgroup",
    "tbody_open": "rowgroup",
    "tr_open": "row",
    "th_open": "columnheader",
    "td_open": "cell",
}
KINDS = {METIER: "Métier", FORMATION: "Formation"}


def escape(text: str) -> str:
    """Escape a text for HTML, content or attribute, with no line break before French punctuation."""
    return html.escape(BREAKABLE.sub("\u00a0", text))


def count(number: int, noun: str) -> str:
    """Count in French: « 1 043 métiers »."""
    return f"{number:,} {noun}{'s' if number > 1 else ''}".replace(",", "\u202f")


def address_of(sheet_id: str, section: str = "", passage: str = "") -> str:
    """Give the address of a sheet on the page, at a passage where one is given; not yet escaped."""
    named = {"fiche": sheet_id, "section": section, "passage": passage}
    return "?" + urlencode({name: value for name, value in named.items() if value})


def link_sheet(sheet_id: str, title: str, css: str = "", section: str = "", passage: str = "") -> str:
    """Link a title to its sheet."""
    address = html.escape(address_of(sheet_id, section, passage))
    return f'<a class="to-sheet {css}" href="{address}">{escape(title)}</a>'


def link_out(url: str, words: str, to: str = "", css: str = "") -> str:
    """Link to another site, in a window of its own; only words where the address is none of the web."""
    if not url.startswith(("https://", "http://")):
        return escape(words)
    told = escape(f" ({to}, nouvelle fenêtre)" if to else " (nouvelle fenêtre)")
    return (
        f'<a class="out {css}" href="{html.escape(url)}" target="_blank" rel="noopener noreferrer">{escape(words)}'
        f'{icon("out")}<span class="unseen">{told}</span></a>'
    )


def question_about(sheet_id: str, kind: str, title: str) -> str:
    """Ask about a sheet, so that the chat talks of it from there."""
    what = "du métier" if kind == METIER else "de la formation"
    return f"Parlez-moi {what} « {title} » ({sheet_id})."


def render_sheet_actions(sheet_id: str, kind: str, title: str, small: bool = False) -> str:
    """Render what can be done with a sheet: talk of it, compare it, take it away."""
    css = "quiet" if small else ""
    return (
        f'<div class="actions" data-sheet="{html.escape(sheet_id)}" data-title="{html.escape(capital(title))}" '
        f'data-question="{escape(question_about(sheet_id, kind, title))}">'
        + button("chat", "En parler", "talk", css or "primary")
        + button("compare", "Comparer", "compare", css)
        + button("dossier", "Garder" if small else "Ajouter au dossier", "keep-sheet", css)
        + "</div>"
    )


def render_source(url: str, title: str) -> str:
    """Link to the page that a sheet comes from, by the name of its site; nothing for a sheet that has none."""
    try:
        site = urlsplit(url).hostname or ""
    except ValueError:  # "https://[": a sheet of one's own may hold anything
        site = ""
    return link_out(url, site.removeprefix("www."), title) if site else ""


def render_chip(sheet_id: str, kind: str, title: str = "", section: str = "", passage: str = "") -> str:
    """Render the marker of a sheet as a small link to it."""
    address = html.escape(address_of(sheet_id, section, passage))
    said = escape(" : ".join(filter(None, (f"{sheet_id}, fiche", ", ".join(filter(None, (title, section)))))))
    return f'<a class="chip {html.escape(kind)}" href="{address}" aria-label="{said}">{html.escape(sheet_id)}</a>'


def render_markdown(text: str, citations: Sequence[Citation] = ()) -> str:
    """Render the Markdown of an answer: paragraphs, lists, tables, emphasis, and markers as chips; never its HTML."""
    env: dict[str, Any] = {"citations": citations}
    tokens = _MARKDOWN.parse(text, env)
    for place, token in enumerate(tokens):
        if token.type in ROLES:  # said, for a phone lays tables out as blocks
            token.attrSet("role", ROLES[token.type])
        if token.type == "table_open" and tokens[place + 4].type == "inline" and not tokens[place + 4].content:
            heads = [each.type for each in tokens[place : place + 40]]
            columns = heads[: heads.index("thead_close")].count("th_open") - 1 if "thead_close" in heads else 1
            token.attrSet("class", "compared")
            token.attrSet("style", f"--columns: {columns}")
    rendered: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, env)
    return rendered


def choose_citation(before: str, citations: Sequence[Citation]) -> Citation | None:
    """Choose, among the citations of one sheet, the one whose words stand in the text before the marker."""
    words = set(re.findall(r"\w+", fold(before)))

    def share(citation: Citation) -> float:
        cited = re.findall(r"\w+", fold(citation.excerpt))
        return sum(word in words for word in cited) / max(len(cited), 1)

    return max(citations, key=share, default=None)  # the first of equals: the most important one


def _render_text(renderer: Any, tokens: Any, index: int, options: Any, env: dict[str, Any]) -> str:
    text = tokens[index].content
    before = "".join(token.content for token in tokens[:index])
    parts = []
    end = 0
    for marker in MARKER.finditer(text):
        sheet_id = marker.group(1)
        own = [citation for citation in env["citations"] if citation.sheet_id == sheet_id]
        said = re.split(r"\[[A-Z]+\.\d+\]", before + text[: marker.start()])
        cited = choose_citation(said[-1] or "".join(said[-2:]), own)
        parts.append(escape(text[end : marker.start()]))
        if cited:
            parts.append(render_chip(sheet_id, cited.kind, cited.title, cited.section, cited.excerpt))
        else:
            parts.append(render_chip(sheet_id, FORMATION if sheet_id.startswith("FOR.") else METIER))
        end = marker.end()
    return "".join([*parts, escape(text[end:])])


def _open_heading(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    return "<p><strong>"  # an answer has no place in the order of the page's headings


def _close_heading(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    return "</strong></p>"


def _open_table(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    attributes = renderer.renderAttrs(tokens[index])
    return f'<div class="scrolls" tabindex="0" role="region" aria-label="Tableau"><table{attributes}>'


def _close_table(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    return "</table></div>"


def _make_markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.disable(["link", "image", "autolink", "html_inline", "html_block", "reference", "code", "lheading"])
    for name, rule in (
        ("text", _render_text),
        ("heading_open", _open_heading),
        ("heading_close", _close_heading),
        ("table_open", _open_table),
        ("table_close", _close_table),
    ):
        markdown.add_render_rule(name, rule)
    return markdown


_MARKDOWN = _make_markdown()
