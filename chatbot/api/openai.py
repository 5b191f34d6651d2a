"""Chat completions as OpenAI's clients ask for them come in; the chatbot's answers, with their sources, go out."""

import json
import re
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel, Field, StrictBool
from starlette.responses import JSONResponse, Response

from chatbot.answering import Answer
from chatbot.api.bodies import CONTROL, MAX_HISTORY, MAX_MESSAGE, MAX_QUESTION, AnswerBody
from chatbot.api.chores import do_chore, question_in
from chatbot.api.problems import OPENAI, Refusal, describe_openai_errors, openai_error
from chatbot.api.service import OpenIndex, reply
from chatbot.api.stream import AnswerStream, EventStream, describe_failure
from chatbot.citations import Citation
from chatbot.question import Turn

MODEL = "orientation"
CHARACTERS_PER_TOKEN = 4  # a custom: nothing here is billed, and clients only show the number
SOURCES = "**Sources**"
OUR_SOURCES = re.compile(rf"\s*^{re.escape(SOURCES)}\n\n(?:- .+ \(\S+\)\n?)+\s*\Z", re.MULTILINE)
MARKUP = re.compile(r"([][\\*_`<>])")
NO_QUESTION = "« messages » ne contient pas de question : il faut un message « user » qui porte un texte."
TOO_LONG = f"La question est trop longue : {MAX_QUESTION} caractères au plus."


WRITTEN = {"type": "string", "pattern": r"[^\s\x00-\x1f\x7f\x85]"}
WRITTEN_PART = {"type": "object", "properties": {"text": WRITTEN}, "required": ["text"]}
WRITTEN_PARTS = {"type": "array", "contains": WRITTEN_PART}
# What is asked of one message at least, as JSON Schema says it.
QUESTION: dict[str, Any] = {
    "type": "object",
    "properties": {"role": {"const": "user"}, "content": {"anyOf": [WRITTEN, WRITTEN_PARTS]}},
    "required": ["role", "content"],
}


class PartBody(BaseModel):
    """One part of a message; pictures and sounds are passed over."""

    text: str | None = None


class ChatMessage(BaseModel):
    """A message of the conversation; those of roles other than user and assistant are passed over."""

    role: str
    content: str | list[PartBody] | None = None

    @property
    def text(self) -> str:
        """Give what is written in it."""
        if isinstance(self.content, list):
            written = "\n".join(part.text for part in self.content if part.text)
        else:
            written = self.content or ""
        return CONTROL.sub(" ", written).strip()


class StreamOptions(BaseModel):
    """What a stream holds beside the text."""

    include_usage: StrictBool | None = False


class CompletionRequest(BaseModel):
    """A conversation whose last user message is the question; parameters that clients send besides are ignored."""

    messages: Annotated[list[ChatMessage], Field(min_length=1, json_schema_extra={"contains": QUESTION})]
    model: str = MODEL
    stream: StrictBool | None = False
    stream_options: StreamOptions | None = None


def read_conversation(messages: Sequence[ChatMessage]) -> tuple[str, list[Turn]]:
    """Give the last message of the user, and what was said before it: the last 40 messages, long ones cut."""
    said = [(one.role, one.text) for one in messages if one.role in ("user", "assistant") and one.text]
    while said and said[-1][0] != "user":
        said.pop()
    if not said:
        raise Refusal(422, NO_QUESTION)
    *before, (_, question) = said
    clean = {"user": question_in, "assistant": strip_sources}
    turns = [Turn(role, clean[role](text)[:MAX_MESSAGE]) for role, text in before[-MAX_HISTORY:]]
    return question, [turn for turn in turns if turn.content]


def render_sources(citations: Iterable[Citation]) -> str:
    """List the sheets of an answer in Markdown: title, link, ID; nothing without any."""
    sheets = {citation.sheet_id: (MARKUP.sub(r"\\\1", citation.title), citation.url) for citation in citations}
    named = ((sheet_id, f"[{title}]({url})" if url else title) for sheet_id, (title, url) in sheets.items())
    lines = [f"- {title} ({sheet_id})" for sheet_id, title in named]
    return f"\n\n{SOURCES}\n\n" + "\n".join(lines) if lines else ""


def strip_sources(text: str) -> str:
    """Take our own list of sources off what a client sends back."""
    return OUR_SOURCES.sub("", text)


def describe_answer(answer: Answer) -> dict[str, Any]:
    """Give what an answer holds beside its text; `annotations` are OpenAI's form of citations, one a sheet."""
    body = AnswerBody.of(answer).model_dump(exclude={"answer"})
    annotations = []
    for one in {citation.sheet_id: citation for citation in answer.citations}.values():
        marker = f"[{one.sheet_id}]"
        start = answer.text.find(marker)
        place = {"start_index": start, "end_index": start + len(marker), "url": one.url, "title": one.title}
        if start >= 0 and one.url:
            annotations.append({"type": "url_citation", "url_citation": place})
    return {"annotations": annotations, **body}


