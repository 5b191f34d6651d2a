"""One sheet in full: facts at the top, its parcours, its links one click away, its sections, a cited passage marked."""

import html
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import gradio as gr
from pydantic import BaseModel, ValidationError

from chatbot.answering.wording import capital, name_of
from chatbot.api import Service, say_unavailable
from chatbot.browse import Browser
from chatbot.citations import public_url
from chatbot.sheets import FORMATION, METIER, Section, Sheet
from chatbot.ui.files import read_template
from chatbot.ui.parcours import render_parcours
from chatbot.ui.passages import find_passage, mark_spans, render_prose
from chatbot.ui.rendering import KINDS, escape, link_out, link_sheet, render_sheet_actions, render_source

STARTED = "page.start('fiche', element, {server});"
NIVEAU = "Niveau d'accès minimum"
LEAD = "Présentation"
FORMATIONS = "Formations recommandées"
METIERS = "Métiers associés"
UNSAID = "La fiche ne le dit pas."
UNAVAILABLE = '<h2 tabindex="-1">{}</h2>'


MOST_LINKS = 12
OTHER_FACTS = {
    "niveau": "Niveau",
    "duree": "Durée",
    "type": "Type",
    "certification": "Certification",
    "sigle": "Sigle",
    "lien": "Lien",
    "code_rncp": "Code RNCP",
    "tutelle": "Tutelle",
}


class Wanted(BaseModel):
    """The sheet that an address asks for, and the passage to mark."""

    fiche: str = ""
    section: str = ""
    passage: str = ""


def build_sheet(service: Service) -> None:
    """Build the view of a sheet."""

    def read(sent: Any = None) -> str:
        try:
            wanted = Wanted.model_validate(sent)
        except ValidationError:
            wanted = Wanted()
        index = service.open_index()
        return render_wanted(index.browser, wanted) if index else UNAVAILABLE.format(escape(say_unavailable(service)))

    gr.HTML(
        html_template=read_template("sheet"),
        elem_id="vue-fiche",
        elem_classes="view",
        apply_default_css=False,
        js_on_load=STARTED,
        server_functions=[read],
    )


def render_wanted(browser: Browser, wanted: Wanted) -> str:
    """Render the sheet asked for, or say that there is none."""
    catalogue = browser.catalogue
    sheet = catalogue.get(wanted.fiche.strip().upper())
    if sheet:
        return SheetPage(sheet, browser, wanted).render()
    named = escape(wanted.fiche[:40])
    title = catalogue.title_of(wanted.fiche)
    if title:
        onisep = link_out(public_url(wanted.fiche, FORMATION), "La lire sur onisep.fr", title)
        return (
            f'<h2 tabindex="-1">{escape(title)}</h2><p>Une fiche de métier cite cette formation, mais sa propre fiche '
            f"n'est pas chargée ici. {onisep}</p>"
        )
    return (
        '<h2 tabindex="-1">Fiche introuvable</h2>'
        f"<p>Aucune fiche chargée ne porte l'identifiant «\u00a0{named}\u00a0».</p>"
        '<p><a class="button" href="?vue=explorer">Chercher dans les fiches</a></p>'
    )


