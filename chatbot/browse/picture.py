"""A ladder in; an SVG that reads on a phone, in the colours and font of the page around it, out."""

import re
from collections.abc import Callable, Iterator
from html import escape

from chatbot.answering.wording import capital
from chatbot.browse.model import Parcours, Stage, Step
from chatbot.browse.text import DURATION_NOTE, describe_parcours, detail_of, detail_of_step, headline_of
from chatbot.sheets import METIER

WIDTH = 360
LINE_X, TEXT_X, CARD_X, CARD_WIDTH, PADDING = 16, 34, 34, 318, 10
TITLE, DETAIL = 14.0, 12.0  # font sizes
LEADING = 1.3
BOLDER = 1.12  # how much wider bold letters are
MOST_STEPS = 8  # cards on a rung; the rest stands in the text
ACCENT = "var(--parcours-accent, #5b70e6)"
ALONE = (
    "<style>svg{font-family:system-ui,sans-serif;color:#1b1b1f;background:#fff}"
    "@media (prefers-color-scheme:dark){svg{color:#ececf1;background:#17171c}}</style>"
)
NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Widths of letters in ems, those of a wide font (DejaVu): in any other a line is shorter than it may be.
NARROW, WIDE = frozenset("ijlftr.,;:'!|()[]- "), frozenset("mwMWŒœ@%")


def draw_parcours(parcours: Parcours, href: Callable[[str, str], str] | None = None, alone: bool = False) -> str:
    """Draw a ladder, highest rung first: with links where `href` makes an address of an ID and a kind.

    `alone` is for a file of its own; inside a page the picture takes the font and the colours around it.
    """
    drawing = _Drawing(href)
    drawing.draw(parcours)
    name = f"parcours-{parcours.sheet_id}"
    role = "group" if href else "img"  # what is inside an img is not reached by keyboard
    size = f'viewBox="0 0 {WIDTH} {drawing.bottom:.0f}" style="width:100%;max-width:34rem;height:auto"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} class="parcours" fill="currentColor" role="{role}" lang="fr" '
        f'aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{_escape(headline_of(parcours))}</title>'
        f'<desc id="{name}-desc">{_escape(describe_parcours(parcours).replace("**", "").replace("*", ""))}</desc>'
        f"{ALONE if alone else ''}{''.join(drawing.parts)}</svg>\n"
    )


