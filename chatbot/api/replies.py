"""The pieces of an answer come in; the same go out, computed in their turn, and what came of it is counted and told."""

import logging
from collections.abc import Callable, Generator
from contextlib import ExitStack
from contextvars import Context, copy_context
from time import perf_counter

from chatbot.answering import Answer
from chatbot.api.problems import Refusal
from chatbot.api.turns import Channel, Turns, begin_turn
from chatbot.stages import STAGES, Timings, open_span, time_answer, tracer
from chatbot.telemetry.logs import ANSWERS as QUESTIONS_LOG
from chatbot.telemetry.masking import mask
from chatbot.telemetry.metrics import ANSWER_SECONDS, ANSWERS, STAGE_SECONDS

LOG = logging.getLogger("chatbot.api")


class AnswerFailed(Exception):
    """An answer failed, as the log says; nothing here repeats the question."""


class _Measured:
    """One answer as it is measured, in a context of its own: each piece may be asked for from another thread."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._open = ExitStack()
        self.context: Context = copy_context()
        self.started = self.ended = perf_counter()
        self.timings: Timings = self.context.run(self._open.enter_context, time_answer())
        opener = tracer()
        self._span = self.context.run(self._open.enter_context, open_span(opener, "answer")) if opener else None

    def finish(self, answer: Answer | None, status: str) -> None:
        """Count the answer, and end its span."""
        generator = answer.generator if answer else ""
        ANSWERS.labels(status, generator, self._channel).inc()
        if answer:
            ANSWER_SECONDS.labels(self._channel).observe(self.ended - self.started)
        for name in STAGES:
            if name in self.timings.seconds:
                STAGE_SECONDS.labels(name).observe(self.timings.seconds[name])
        if self._span is not None:
            self._span.set_attributes({"channel": self._channel, "status": status, "generator": generator})
            opener, waited = tracer(), self.timings.waited
            if opener and waited:  # one span for all the waits for a language model
                self.context.run(opener.start_span, "model", start_time=waited[0]).end(waited[1])
        self.context.run(self._open.close)


def observe_reply(
    pieces: Generator[str | Answer, None, None], question: str, channel: Channel, turns: Turns
) -> Generator[str | Answer, None, None]:
    """Yield the pieces of an answer; its turn lasts until the first, or until it begins to wait for something else.

    What comes after the first piece is the work of a language model, which bounds its own calls.
    """
    measured = _Measured(channel)
    answer, status = None, "abandoned"
    end_turn: Callable[[], None] | None = None
    try:
        end_turn = begin_turn(turns, channel)
        measured.timings.seconds["queue"] = perf_counter() - measured.started
        measured.timings.on_wait = end_turn
        while (piece := measured.context.run(next, pieces, None)) is not None:
            end_turn()
            if isinstance(piece, Answer):
                answer, status, measured.ended = piece, piece.status, perf_counter()
            yield piece
    except Refusal:
        status = "refused"
        raise
    except Exception as error:
        status = "failed"
        LOG.error("An answer failed", exc_info=error)
        raise AnswerFailed("An answer failed: the log says where.") from None
    finally:
        if end_turn is not None:
            end_turn()
        measured.context.run(pieces.close)
        measured.finish(answer, status)
        if answer and QUESTIONS_LOG.isEnabledFor(logging.INFO):
            sheets = list(dict.fromkeys(citation.sheet_id for citation in answer.citations))
            fields = {"status": status, "sheets": sheets, "channel": channel, "question": mask(question)}
            QUESTIONS_LOG.info("answer", extra={"fields": fields})
