"""A dossier in; a PDF with page numbers and links, made on the server, out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from io import BytesIO
from typing import Any

from markdown_it.token import Token
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from chatbot.answering.wording import unbreak
from chatbot.dossier.markdown import CREDIT, HEADING, render_markdown, say_date
from chatbot.dossier.model import Dossier
from chatbot.dossier.page import MARKDOWN

# Bitstream Vera comes with reportlab; it has every letter of the sheets.
FAMILY = {"Vera": "Vera.ttf", "Vera-Bold": "VeraBd.ttf", "Vera-Italic": "VeraIt.ttf", "Vera-BoldItalic": "VeraBI.ttf"}
SIDE, TOP, FOOT = 18 * mm, 16 * mm, 20 * mm
LINK, RULE, SHADE = "#3448c5", HexColor("#8a8a94"), HexColor("#eef0fb")
BODY = ParagraphStyle("body", fontName="Vera", fontSize=9.5, leading=13.5, spaceAfter=5, allowWidows=0, allowOrphans=0)
NOTE = ParagraphStyle("note", BODY, backColor=SHADE, borderPadding=6, leftIndent=6, rightIndent=6, spaceBefore=8)
BULLET = ParagraphStyle("bullet", BODY, bulletFontName="Vera", spaceAfter=3)
CELL = ParagraphStyle("cell", BODY, fontSize=8.5, leading=11.5, spaceAfter=0)
HEADINGS = {
    f"h{level}": ParagraphStyle(
        f"h{level}", BODY, fontName="Vera-Bold", fontSize=size, leading=size * 1.3, spaceBefore=before, spaceAfter=4,
        keepWithNext=1,
    )
    for level, size, before in ((1, 18, 0), (2, 14, 16), (3, 11.5, 12), (4, 10, 8), (5, 9, 5))
}  # fmt: skip
TABLE = TableStyle([
    ("GRID", (0, 0), (-1, -1), 0.5, RULE),
    ("BACKGROUND", (0, 0), (-1, 0), SHADE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 4),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
])  # fmt: skip
MARKS = {"strong_open": "<b>", "strong_close": "</b>", "em_open": "<i>", "em_close": "</i>", "link_close": "</a>"}


def render_pdf(dossier: Dossier) -> bytes:
    """Render the whole dossier as A4 pages."""
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=SIDE,
        rightMargin=SIDE,
        topMargin=TOP,
        bottomMargin=FOOT,
        title=f"{HEADING}, {say_date(dossier.made_on)}",
        author="Assistant automatique, d'après les fiches Onisep",
        lang="fr-FR",
    )
    document.build(flow(dossier), canvasmaker=_NumberedCanvas)
    return target.getvalue()


def flow(dossier: Dossier) -> list[Flowable]:
    """Give what stands on the pages, in order."""
    _letters()
    return list(_Flow(MARKDOWN.parse(unbreak(render_markdown(dossier)))).blocks())


class _NumberedCanvas(Canvas):  # type: ignore[misc]
    """Writes the foot of every page once their number is known."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for page in self._pages:
            self.__dict__.update(page)
            self.setFont("Vera", 7.5)
            self.drawString(SIDE, FOOT - 8 * mm, unbreak(CREDIT))
            self.drawRightString(A4[0] - SIDE, FOOT - 8 * mm, f"{self._pageNumber} / {len(self._pages)}")
            super().showPage()
        super().save()


class _Flow:
    """Walks the tokens of a document, and gives what stands on its pages."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = iter(tokens)

    def blocks(self, end: str = "", style: ParagraphStyle = BODY, depth: int = 0) -> Iterator[Flowable]:
        """Give the blocks up to a closing token."""
        for token in self._tokens:
            if token.type == end:
                return
            if token.type in ("paragraph_open", "heading_open"):
                text = _markup(next(self._tokens))
                next(self._tokens)
                yield Paragraph(text, HEADINGS[token.tag] if token.type == "heading_open" else style)
            elif token.type == "blockquote_open":
                yield from self.blocks("blockquote_close", NOTE)
            elif token.type == "bullet_list_open":
                yield from self._bullets(depth + 1)
            elif token.type == "table_open":
                yield self._table()

    def _bullets(self, depth: int) -> Iterator[Flowable]:
        indent = 12 * depth
        style = ParagraphStyle("item", BULLET, leftIndent=indent, bulletIndent=indent - 10)
        for token in self._tokens:
            if token.type == "bullet_list_close":
                return
            for place, block in enumerate(self.blocks("list_item_close", style, depth)):
                if place == 0 and isinstance(block, Paragraph):
                    block = Paragraph(block.text, style, bulletText="•")
                yield block

    def _table(self) -> Table:
        rows: list[list[Paragraph]] = []
        for token in self._tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                bold = len(rows) == 1 or not rows[-1]
                text = _markup(token)
                rows[-1].append(Paragraph(f"<b>{text}</b>" if bold and text else text, CELL))
        width = A4[0] - 2 * SIDE
        first = min(38 * mm, width / len(rows[0]))
        others = (width - first) / max(len(rows[0]) - 1, 1)
        widths = [first, *[others] * (len(rows[0]) - 1)]
        return Table(rows, widths, repeatRows=1, splitInRow=1, style=TABLE, spaceBefore=4, spaceAfter=8)


def _markup(inline: Token) -> str:
    """Write a line of Markdown in reportlab's own small markup."""
    parts = []
    for token in inline.children or ():
        if token.type == "link_open":
            parts.append(f'<a href="{escape(str(token.attrs["href"]))}" color="{LINK}">')
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        else:
            parts.append(MARKS.get(token.type) or escape(_writable(token.content), quote=False))
    return "".join(parts)


def _writable(text: str) -> str:
    """Give a text in letters that the font has; any other (an emoji in a question) becomes '?'."""
    letters = _letters()
    return "".join(c if ord(c) in letters else "?" for c in text.replace("\u202f", "\u00a0"))


@cache
def _letters() -> frozenset[int]:
    """Register the font, and give the letters that it has."""
    fonts = {name: TTFont(name, file) for name, file in FAMILY.items()}
    for font in fonts.values():
        pdfmetrics.registerFont(font)
    regular, bold, italic, both = FAMILY
    pdfmetrics.registerFontFamily(regular, regular, bold, italic, both)
    return frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts.values()))