def count_usage(messages: Sequence[ChatMessage], text: str) -> dict[str, int]:
    """Estimate tokens from characters, as there is no tokenizer where no model writes."""
    read = ceil(sum(len(message.text) for message in messages) / CHARACTERS_PER_TOKEN)
    written = ceil(len(text) / CHARACTERS_PER_TOKEN)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


class Completion:
    """One completion: what its parts have in common, and the parts."""

    def __init__(self, request: CompletionRequest) -> None:
        self._messages = request.messages
        self._usage = bool(request.stream_options and request.stream_options.include_usage)
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": MODEL}

    def whole(self, answer: Answer) -> dict[str, Any]:
        """Give the completion at once."""
        content = answer.text + render_sources(answer.citations)
        message = {"role": "assistant", "content": content, "refusal": None, **describe_answer(answer)}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        usage = count_usage(self._messages, content)
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": usage}

    async def parts(self, pieces: AsyncGenerator[str | Answer | None, None]) -> AsyncGenerator[bytes, None]:
        """Yield the completion as server-sent events; what fails before the first is raised."""
        begun = False
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    if not begun:
                        yield self._part({"role": "assistant", "content": ""})
                        begun = True
                    if piece is None:
                        yield KEEPALIVE_COMMENT
                    elif isinstance(piece, Answer):
                        sources = render_sources(piece.citations)
                        yield self._part({"content": sources, **describe_answer(piece)})
                        yield self._part({}, "stop")
                        if self._usage:
                            yield self._event([], count_usage(self._messages, piece.text + sources))
                    else:
                        yield self._part({"content": piece})
        except Exception as error:
            if not begun:
                raise
            problem = describe_failure(error)
            yield format_sse_event(data_str=openai_error(problem.status, problem.detail).model_dump_json())
        yield format_sse_event(data_str="[DONE]")

    def _part(self, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        return self._event([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}])

    def _event(self, choices: list[dict[str, Any]], usage: dict[str, int] | None = None) -> bytes:
        chunk = {**self._head, "object": "chat.completion.chunk", "choices": choices}
        if self._usage:
            chunk["usage"] = usage
        return format_sse_event(data_str=json.dumps(chunk, ensure_ascii=False))


def openai_routes(opened: Callable[[], OpenIndex]) -> APIRouter:
    """Make the routes that OpenAI's clients call, over the index that is open."""
    routes = APIRouter(prefix=OPENAI.rstrip("/"))

    @routes.post(
        "/chat/completions",
        responses=describe_openai_errors(400, 413, 503) | {200: {"content": {"text/event-stream": {}}}},
        response_class=JSONResponse,
    )
    def complete(body: CompletionRequest) -> Response:
        """Answer the last user message, as OpenAI's chat completions do, streamed with `"stream": true`.

        The text ends with a list of its sources; the message, or the last part with a text of a stream, also has
        `citations`, `status`, `suggestions` and `generator` as `/api/answer` gives them, and `annotations`. Token
        counts are estimates (a token for four characters). Errors have OpenAI's form, their message is in French.
        """
        index = opened()
        question, history = read_conversation(body.messages)
        completion = Completion(body)
        if (done := do_chore(question, index)) is not None:
            answer = Answer(done, "chore")
            if body.stream:
                return EventStream(completion.parts(_settled(answer)))
            return JSONResponse(completion.whole(answer))
        question = question_in(question)
        if len(question) > MAX_QUESTION:
            raise Refusal(422, TOO_LONG)
        if body.stream:
            return EventStream(completion.parts(AnswerStream(index, question, history, "openai").pieces()))
        return JSONResponse(completion.whole(reply(index, question, history, channel="openai")))

    @routes.get("/models", responses=describe_openai_errors(503))
    def models() -> dict[str, Any]:
        """List the one model there is."""
        return {"object": "list", "data": [_describe_model(opened())]}

    @routes.get("/models/{name}", responses=describe_openai_errors(404, 503))
    def model(name: Annotated[str, Path(examples=[MODEL])]) -> dict[str, Any]:
        """Describe the model."""
        described = _describe_model(opened())
        if name != MODEL:
            raise Refusal(404, f"Le modèle « {name[:40]} » n'existe pas : il n'y a que « {MODEL} ».")
        return described

    return routes


async def _settled(answer: Answer) -> AsyncGenerator[str | Answer | None, None]:
    for piece in answer.pieces():
        yield piece


def _describe_model(index: OpenIndex) -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": int(index.indexed_at.timestamp()), "owned_by": "onisep"}
