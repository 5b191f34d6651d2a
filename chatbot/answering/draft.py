"""An answer while it is being written: blocks of prose, and the citations that their markers stand for."""

import re
from collections.abc import Sequence

from chatbot.answering.model import Answer
from chatbot.answering.wording import plain, shorten
from chatbot.catalogue import Catalogue, fold
from chatbot.citations import MARKER, Citation, cited_ids, public_url
from chatbot.evidence import Passage, content_words
from chatbot.sheets import Sheet

MOSTLY = 0.8  # the share of the words of a sentence that another has to hold to say the same
NEGATION = re.compile(r"\b(?:n'|ne |pas |sans |aucune? |ni |jamais |sauf )")
MOST_SUGGESTED = 4
TELLING = 40  # characters that tell a sentence from others


class Draft:
    """Collects blocks and citations; `mark` is the only way to a marker, so no marker stands without its citation."""

    def __init__(self, catalogue: Catalogue, before: str = "") -> None:
        """Start an answer; `before` is the answer just given, whose sentences need not be said again."""
        self.catalogue = catalogue
        self._before = fold(before)
        self.blocks: list[str] = []
        self.status = "answered"
        self.quoted: set[tuple[str, int]] = set()  # the sentences written so far, by sheet and place
        self._told: list[tuple[frozenset[str], bool]] = []  # words and negation of each sentence and line written
        self._read = 0  # blocks whose lines are among them
        self._citations: dict[tuple[str, str], Citation] = {}

    def mark(self, sheet_id: str, section: str, excerpt: str) -> str:
        """Cite words of a section, and give the marker to write after the claim."""
        sheet = self.catalogue.get(sheet_id)
        kind = self.catalogue.kind_of(sheet_id)
        citation = Citation(
            sheet_id=sheet_id,
            kind=kind,
            title=self.catalogue.title_of(sheet_id) or excerpt,
            section=section,
            excerpt=shorten(excerpt),
            url=public_url(sheet_id, kind, sheet.lien if sheet else ""),
        )
        self._citations.setdefault((sheet_id, section), citation)
        return f"[{sheet_id}]"

    def was_told(self, text: str) -> bool:
        """Whether a sentence stands in the answer just given."""
        return len(text) >= TELLING and fold(plain(text))[:TELLING] in self._before

    def tell_again(self) -> None:
        """Forget the answer just given."""
        self._before = ""

    def has_quoted(self, passage: Passage) -> bool:
        """Whether a sentence is written."""
        return (passage.sheet_id, passage.place) in self.quoted

    def add(self, block: str) -> None:
        """Add a paragraph, a list or a table."""
        if block.strip():
            self.blocks.append(block.strip())

    def tells(self, text: str) -> bool:
        """Whether one sentence or line that is written already says what a sentence would: sheets repeat themselves.

        It does when it holds all the numbers and most of the other words, and is negative as the sentence is or is not;
        what it does not hold is remembered as told.
        """
        for block in self.blocks[self._read :]:
            self._told += map(_sense, block.split("\n"))
        self._read = len(self.blocks)
        sense = _sense(text)
        if any(_covers(told, sense) for told in self._told):
            return True
        self._told.append(sense)
        return False

    def known(self, sheet_ids: Sequence[str]) -> list[Sheet]:
        """Give the sheets of these IDs that are loaded."""
        return [self.catalogue[sheet_id] for sheet_id in sheet_ids if sheet_id in self.catalogue]

    @property
    def length(self) -> int:
        """Characters written so far."""
        return sum(len(block) + 2 for block in self.blocks)

    def finish(self, first: str = "", suggestions: tuple[str, ...] = ()) -> Answer:
        """Make the answer; the citations of the sheet `first` come first, unused ones go.

        What looks like a marker in the words of a sheet is none: its brackets go.
        """
        cited = {sheet_id for sheet_id, _ in self._citations}
        text = MARKER.sub(lambda m: m.group() if m.group(1) in cited else m.group(1), "\n\n".join(self.blocks))
        used = set(cited_ids(text))
        citations = [citation for citation in self._citations.values() if citation.sheet_id in used]
        citations.sort(key=lambda citation: citation.sheet_id != first)
        return Answer(text, self.status, tuple(citations), suggestions[:MOST_SUGGESTED])


def _sense(text: str) -> tuple[frozenset[str], bool]:
    return frozenset(content_words(text)), bool(NEGATION.search(fold(text)))


def _covers(told: tuple[frozenset[str], bool], sense: tuple[frozenset[str], bool]) -> bool:
    (held, denied), (words, denies) = told, sense
    numbers = {word for word in words if word.isdigit()}
    return denied == denies and numbers <= held and len(words & held) >= MOSTLY * len(words)
