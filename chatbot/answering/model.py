"""An answer: French prose in Markdown, its status, and the citations that it rests on."""

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
