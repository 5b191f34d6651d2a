"""An English message in; the same in the French words that the sheets and the labels know, out."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from chatbot.catalogue import fold

GLOSSARY = Path(__file__).parent.parent / "data" / "english.json"
WORD = re.compile(r"[a-z0-9+&'-]+|[^a-z0-9+&'\s-]+")
LONGEST = 7  # words of a phrase


@cache
def _read_glossary() -> dict[str, str]:
    glossary: dict[str, str] = json.loads(GLOSSARY.read_text(encoding="utf-8"))
    return glossary


def to_french(message: str) -> str:
    """Rewrite a message phrase by phrase, the longest known first; what is unknown stays as it is."""
    glossary = _read_glossary()
    words = WORD.findall(fold(message))
    french: list[str] = []
    place = 0
    while place < len(words):
        for length in range(min(LONGEST, len(words) - place), 0, -1):
            phrase = " ".join(words[place : place + length])
            forms = (phrase, phrase.removesuffix("'s"), phrase.removesuffix("s"))
            known = next((glossary[form] for form in forms if form in glossary), None)
            if known is not None:
                french.append(known)
                break
        else:
            length = 1
            french.append(words[place])
        place += length
    return " ".join(part for part in french if part)
