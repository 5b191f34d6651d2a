"""Ratings of answers, kept for the operator as JSON lines: what was rated and why, nothing of who rated."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatbot.telemetry.masking import mask
from chatbot.ui.conversation import Exchange

MAX_BYTES = 20_000_000  # some 40,000 ratings; then the file is full until the operator moves it


class Rating(BaseModel):
    """What the page sends when an answer is rated."""

    model_config = ConfigDict(extra="forbid")
    exchange: Exchange
    useful: bool
    reason: Literal["", "wrong", "beside", "incomplete", "unclear"] = ""
    comment: Annotated[str, Field(max_length=300)] = ""


class Feedback:
    """The file of ratings."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def store(self, rated: Any) -> bool:
        """Append a rating, e-mail addresses and phone numbers masked; False when it doesn't fit or the file is full."""
        try:
            rating = Rating.model_validate(rated)
        except ValidationError:
            return False
        line = {
            "date": date.today().isoformat(),
            "useful": rating.useful,
            "reason": rating.reason,
            "comment": mask(rating.comment),
            "status": rating.exchange.status[:20],
            "question": mask(rating.exchange.question[:2000]),
            "sheets": list(dict.fromkeys(citation.sheet_id[:20] for citation in rating.exchange.citations))[:20],
        }
        data = (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "replace")
        try:
            if self._path.exists() and self._path.stat().st_size + len(data) > MAX_BYTES:
                return False
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, data)  # one write: lines of several threads never mix
            finally:
                os.close(descriptor)
        except OSError:
            return False
        return True
