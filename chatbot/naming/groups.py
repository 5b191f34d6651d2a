"""A head ("BTS", "ingénieur") and the words after it in; the names of its group that hold most of them out."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PREFIX = 5  # "commerce" meets "commercial": letters that two words must share to be taken for relatives,
SHARED = 0.6  # and this part of the longer one
KINSHIP = 0.6
UNKNOWN = 6.0  # the weight of a word that no name holds


@dataclass(frozen=True, slots=True)
class Match:
    """The best names of a group: their sheets, and the last place that they cover.

    `quality` is the share of the words asked that they hold, `share` the part of them that is asked, by weight.
    """

    sheet_ids: tuple[str, ...]
    last: int
    quality: float
    share: float


class Group:
    """The names that open with one head: what follows it in each, and the names that hold each key."""

    def __init__(self, members: Iterable[tuple[str, tuple[str, ...]]], weights: Mapping[str, float]) -> None:
        self._members = sorted({(sheet_id, frozenset(keys)) for sheet_id, keys in members}, key=str)
        self._weights = weights
        self._totals = [sum(weights[key] for key in keys) for _, keys in self._members]
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._kin: dict[str, set[str]] = defaultdict(set)
        for number, (_, keys) in enumerate(self._members):
            for key in keys:
                self._postings[key].append(number)
                if len(key) >= PREFIX:
                    self._kin[key[:PREFIX]].add(key)

    def match(self, asked: Iterable[tuple[int, str, list[tuple[str, float]]]]) -> Match | None:
        """Match the words after the head, each with its place, its key and its readings; stop where none fits twice."""
        gained: dict[int, float] = defaultdict(float)
        taken: dict[int, set[str]] = defaultdict(set)
        last: dict[int, int] = {}
        weight_until: dict[int, float] = {}
        weight, gaps = 0.0, 0
        for place, key, readings in asked:
            hits: dict[int, tuple[float, str]] = {}
            for reading, gain in readings:
                self._hit(reading, gain, hits)
            within = [n for n in hits if n in gained] if gained else hits
            fresh = {n: hits[n] for n in within if hits[n][1] not in taken.get(n, ())}
            held = [self._weights[other] for _, other in fresh.values()]
            weight += max(held, default=self._weights.get(key, UNKNOWN))
            weight_until[place] = weight
            for number, (gain, other) in fresh.items():
                gained[number] += gain
                taken[number].add(other)
                last[number] = place
            gaps = 0 if fresh else gaps + 1
            if gaps > (1 if gained else 0):
                break
        if not gained:
            return None
        top = max(gained.values())
        share = {n: gained[n] / self._totals[n] for n in gained if gained[n] > 0.97 * top}
        best = max(share.values())
        chosen = sorted((n for n in share if share[n] > 0.7 * best), key=lambda n: -share[n])
        end = max(last[n] for n in chosen)
        sheet_ids = tuple(dict.fromkeys(self._members[n][0] for n in chosen))
        return Match(sheet_ids, end, min(1.0, top / weight_until[end]), min(1.0, best))

    def _hit(self, key: str, gain: float, hits: dict[int, tuple[float, str]]) -> None:
        near = [(key, gain)] if key in self._postings else []
        if not near and len(key) >= PREFIX:
            near = [(other, gain * KINSHIP) for other in self._kin.get(key[:PREFIX], ()) if _are_kin(key, other)]
        for other, part in near:
            weight = self._weights[other] * part
            for number in self._postings[other]:
                if weight > hits.get(number, (0.0, ""))[0]:
                    hits[number] = (weight, other)


def _are_kin(first: str, second: str) -> bool:
    longest = max(len(first), len(second))
    return first[: math.ceil(SHARED * longest)] == second[: math.ceil(SHARED * longest)]
