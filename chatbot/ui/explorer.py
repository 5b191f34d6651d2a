"""The explorer: filters of the catalogue, with what each would give, and the sheets that fit as cards."""

import html
from collections.abc import Sequence
from typing import Annotated, Any

import gradio as gr
from pydantic import BaseModel, Field, ValidationError

from chatbot.answering.wording import capital
from chatbot.api import Service, say_unavailable
from chatbot.browse import Browser, Card, Filters, Option, Page
from chatbot.ui.files import read_template
from chatbot.ui.rendering import KINDS, count, escape, link_sheet, render_sheet_actions

STARTED = "page.start('explorer', element, {server});"
LABELS = {
    "kind": "Métiers ou formations",
    "niveau": "Niveau",
    "interet": "Centres d'intérêt",
    "domaine": "Domaines",
    "statut": "Statuts",
}
OPEN = ("kind", "niveau")  # the groups that stand open on a wide screen
PAGE = 24
Values = Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=50)]


class Query(BaseModel):
    """What the page asks of the catalogue."""

    kind: Values = ()
    interet: Values = ()
    niveau: Values = ()
    statut: Values = ()
    domaine: Values = ()
    text: Annotated[str, Field(max_length=200)] = ""
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0

    @property
    def filters(self) -> Filters:
        """The same, as the catalogue knows it."""
        return Filters(self.kind, self.interet, self.niveau, self.statut, self.domaine, self.text)


def build_explorer(service: Service) -> None:
    """Build the view of the catalogue."""

    def explore(sent: Any = None) -> dict[str, Any]:
        index = service.open_index()
        if index is None:
            return {"message": say_unavailable(service)}
        try:
            query = Query.model_validate(sent)
        except ValidationError:
            query = Query()
        return describe_page(index.browser.explore(query.filters, query.offset, PAGE))

    def form(_: Any = None) -> str:
        index = service.open_index()
        return render_filters(index.browser) if index else f"<p>{escape(say_unavailable(service))}</p>"

    gr.HTML(
        html_template=read_template("explorer"),
        elem_id="vue-explorer",
        elem_classes="view",
        apply_default_css=False,
        js_on_load=STARTED,
        server_functions=[explore, form],
    )


def describe_page(page: Page) -> dict[str, Any]:
    """Give what the page shows of the sheets found: their cards, their number, what each further choice would give."""
    left = page.total - page.offset - len(page.cards)
    return {
        "total": count(page.total, "fiche") if page.total else "Aucune fiche",
        "cards": "".join(map(render_card, page.cards)),
        "more": f"Voir {count(min(left, PAGE), 'fiche')} de plus" if left else "",
        "offset": page.offset + len(page.cards),
        "counts": {
            name: {option.value: [option.count, f"{option.count:,}".replace(",", "\u202f")] for option in options}
            for name, options in page.options.items()
        },
    }


def render_card(card: Card) -> str:
    """Render a sheet in short, with what can be done with it."""
    level = f' <span class="aside">{escape(card.level)}</span>' if card.level else ""
    return (
        f'<li class="card {card.kind}"><p class="kind"><span class="badge {card.kind}">{KINDS[card.kind]}</span>{level}'
        f"</p><h3>{link_sheet(card.sheet_id, capital(card.name))}</h3><p class=\"summary\">{escape(card.summary)}</p>"
        f"{render_sheet_actions(card.sheet_id, card.kind, card.name, small=True)}</li>"
    )


def render_filters(browser: Browser) -> str:
    """Render the filters, every value of each."""
    options = browser.explore(Filters(), limit=0).options
    return "".join(_render_group(name, options[name]) for name in LABELS if options.get(name))


def _render_group(name: str, options: Sequence[Option]) -> str:
    boxes = "".join(
        f'<label class="choice"><input type="checkbox" name="{name}" value="{html.escape(option.value)}">'
        f'<span class="words">{escape(option.label)}</span><span class="count"></span></label>'
        for option in options
    )
    opened = " data-open" if name in OPEN else ""
    return (
        f'<details class="group"{opened}><summary><span>{LABELS[name]}</span><span class="chosen"></span></summary>'
        f'<fieldset><legend class="unseen">{LABELS[name]}</legend>{boxes}</fieldset></details>'
    )
