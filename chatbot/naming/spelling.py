"""A word that no sheet uses in; the words of names that it may be a slip of out."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"), (r"th", "t"), (r"sch|ch", "S"), (r"qu|q|ck|k|c(?![eiy])", "k"), (r"c(?=[eiy])", "s"),
        (r"g(?=[eiy])", "j"), (r"h", ""), (r"y", "i"), (r"eau|au", "o"), (r"ai|ei", "e"), (r"oe", "e"), (r"z", "s"),
        (r"(.)\1+", r"\1"),
    )
)  # fmt: skip

RARE = 2  # a word that at most so many names hold may be a slip of the source itself


def sound_of(word: str) -> str:
    """Write a folded word roughly as it sounds ("fotograf" and "photographe" meet)."""
    for pattern, sound in SOUNDS:
        word = pattern.sub(sound, word)
    return word[:-1] if word.endswith("e") else word


class Spelling:
    """Nearest words of a vocabulary of keys."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """Take the words with how often each stands in names."""
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        self._counts = counts
        for key in sorted(counts, key=lambda key: (-counts[key], key)):
            if len(key) >= 4 and key.isalpha():
                self._by_letter[key[0]].append(key)
                self._by_sound[sound_of(key)].append(key)
        self._all = [key for keys in self._by_letter.values() for key in keys if len(key) >= 6]
        self.nearest = lru_cache(maxsize=20_000)(self._nearest)

    def _nearest(self, key: str) -> tuple[tuple[str, float], ...]:
        """Give up to eight words with the cost of taking each for this one; none for a short or distant word."""
        if len(key) < 4 or not key.isalpha():
            return ()
        alike = [other for other in self._by_sound.get(sound_of(key), ()) if other != key]
        if alike and self._counts[alike[0]] > RARE:
            return tuple((other, 0.04) for other in alike[:3])
        if len(key) < 5:
            return ()
        most = 1 if len(key) < 8 else 2 if len(key) < 13 else 3
        found = process.extract(key, self._by_letter[key[0]], scorer=OSA.distance, score_cutoff=most, limit=8)
        if not found and len(key) >= 7:
            found = process.extract(key, self._all, scorer=OSA.distance, score_cutoff=1, limit=2)
        nearest = min((distance for other, distance, _ in found if self._counts[other] > RARE), default=most)
        return tuple(
            (other, 0.05 + 0.05 * distance) for other, distance, _ in found if distance <= nearest and other != key
        )
