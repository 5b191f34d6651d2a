"""A message in; the same with the words that people shorten on a phone written in full, out."""

from __future__ import annotations

import json
import re
from pathlib import Path

SHORT: dict[str, str] = json.loads((Path(__file__).parent.parent / "data" / "sms.json").read_text(encoding="utf-8"))
WORDS = re.compile(
    rf"(?<![\w'-])(?:{'|'.join(map(re.escape, sorted(SHORT, key=len, reverse=True)))})(?![\w'-])", re.IGNORECASE
)


def write_in_full(message: str) -> str:
    """Write in full what `data/sms.json` lists; "PE" and other sigles in capitals stay."""
    return WORDS.sub(lambda found: found.group() if found.group().isupper() else SHORT[found.group().lower()], message)
