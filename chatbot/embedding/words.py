"""A text comes in, its plain words (lower case, no accents, elisions and hyphens split) and their hashes go out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

WORD = re.compile(r"[^\W_]+(?:(?<=c)(?:\+\+|#))?")
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "\xad": None, "\u200b": None})
OTHER_LETTERS = re.compile(r"[^\x00-\x7f]+")
REMEMBERED = 5  # letters in a row that are not ASCII: French hardly has more
SEED = np.uint64(1)
MULTIPLIER = np.uint64(0xC6A4A7935BD1E995)
SHIFT = np.uint64(47)


def fold(text: str) -> str:
    """Return the text in lower case, without accents, ligatures and soft hyphens."""
    return OTHER_LETTERS.sub(_fold_letters, text.lower())


def _fold_letters(found: re.Match[str]) -> str:
    letters = found.group()
    return _strip_known(letters) if len(letters) < REMEMBERED else _strip_accents(letters)


def _strip_accents(letters: str) -> str:
    decomposed = unicodedata.normalize("NFKD", letters.translate(LIGATURES))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


_strip_known = lru_cache(4_000)(_strip_accents)


def split_words(text: str) -> list[str]:
    """Return the folded words of a text, in order: "L'aide-soignante" gives l, aide, soignante."""
    return WORD.findall(fold(text))


def hash_words(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return spaCy's 64-bit hash of each word: MurmurHash64A of its UTF-8 bytes, seed 1."""
    if not words:
        return np.zeros(0, dtype=np.uint64)
    encoded = [word.encode() for word in words]
    lengths = np.fromiter(map(len, encoded), dtype=np.uint64, count=len(encoded))
    width = 8 * (int(lengths.max()) // 8 + 1)
    # Zero padding makes the last, partial block of a word exactly the tail that MurmurHash64A mixes in.
    blocks = np.array(encoded, dtype=f"S{width}").view("<u8").reshape(len(encoded), -1)
    whole_blocks, tails = lengths // np.uint64(8), lengths % np.uint64(8)
    result = SEED ^ (lengths * MULTIPLIER)
    for position in range(blocks.shape[1]):
        block = blocks[:, position]
        mixed = block * MULTIPLIER
        mixed = (mixed ^ (mixed >> SHIFT)) * MULTIPLIER
        is_whole = position < whole_blocks
        is_tail = (position == whole_blocks) & (tails > 0)
        mixed = np.where(is_whole, mixed, block)
        result = np.where(is_whole | is_tail, (result ^ mixed) * MULTIPLIER, result)
    result = (result ^ (result >> SHIFT)) * MULTIPLIER
    return np.asarray(result ^ (result >> SHIFT), dtype=np.uint64)
