"""An answer: French prose in Markdown, its status, and the citations that it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chatbot.citations import Citation


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` marks every claim with `[ID]`; `status` is answered, clarify, not_found, off_topic or support."""

    text: str
    status: str
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    generator: str = "extractive"

    def pieces(self) -> Iterator[str | Answer]:
        """Yield the text, block by block, then the answer itself: what a stream gives of an answer that is settled."""
        for place, block in enumerate(self.text.split("\n\n")):
            yield f"\n\n{block}" if place else block
        yield self
