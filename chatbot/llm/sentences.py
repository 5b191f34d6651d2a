"""The text of a model as it comes in; its sentences and list lines, each whole, out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST = 900  # characters without an end: no sentence any more
LIST_LINE = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s")
# An end: what closes the sentence, the keys that belong to it, then what shows that both are done: after a stop, no
# small letter (an abbreviation), after a key and a stop, whatever comes.
KEYS = r"(?:\s*\[[\d\s,;]*\])"
END = re.compile(
    rf"{KEYS}[.!?…]+{KEYS}*\s+(?=[^\s\[])"
    rf"|(?<!\b[A-Z])(?<!\bex)(?<!\benv)(?<!\betc)(?<!\bMme)[.!?…]+[»\")*]*{KEYS}*[.]?\s+(?=[^\s\[a-zà-ÿ])"
)
DONE = re.compile(r"(?:[.!?…:\]|][»\")*]*|\*\*)\s*$")
THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
OPENING = re.compile(r"\s*(?:<t?(?:h?i?n?k?i?n?g?)?)?\Z")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or list line, and what sets it off from the one before: a space, a line break or a blank line."""

    text: str
    gap: str


def split_stream(chunks: Iterable[str]) -> Iterator[Piece]:
    """Yield the sentences of a streamed text as soon as each is whole; one that is cut off at the end is left out."""
    buffer, gap = "", ""
    for chunk in _without_thoughts(chunks):
        buffer += chunk.replace("\r", "")
        while True:
            cut = _find_end(buffer)
            if cut is None:
                break
            text, between, buffer = cut
            if text:
                yield Piece(text, gap)
                gap = ""
            gap = max((gap, _gap(between)), key=len)
        if len(buffer) > LONGEST:
            return
    if buffer.strip() and DONE.search(buffer):
        yield Piece(buffer.strip(), gap)


def _find_end(buffer: str) -> tuple[str, str, str] | None:
    """Cut the first whole sentence off; a list line goes to its line break, a sentence to the next one."""
    line = buffer.find("\n")
    end = None if LIST_LINE.match(buffer) else END.search(buffer)
    if line >= 0 and (end is None or line < end.end()):
        rest = buffer[line:].lstrip()
        if not rest:
            return None  # whether a blank line follows is not known yet
        return buffer[:line].strip(), buffer[line : len(buffer) - len(rest)], rest
    if end is None or re.fullmatch(r"\s*", buffer[: end.start()]):
        return None
    return buffer[: end.end()].strip(), " ", buffer[end.end() :]


def _gap(between: str) -> str:
    breaks = between.count("\n")
    return "\n\n" if breaks > 1 else "\n" if breaks else " "


def _without_thoughts(chunks: Iterable[str]) -> Iterator[str]:
    """Leave out the thoughts that some models write first, between tags."""
    opening = ""
    chunks = iter(chunks)
    for chunk in chunks:
        opening += chunk
        if OPENING.fullmatch(opening):
            continue
        if not re.match(r"\s*<think", opening):
            yield opening
            break
        if re.search(r"</think(?:ing)?>", opening):
            yield THINKING.sub("", opening, count=1).lstrip()
            break
    yield from chunks
