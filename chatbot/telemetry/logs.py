"""What the program logs comes in; lines without a question, a secret or an address of a client go out.

Of an exception the kind and the places in the code are told, never its words: a validation error repeats what it was
given, an HTTP error the address with its key.
"""

import json
import logging
import sys
import threading
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
ANSWERS = logging.getLogger("chatbot.answers")  # questions, where an installation has the consent of who asks
ANSWERS.setLevel(logging.WARNING)
DEEPEST = 20  # frames of a traceback that are told
QUIET = ("httpx", "httpx2", "httpcore", "openai", "urllib3")  # they tell addresses, or worse


class TextFormatter(logging.Formatter):
    """Readable lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Give time, level, message, fields; then where an exception came from."""
        moment = datetime.fromtimestamp(record.created).strftime("%Y-%m-%d %H:%M:%S")
        request_id = _request_id_of(record)
        words = [moment, record.levelname, _message_of(record)]
        words += [f"{name}={value}" for name, value in _fields_of(record).items()]
        words += [f"[{request_id}]"] if request_id else []
        failure = describe_failure(record.exc_info[1]) if record.exc_info else ""
        return " ".join(words) + (f"\n{failure}" if failure else "")


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Give time, level, logger, message, request ID, fields, and where an exception came from."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message_of(record),
        }
        request_id = _request_id_of(record)
        if request_id:
            line["request_id"] = request_id
        line |= _fields_of(record)
        if record.exc_info:
            line["exception"] = describe_failure(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logs(form: str, questions: bool = False) -> None:
    """Log to standard error as `text` or `json`; with the questions, masked, only where they are asked for."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    ANSWERS.setLevel(logging.INFO if questions else logging.WARNING)
    sys.excepthook = _log_crash
    threading.excepthook = lambda crash: _log_crash(crash.exc_type, crash.exc_value, crash.exc_traceback)


def describe_failure(error: BaseException | None) -> str:
    """Name an exception, those behind it and the places that they passed, without their words."""
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        kind = type(error)
        lines = [f"{kind.__module__}.{kind.__qualname__}"]
        frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
        lines += [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
        parts.append("\n".join(lines))
        error = error.__cause__ or error.__context__
    return "\nafter ".join(parts)


def _log_crash(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
        logging.getLogger("chatbot").critical("Something failed that nobody caught", exc_info=(kind, error, trace))


def _message_of(record: logging.LogRecord) -> str:
    """Give the words of a record on one line; asyncio adds the exception of a task, words and all: left out."""
    message = record.getMessage()
    return message.partition("\n")[0] if record.name == "asyncio" else message.replace("\n", " | ")


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields


def _request_id_of(record: logging.LogRecord) -> str:
    return str(getattr(record, "request_id", "") or REQUEST_ID.get())
