"""A message in; the occupation or diploma that it names and that no sheet is about, out."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chatbot.catalogue import fold
from chatbot.keywords import STOP_WORDS
from chatbot.naming.words import key_of, split_words

UNLISTED = Path(__file__).parent.parent / "data" / "unlisted.jsonl"
LONGEST = 7  # words of a name


@dataclass(frozen=True, slots=True)
class Stranger:
    """A name without a sheet: its span in the message, and words to search the nearest sheets with."""

    start: int
    end: int
    text: str
    near: str


class Unlisted:
    """The names of `unlisted.jsonl`, but for those that a loaded sheet bears."""

    def __init__(self, borne: Iterable[str] = (), path: Path = UNLISTED) -> None:
        own = {_keys(name) for name in borne}
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        named = ((_keys(name), row["near"]) for row in rows for name in row["names"])
        self._near = {keys: near for keys, near in named if keys not in own}

    def find(self, message: str) -> Stranger | None:
        """Find the longest such name in a message; a word without a subject is none ("moins" is no "moine")."""
        words = split_words(message)
        for length in range(min(LONGEST, len(words)), 0, -1):
            for first in range(len(words) - length + 1):
                part = words[first : first + length]
                near = self._near.get(tuple(word.key for word in part))
                if near is not None and not (length == 1 and part[0].folded in STOP_WORDS):
                    start, end = part[0].start, part[-1].end
                    return Stranger(start, end, message[start:end], near)
        return None


def _keys(name: str) -> tuple[str, ...]:
    return tuple(key_of(word.folded) for word in split_words(fold(name)))
