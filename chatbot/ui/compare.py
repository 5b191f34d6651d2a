"""The comparison: two to four métiers or formations side by side, each cell with the place that it comes from."""

import html
from typing import Annotated, Any

import gradio as gr
from pydantic import BaseModel, Field, ValidationError

from chatbot.answering.wording import capital, name_of
from chatbot.api import Service, say_unavailable
from chatbot.browse import BrowseError, Browser, Card, Cell, Comparison
from chatbot.ui.files import read_template
from chatbot.ui.rendering import KINDS, escape, link_sheet, render_chip

STARTED = "page.start('comparer', element, {server});"
FOUND = 8
CITED = 120  # characters of a cell that are looked for in its sheet
MORE = "Ajoutez au moins deux fiches, quatre au plus : des métiers entre eux, ou des formations entre elles."


class Chosen(BaseModel):
    """The sheets to compare."""

    ids: Annotated[tuple[Annotated[str, Field(max_length=20)], ...], Field(max_length=20)] = ()


class Typed(BaseModel):
    """The beginning of a name, and the kind of sheets looked for, any if empty."""

    text: Annotated[str, Field(max_length=200)] = ""
    kind: Annotated[str, Field(max_length=20)] = ""


def build_compare(service: Service) -> None:
    """Build the view that compares."""

    def compare(sent: Any = None) -> dict[str, Any]:
        index = service.open_index()
        if index is None:
            return {"message": say_unavailable(service), "chosen": []}
        try:
            chosen = Chosen.model_validate(sent)
        except ValidationError:
            chosen = Chosen()
        return describe_comparison(index.browser, chosen.ids)

    gr.HTML(
        html_template=read_template("compare"),
        elem_id="vue-comparer",
        elem_classes="view",
        apply_default_css=False,
        js_on_load=STARTED,
        server_functions=[compare, make_finder(service)],
    )


def make_finder(service: Service) -> Any:
    """Make the function that finds sheets by the beginning of their names."""

    def find(sent: Any = None) -> str:
        index = service.open_index()
        try:
            typed = Typed.model_validate(sent)
        except ValidationError:
            return ""
        if index is None:
            return f'<li class="aside">{escape(say_unavailable(service))}</li>'
        return render_found(index.browser.search(typed.text, typed.kind, FOUND))

    return find


def describe_comparison(browser: Browser, ids: tuple[str, ...]) -> dict[str, Any]:
    """Give the table of these sheets, or say why there is none; and the sheets that exist, of one kind or not."""
    catalogue = browser.catalogue
    known = [sheet_id for sheet_id in dict.fromkeys(each.strip().upper() for each in ids) if sheet_id in catalogue]
    chosen = [{"id": each, "title": capital(name_of(catalogue[each])), "kind": catalogue[each].kind} for each in known]
    if len(known) < 2:
        return {"message": MORE, "chosen": chosen}
    try:
        return {"table": render_comparison(browser.compare(known)), "chosen": chosen}
    except BrowseError as error:
        return {"message": str(error), "chosen": chosen}


def render_comparison(comparison: Comparison) -> str:
    """Render the table; its roles are said, for a phone lays it out as blocks."""
    heads = "".join(map(_render_head, comparison.sheets))
    rows = "".join(
        f'<tr role="row"><th scope="row" role="rowheader">{escape(row.label)}</th>'
        f"{''.join(_render_cell(cell, comparison.kind) for cell in row.cells)}</tr>"
        for row in comparison.rows
    )
    caption = f"Comparaison de {len(comparison.sheets)} fiches"
    return (
        f'<div class="scrolls" role="region" tabindex="0" aria-label="{caption}">'
        f'<table class="compared" role="table" style="--columns: {len(comparison.sheets)}">'
        f'<caption class="unseen">{caption}</caption>'
        f'<thead role="rowgroup"><tr role="row"><td role="cell"></td>{heads}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table></div>'
    )


def render_found(cards: tuple[Card, ...]) -> str:
    """Render the sheets found by their names, as buttons that choose them."""
    if not cards:
        return '<li class="aside">Aucune fiche de ce nom.</li>'
    return "".join(
        f'<li><button type="button" data-do="choose" data-sheet="{html.escape(card.sheet_id)}" '
        f'data-title="{escape(capital(card.name))}"><span class="badge {card.kind}">{KINDS[card.kind]}</span> '
        f'{escape(capital(card.name))} <span class="aside">{escape(card.level)}</span></button></li>'
        for card in cards
    )


def _render_head(card: Card) -> str:
    link = link_sheet(card.sheet_id, capital(card.name))
    return (
        f'<th scope="col" role="columnheader">{link} '
        f'<span class="id {card.kind}">{html.escape(card.sheet_id)}</span></th>'
    )


def _render_cell(cell: Cell, kind: str) -> str:
    if cell.is_absent:
        return f'<td role="cell" class="unsaid">{escape(cell.text)}</td>'
    chip = render_chip(cell.sheet_id, kind, "", cell.section, cell.text.removesuffix("…")[:CITED])
    return f'<td role="cell">{escape(cell.text)} {chip}</td>'
