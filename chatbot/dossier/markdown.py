"""A dossier in; one Markdown document out, from which the page and the PDF are made too."""

import re
from collections.abc import Iterator
from datetime import date

from chatbot.answering.wording import capital, name_of
from chatbot.citations import MARKER, public_url
from chatbot.dossier.model import Dossier, Exchange, Shown, Source
from chatbot.sheets import FORMATION, METIER, Section

HEADING = "Dossier d'orientation"
NOTE = (
    "**Assistant automatique :** ces réponses sont tirées des fiches de l'Onisep par un programme, qui peut se "
    "tromper. Vérifiez avec un conseiller ou une conseillère d'orientation avant de décider."
)
CREDIT = "Source : Onisep, données ouvertes Idéo, licence ODbL."
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
MARKUP = re.compile(r"([\\`*_\[\]<>|~&])|^([#+=-])|(?<=^\d)([.)])|(?<=^\d\d)([.)])")
SHOWN_AS_FACTS = ("Salaire",)


def render_markdown(dossier: Dossier) -> str:
    """Write the whole dossier, sources and honest note included."""
    return "\n\n".join(_blocks(dossier)) + "\n"


def say_date(day: date) -> str:
    """Say a date in French: "1er mars 2026"."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def escape_markdown(text: str) -> str:
    """Write a text so that Markdown shows it as it is, on one line."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def _blocks(dossier: Dossier) -> Iterator[str]:
    yield f"# {HEADING}"
    if dossier.title:
        yield f"**{escape_markdown(dossier.title)}**"
    count = f"{dossier.corpus.sheets:,} fiches".replace(",", "\u202f")
    indexed = say_date(dossier.corpus.indexed_at.date())
    version = escape_markdown(dossier.corpus.version)
    yield f"Fait le {say_date(dossier.made_on)}, d'après {count} indexées le {indexed} (version {version}). {CREDIT}"
    yield f"> {NOTE}"
    if dossier.exchanges:
        yield "## Questions et réponses"
    for number, exchange in enumerate(dossier.exchanges, 1):
        yield from _exchange_blocks(number, exchange)
    if dossier.sheets:
        yield "## Fiches"
    for shown in dossier.sheets:
        yield from _sheet_blocks(shown)
    if dossier.sources:
        yield "## Sources"
        yield "\n".join(map(_source_line, dossier.sources))


def _exchange_blocks(number: int, exchange: Exchange) -> Iterator[str]:
    yield f"### {number}\\. {escape_markdown(exchange.question)}"
    urls = {citation.sheet_id: citation.url for citation in exchange.answer.citations}
    yield MARKER.sub(lambda marker: _link(marker[1], urls[marker[1]]), exchange.answer.text)


def _sheet_blocks(shown: Shown) -> Iterator[str]:
    sheet = shown.sheet
    link = _link(sheet.sheet_id, public_url(sheet.sheet_id, sheet.kind, sheet.lien))
    yield f"### {escape_markdown(capital(name_of(sheet)))} {link}"
    rows = [f"| {escape_markdown(label)} | {escape_markdown(text)} |" for label, text in shown.facts]
    yield "\n".join(["| Repères | |", "|---|---|", *rows])
    heading = ""
    for section in sheet.sections:
        if not section.text or section.heading in SHOWN_AS_FACTS:
            continue
        if section.heading != heading:
            yield f"#### {escape_markdown(section.heading)}"
            heading = section.heading
        yield from _section_blocks(section)
    if sheet.formations:
        yield "#### Formations recommandées"
        links = ((link.title, _link(link.sheet_id, public_url(link.sheet_id, FORMATION))) for link in sheet.formations)
        yield "\n".join(f"- {escape_markdown(title)} {link}" for title, link in links)


def _section_blocks(section: Section) -> Iterator[str]:
    if section.subheading:
        yield f"##### {escape_markdown(section.subheading)}"
    bullets: list[str] = []
    for line in section.text.split("\n"):
        if line.startswith("- "):
            bullets.append(f"- {escape_markdown(line[2:])}")
            continue
        if bullets:
            yield "\n".join(bullets)
            bullets = []
        yield escape_markdown(line)
    if bullets:
        yield "\n".join(bullets)


def _link(sheet_id: str, url: str) -> str:
    """Write an ID in its brackets as a link."""
    return f"[\\[{sheet_id}\\]]({url})"


def _source_line(source: Source) -> str:
    kind = "métier" if source.kind == METIER else "formation"
    quoted = " ; ".join(f"{escape_markdown(part)} : « {escape_markdown(words)} »" for part, words in source.excerpts)
    line = f"- {_link(source.sheet_id, source.url)} **{escape_markdown(source.title)}** ({kind})"
    return f"{line} : {quoted}" if quoted else line