class SheetPage:
    """The rendering of one sheet."""

    def __init__(self, sheet: Sheet, browser: Browser, wanted: Wanted) -> None:
        self._sheet, self._browser, self._wanted = sheet, browser, wanted
        self._catalogue = browser.catalogue
        self._marked = not wanted.passage

    def render(self) -> str:
        """Render it whole."""
        sheet = self._sheet
        facts = self._render_facts()  # first: what is cited of a fact is marked there
        (_, lead), *rest = self._render_sections()
        parts = [
            ("", lead),
            ("L'essentiel", facts),
            ("Parcours", render_parcours(self._browser.parcours(sheet.sheet_id))),
            *self._render_links(),
            *rest,
        ]
        shown = [(f"partie-{place}", heading, body) for place, (heading, body) in enumerate(parts) if body]
        jumps = "".join(
            f'<li><button type="button" data-do="jump" data-to="{key}">{escape(heading)}</button></li>'
            for key, heading, _ in shown
            if heading
        )
        body = "".join(
            f'<section><h3 id="{key}" class="{"" if heading else "unseen"}">{escape(heading or LEAD)}</h3>{part}'
            "</section>"
            for key, heading, part in shown
        )
        kind = f'<span class="badge {sheet.kind}">{KINDS[sheet.kind]}</span>'
        sheet_id = f'<span class="id {sheet.kind}">{html.escape(sheet.sheet_id)}</span>'
        name = name_of(sheet)
        title = escape(capital(name))
        if self._wanted.section == "Titre" and self._wanted.passage:
            title = f"<mark>{title}</mark>"
        source = render_source(public_url(sheet.sheet_id, sheet.kind, sheet.lien), name)
        from_onisep = sheet.sheet_id.startswith(("MET.", "FOR."))
        credit = "Onisep, données Idéo, licence ODbL" if from_onisep else "fiche propre à ce site"
        return (
            f'<article class="sheet {sheet.kind}"><header><p class="kind">{kind} {sheet_id}</p>'
            f'<h2 tabindex="-1">{title}</h2>'
            f"{self._render_names()}{render_sheet_actions(sheet.sheet_id, sheet.kind, name)}</header>"
            f'<nav class="jumps" aria-label="Parties de la fiche"><ul>{jumps}</ul></nav>{body}'
            f"<footer><p>Source\u00a0: {credit}. {source}</p></footer></article>"
        )

    def _render_names(self) -> str:
        others = [name.label for name in self._sheet.names[1:]]
        if self._sheet.sigle and self._sheet.sigle not in self._sheet.title:
            others.insert(0, self._sheet.sigle)
        return f'<p class="names">Aussi appelé\u00a0: {escape(", ".join(others))}</p>' if others else ""

    def _render_facts(self) -> str:
        rows = "".join(
            f"<div><dt>{escape(label)}</dt><dd>{value}</dd></div>" for label, value in self._list_facts() if value
        )
        return f'<dl class="facts">{rows}</dl>'

    def _list_facts(self) -> Iterator[tuple[str, str]]:
        sheet = self._sheet
        if sheet.kind == METIER:
            yield NIVEAU, self._mark(NIVEAU, sheet.niveau.text if sheet.niveau else "")
            yield "Salaire du débutant", self._mark("Salaire", sheet.salaire.text if sheet.salaire else "")
            yield "Statuts possibles", self._mark("Statuts possibles", ", ".join(sheet.statuts))
        else:
            yield "Durée", self._mark("Durée", sheet.duree)
            level = sheet.niveau.text if sheet.niveau else ""
            yield "Niveau de sortie", self._mark("Niveau de sortie indicatif", level)
            yield "Certification", self._mark("Niveau de certification", sheet.certification)
            yield "Type", self._mark("Type", sheet.type, unsaid="")
        yield "Centres d'intérêt", self._mark("Centres d'intérêt", ", ".join(sheet.interets), unsaid="")
        yield "Domaines", escape("\u00a0; ".join(name.replace("/", " › ") for name in sheet.domaines))
        yield "Codes ROME", escape(", ".join(f"{rome.code} {rome.label}".strip() for rome in sheet.romes))
        yield "Tutelle", escape(sheet.tutelle)
        for name, value in sheet.other_facts:
            label = f"{OTHER_FACTS[name]}, selon le référentiel" if name in OTHER_FACTS else name
            yield label, self._mark(name, value)
        if sheet.code_rncp:
            yield "Code RNCP", link_out(sheet.lien, sheet.code_rncp, "France compétences")

    def _render_links(self) -> Iterator[tuple[str, str]]:
        sheet, catalogue = self._sheet, self._catalogue
        if sheet.kind == METIER:
            links = {link.sheet_id: link.title for link in sheet.formations}
            naming = catalogue.formations_naming(sheet.sheet_id)
            others = {each: catalogue[each].title for each in naming if each not in links}
            yield FORMATIONS, self._render_list(FORMATIONS, links)
            yield "Autres formations qui y mènent", self._render_list("", others)
        else:
            metiers = catalogue.metiers_of(sheet.sheet_id)
            links = {each: catalogue[each].title for each in metiers if each in catalogue}
            yield "Métiers possibles", self._render_list(METIERS, links)

    def _render_list(self, section: str, links: dict[str, str]) -> str:
        items = []
        for sheet_id, title in links.items():
            found = self._catalogue.get(sheet_id)
            level = found.niveau.text if found and found.niveau else ""
            said = ", ".join(filter(None, (found.duree if found else "", level)))
            link = link_sheet(sheet_id, capital(title))
            if section == self._wanted.section and not self._marked and find_passage(title, self._wanted.passage):
                link = f"<mark>{link}</mark>"
                self._marked = True
            items.append(f'<li>{link} <span class="aside">{escape(said)}</span></li>')
        if not items:
            return ""
        more = ""
        if len(items) > MOST_LINKS:
            summary = f"<summary>{len(items) - MOST_LINKS} de plus</summary>"
            more = f'<details>{summary}<ul class="links">{"".join(items[MOST_LINKS:])}</ul></details>'
        return f'<ul class="links">{"".join(items[:MOST_LINKS])}</ul>{more}'

    def _render_sections(self) -> Iterator[tuple[str, str]]:
        """Give the introduction, empty where there is none, then the other sections."""
        parts = {
            heading: "".join(map(self._render_section, sections))
            for heading, group in groupby(self._sheet.sections, lambda section: section.heading)
            if (sections := [section for section in group if section.text.strip()])
        }
        yield LEAD, parts.pop(LEAD, "") or parts.pop("Description", "")
        yield from parts.items()

    def _render_section(self, section: Section) -> str:
        spans = []
        if not self._marked and self._wanted.section in (section.heading, ""):
            spans = find_passage(section.text, self._wanted.passage)
            self._marked = bool(spans)
        subheading = f"<h4>{escape(section.subheading)}</h4>" if section.subheading else ""
        return f"{subheading}{render_prose(section.text, spans)}"

    def _mark(self, section: str, text: str, unsaid: str = UNSAID) -> str:
        """Escape a fact, with the passage marked when it is cited from there."""
        if not text:
            return f'<span class="unsaid">{unsaid}</span>' if unsaid else ""
        spans = []
        if not self._marked and self._wanted.section == section:
            spans = find_passage(text, self._wanted.passage)
            self._marked = bool(spans)
        return mark_spans(text, spans)
