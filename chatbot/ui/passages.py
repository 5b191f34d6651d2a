"""Where words that an answer cites stand in a text: marked in its HTML, verbatim or not at all."""

import re

from chatbot.ui.rendering import escape

MAX_PASSAGE = 1_000
Span = tuple[int, int]


def find_passage(text: str, passage: str) -> list[Span]:
    """Find the words of a passage, white space and case aside, each part around « … » apart; [] if one is absent."""
    spans = []
    start = 0
    for part in re.split(r"…|\.\.\.", passage[:MAX_PASSAGE]):
        words = part.split()
        if not words:
            continue
        found = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE).search(text, start)
        if found is None:
            return []
        spans.append(found.span())
        start = found.end()
    return spans


def mark_spans(text: str, spans: list[Span], offset: int = 0) -> str:
    """Escape a text with these spans marked; `offset` is where the text starts in what the spans count from."""
    parts = []
    end = 0
    for start, stop in spans:
        first, last = max(start - offset, end), min(stop - offset, len(text))
        if first < last:
            parts += [escape(text[end:first]), "<mark>", escape(text[first:last]), "</mark>"]
            end = last
    return "".join([*parts, escape(text[end:])])


def render_prose(text: str, spans: list[Span] = []) -> str:  # noqa: B006
    """Render the text of a section: a line is a paragraph, lines that start with « - » are a list."""
    blocks: list[str] = []
    offset = 0
    listed = False
    for line in text.split("\n"):
        bullet = line.startswith("- ")
        skipped = 2 if bullet else 0
        if bullet != listed:
            blocks.append("<ul>" if bullet else "</ul>")
            listed = bullet
        tag = "li" if bullet else "p"
        if line[skipped:].strip():
            blocks.append(f"<{tag}>{mark_spans(line[skipped:], spans, offset + skipped)}</{tag}>")
        offset += len(line) + 1
    return "".join([*blocks, "</ul>" if listed else ""])