class _Drawing:
    """Shapes so far, from the top down to `bottom`."""

    def __init__(self, href: Callable[[str, str], str] | None) -> None:
        self.parts: list[str] = []
        self.bottom = 8.0
        self._href = href

    def draw(self, parcours: Parcours) -> None:
        """Draw the whole ladder."""
        if not any(stage.target for stage in parcours.stages):
            self._goal(parcours)
            self.bottom += 8
        first = last = 0.0
        for stage in reversed(parcours.stages):
            last = self.bottom + 10
            first = first or last
            self._stage(stage, parcours)
        rail = f'<path d="M{LINE_X} {first}V{last}" stroke="currentColor" stroke-opacity=".35" stroke-width="3"/>'
        self.parts.insert(0, rail)
        if parcours.apart:
            self._heading("Niveau non précisé", False, dashed=True)
            self._steps(parcours.apart)
        if parcours.kind == METIER and parcours.count:
            self._text(DURATION_NOTE, 8, WIDTH - 16, 11.5, opacity=".8", lines=4)
        self.bottom += 6

    def _stage(self, stage: Stage, parcours: Parcours) -> None:
        self._heading(capital(stage.rung.label), stage.target, empty=not (stage.target or stage.steps))
        if stage.target:
            self._goal(parcours)
        self._steps(stage.steps)

    def _heading(self, label: str, target: bool, dashed: bool = False, empty: bool = False) -> None:
        middle = self.bottom + 10
        if target:
            self.parts.append(f'<circle cx="{LINE_X}" cy="{middle}" r="9" style="fill:{ACCENT}"/>')
        else:
            dash = ' stroke-dasharray="3 3" fill="none"' if dashed else ""
            ring = f'r="6" stroke="currentColor" stroke-width="2"{dash}'
            self.parts.append(f'<circle cx="{LINE_X}" cy="{middle}" {ring}/>')
        weight, opacity = ("400", ".8") if empty else ("700", "1")
        self._text(label, TEXT_X, WIDTH - TEXT_X - 8, 15.0, opacity, weight)
        self.bottom += 6

    def _goal(self, parcours: Parcours) -> None:
        kind = "Métier" if parcours.kind == METIER else "Formation"
        self._card(capital(parcours.name), f"{kind}, {detail_of(parcours)}", parcours.sheet_id, parcours.kind, True)

    def _steps(self, steps: tuple[Step, ...]) -> None:
        for step in steps[:MOST_STEPS]:
            self._card(capital(step.title), detail_of_step(step), step.sheet_id, step.kind, False)
        if len(steps) > MOST_STEPS:
            rest = f"et {len(steps) - MOST_STEPS} de plus : voir le texte"
            self._text(rest, TEXT_X, CARD_WIDTH, DETAIL, opacity=".8", lines=1)
        self.bottom += 8

    def _card(self, title: str, detail: str, sheet_id: str, kind: str, goal: bool) -> None:
        """Draw a box with a title, a line under it and an ID; it is a link where there is an address."""
        top, place = self.bottom, len(self.parts)
        self.bottom += PADDING - 2
        inner = CARD_WIDTH - 2 * PADDING
        self._text(title, CARD_X + PADDING, inner, TITLE, weight="600" if goal else "400", lines=4)
        self._text(f"{detail} [{sheet_id}]", CARD_X + PADDING, inner, DETAIL, ".8", lines=3)
        self.bottom += PADDING - 4
        stroke = f'style="stroke:{ACCENT}" stroke-width="2"' if goal else 'stroke="currentColor" stroke-opacity=".35"'
        box = f'<rect x="{CARD_X}" y="{top}" width="{CARD_WIDTH}" height="{self.bottom - top:.1f}" rx="8"'
        shapes = [f'{box} fill="none" pointer-events="all" {stroke}/>', *self.parts[place:]]
        if self._href:
            shapes = [f'<a href="{_escape(self._href(sheet_id, kind))}">', *shapes, "</a>"]
        self.parts[place:] = shapes
        self.bottom += 6

    def _text(
        self, text: str, x: float, width: float, size: float, opacity: str = "1", weight: str = "400", lines: int = 2
    ) -> None:
        spans = []
        for line in _wrap(text, width / size / (1 if weight == "400" else BOLDER), lines):
            self.bottom += size * LEADING
            spans.append(f'<tspan x="{x}" y="{self.bottom - size * 0.3:.1f}">{_escape(line)}</tspan>')
        look = f'font-size="{size}" font-weight="{weight}" fill-opacity="{opacity}"'
        self.parts.append(f"<text {look}>{''.join(spans)}</text>")


def _wrap(text: str, ems: float, lines: int) -> list[str]:
    """Break a text into lines of so many ems; what is beyond the last line becomes '…'."""
    broken: list[str] = []
    for word in _pieces(text, ems):
        if broken and _ems(f"{broken[-1]} {word}") <= ems:
            broken[-1] += f" {word}"
        elif len(broken) == lines:
            while broken[-1] and _ems(f"{broken[-1]}…") > ems:
                broken[-1] = broken[-1].rpartition(" ")[0]
            broken[-1] += "…"
            break
        else:
            broken.append(word)
    return broken


def _pieces(text: str, ems: float) -> Iterator[str]:
    """Give the words of a text, one longer than a line in pieces."""
    most = max(int(ems / 0.98), 1)
    for word in text.split():
        yield from (word[start : start + most] for start in range(0, len(word), most)) if _ems(word) > ems else (word,)


def _ems(text: str) -> float:
    return sum(0.4 if c in NARROW else 0.98 if c in WIDE else 0.72 if c.isupper() else 0.62 for c in text)


def _escape(text: str) -> str:
    return escape(NOT_XML.sub("", text))
