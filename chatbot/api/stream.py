"""The stream of an answer comes in, read in a thread of its own; server-sent events go out.

Nothing stays behind when a client leaves: the response closes what it is made of, that stops the reading, the thread
closes the chatbot's generator and ends.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, closing, suppress
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from chatbot.answering import Answer
from chatbot.api.bodies import AnswerBody, QuestionBody
from chatbot.api.problems import FAILURE, Problem, describe_problems, problem_of
from chatbot.api.replies import AnswerFailed
from chatbot.api.service import OpenIndex, stream_reply
from chatbot.api.turns import Channel
from chatbot.llm import Stop
from chatbot.question import Turn

LOG = logging.getLogger("chatbot.api")
FIRST_SECONDS = 1.0  # how long a failure can still be told by the status of the response
KEEPALIVE_SECONDS = 15.0  # many proxies close what is silent for 30 to 60 s
EXAMPLE = (
    'event: piece\ndata: {"text":"Il faut un **bac + 5** [MET.854]."}\n\n'
    'event: answer\ndata: {"answer":"Il faut un **bac + 5** [MET.854].","status":"answered",…}\n\n'
)


class PieceBody(BaseModel):
    """Words that come after those of the pieces before."""

    text: str


class EventStream(StreamingResponse):
    """A response of server-sent events, begun with the first; it closes their generator, however it ends."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        # nginx holds back what it proxies, unless it is told otherwise
        super().__init__(self._go_on(), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events as they come; raise, before anything is sent, what the first one raises."""
        async with aclosing(self._events):
            self._first = await anext(self._events)
            await super().__call__(scope, receive, send)

    async def _go_on(self) -> AsyncGenerator[bytes, None]:
        yield self._first
        async for event in self._events:
            yield event


@dataclass(frozen=True, slots=True)
class AnswerStream:
    """A question whose answer is read in a thread, once it is asked for, and told in the event loop."""

    index: OpenIndex
    question: str
    history: Sequence[Turn]
    channel: Channel = "stream"
    keepalive: float = KEEPALIVE_SECONDS

    async def read(self) -> AsyncGenerator[str | Answer | None, None]:
        """Yield what `stream_reply` gives; None where nothing came for a while.

        Close it to have the thread end at once, or where the chatbot works at that moment, at its next piece.
        """
        loop, stop = asyncio.get_running_loop(), Stop()
        given: asyncio.Queue[str | Answer | Exception] = asyncio.Queue()

        def give(item: str | Answer | Exception) -> None:
            with suppress(RuntimeError):  # the server has ended meanwhile
                loop.call_soon_threadsafe(given.put_nowait, item)

        reading = asyncio.create_task(run_in_threadpool(self._read_all, give, stop))
        patience = min(FIRST_SECONDS, self.keepalive)
        try:
            while True:
                try:
                    item = await asyncio.wait_for(given.get(), patience)
                except TimeoutError:
                    yield None
                    patience = self.keepalive
                    continue
                if isinstance(item, Exception):
                    raise item
                yield item
                if isinstance(item, Answer):
                    await reading
                    return
        finally:
            stop.set()

    async def pieces(self) -> AsyncGenerator[str | Answer | None, None]:
        """Yield as `read` does, but always in pieces: put together, they are the text of the answer."""
        told = False
        async with aclosing(self.read()) as read:
            async for piece in read:
                if isinstance(piece, Answer) and not told:
                    for part in piece.pieces():
                        yield part
                else:
                    told = told or piece is not None
                    yield piece

    def _read_all(self, give: Callable[[str | Answer | Exception], None], stop: Stop) -> None:
        try:
            with closing(stream_reply(self.index, self.question, self.history, stop, channel=self.channel)) as pieces:
                for piece in pieces:
                    if stop.is_set():
                        return
                    give(piece)
            give(EOFError("The chatbot ended without an answer"))
        except Exception as error:
            give(error)


def render_event(name: Literal["piece", "answer", "error"], body: BaseModel) -> bytes:
    """Write one event, its data on one line of JSON."""
    return format_sse_event(event=name, data_str=body.model_dump_json(exclude_none=True))


async def answer_events(stream: AnswerStream) -> AsyncGenerator[bytes, None]:
    """Yield the events of an answer: any number of `piece`, then one `answer`; or one `error`, that ends all.

    What fails before the first is raised.
    """
    begun = False
    try:
        async with aclosing(stream.pieces()) as pieces:
            async for piece in pieces:
                begun = True
                if piece is None:
                    yield KEEPALIVE_COMMENT
                elif isinstance(piece, Answer):
                    yield render_event("answer", AnswerBody.of(piece))
                else:
                    yield render_event("piece", PieceBody(text=piece))
    except Exception as error:
        if not begun:
            raise
        yield render_event("error", describe_failure(error))


def describe_failure(error: Exception) -> Problem:
    """Give the problem that a stream ends with; what nobody refused is logged."""
    if isinstance(error, StarletteHTTPException):
        return problem_of(error)
    if not isinstance(error, AnswerFailed):  # the log has that already
        LOG.error("An answer failed in mid-stream", exc_info=error)
    return Problem(title="Internal Server Error", status=500, detail=FAILURE)


def stream_routes(opened: Callable[[], OpenIndex]) -> APIRouter:
    """Make the route that streams an answer over the index that is open."""
    routes = APIRouter(prefix="/api")

    @routes.post(
        "/answer/stream",
        response_class=StreamingResponse,
        responses=describe_problems(400, 413) | {200: {"content": {"text/event-stream": {"example": EXAMPLE}}}},
    )
    def answer_stream(body: QuestionBody) -> EventStream:
        """Answer a question as `/api/answer` does, piece by piece, as server-sent events.

        `piece` events (`{"text"}`) hold the text as it is settled; put together they are the whole text. One `answer`
        event, the body of `/api/answer`, ends the stream; an `error` event, a problem document, ends it instead where
        something fails on the way. Comments (`: ping`) keep the connection open meanwhile.
        """
        history = [Turn(message.role, message.content) for message in body.history]
        return EventStream(answer_events(AnswerStream(opened(), body.question, history)))

    return routes
