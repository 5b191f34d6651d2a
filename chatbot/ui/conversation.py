"""What the browser keeps of a conversation: read with suspicion, turned into the history of the next question."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from chatbot.answering import Answer
from chatbot.api import CONTROL, MAX_HISTORY, MAX_MESSAGE, MAX_QUESTION
from chatbot.citations import Citation
from chatbot.question import Turn

KEPT_EXCHANGES = 50


class Exchange(BaseModel):
    """One question and its answer, as the browser keeps them."""

    question: str
    text: str
    status: str = "answered"
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    stopped: bool = False

    @classmethod
    def of(cls, question: str, answer: Answer) -> "Exchange":
        """Keep what an answer says."""
        return cls(
            question=question,
            text=answer.text,
            status=answer.status,
            citations=answer.citations,
            suggestions=answer.suggestions,
        )


class Ask(BaseModel):
    """A question as the page sends it, with what was said before."""

    question: Annotated[str, Field(max_length=4 * MAX_QUESTION)]
    history: list[Exchange] = []


CONVERSATION = TypeAdapter(list[Exchange])


def read_conversation(stored: Any) -> list[Exchange]:
    """Read what the browser kept; anything else than a conversation is an empty one."""
    try:
        return CONVERSATION.validate_python(stored)[-KEPT_EXCHANGES:]
    except ValidationError:
        return []


def read_ask(sent: Any) -> Ask | None:
    """Read a question that the page sent, its control characters blanked; None for an empty or impossible one."""
    try:
        ask = Ask.model_validate(sent)
    except ValidationError:
        return None
    ask.question = CONTROL.sub(" ", ask.question).strip()[:MAX_QUESTION]
    return ask if ask.question else None


def history_of(conversation: Sequence[Exchange]) -> list[Turn]:
    """Give the last turns, oldest first, within what a request may hold."""
    turns = [
        Turn(role, content[:MAX_MESSAGE])
        for exchange in conversation
        for role, content in (("user", exchange.question), ("assistant", exchange.text))
    ]
    return turns[-MAX_HISTORY:]
