"""A LangChain chat model that writes what a test says: texts in pieces, failures, and waits for a signal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

Part = str | Exception | threading.Event
Script = list[Part] | Callable[[str], list[Part]]


class FakeChatModel(BaseChatModel):
    """Plays one script a call, the last one again and again; a script may be made from the prompt.

    A text comes in pieces of a few letters, an exception is raised, an event is waited for.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    scripts: list[Any]
    piece: int = 3
    prompts: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        text = "".join(str(chunk.message.text) for chunk in self._stream(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        self.prompts.append(messages)
        script = self.scripts[min(len(self.prompts), len(self.scripts)) - 1]
        for part in script(str(messages[-1].content)) if callable(script) else script:
            if isinstance(part, Exception):
                raise part
            if isinstance(part, threading.Event):
                part.wait()
                continue
            for start in range(0, len(part) or 1, self.piece):
                yield ChatGenerationChunk(message=AIMessageChunk(content=part[start : start + self.piece]))


def writes(*texts: str) -> FakeChatModel:
    """Make a model that writes these texts, one a call."""
    return FakeChatModel(scripts=[[text] for text in texts])
