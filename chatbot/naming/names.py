"""A message in; the sheets that it names out, each with its place in the message."""

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from chatbot.catalogue import Catalogue, fold
from chatbot.naming.data import Everyday, Vocabulary, read_vocabulary
from chatbot.naming.spelling import Spelling
from chatbot.naming.words import LINKS, WORD, Word, content_keys, is_link, key_of, split_words
from chatbot.sheets import METIER, Sheet

TYPED_ID = re.compile(
    r"\b(MET|FOR)(\s?[.\-_:°]\s?|\s|)(\d{1,6})\b(?!\s*(?:ans?|mois|h\b|heures?|jours?|€|euros?|min))", re.I
)
SENTENCE_END = re.compile(r"[.?!;\n]\s")
SCORES = {"title": 1.0, "alias": 0.95, "sigle": 0.9, "everyday": 0.85}
ORDINARY = 6  # in how many sheets' everyday texts a lone word may stand before it is taken for an ordinary word
# Words that end the words of a diploma's or métier's speciality.
BREAKS = frozenset({
    "pour", "qui", "que", "quoi", "quel", "quels", "quelle", "quelles", "c", "est", "ca", "sa", "combien", "dure",
    "puis", "apres", "afin", "si", "je", "j", "on", "il", "elle", "ils", "tu", "vous", "nous", "faut", "peut",
    "mene", "mais", "car", "donc", "comme", "ce", "cette", "ces", "mon", "ma", "mes", "son", "ou", "alors", "sinon",
    "plutot",
})  # fmt: skip
OPTION = re.compile(r"\s+(?:option|parcours|spécialité|enseignement spécifique)\s.*$", re.IGNORECASE)
PARENTHESIS = re.compile(r"\s*\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a message: its span, the sheets that it fits equally well (best first) and how surely."""

    start: int
    end: int
    text: str
    sheet_ids: tuple[str, ...]
    score: float
    source: str  # "id" | "title" | "alias" | "sigle" | "everyday" | "fuzzy" | "partial"


@dataclass(frozen=True, slots=True)
class _Edge:
    """A way to read the words from one place to `end`: as these keys, at this cost."""

    end: int
    keys: tuple[str, ...]
    cost: float
    trade: bool = False  # "coiffeur" for "coiffure": only inside a diploma's name


@dataclass(slots=True)
class _Group:
    """The names that open with one head ("ingénieur", "BTS"): what follows the head, and where each key stands."""

    members: list[tuple[str, frozenset[str], float]]
    postings: dict[str, list[int]]
    openings: dict[str, set[str]]


class Names:
    """The names of all sheets: their own, the everyday layer's and those of `names.jsonl`."""

    def __init__(
        self,
        catalogue: Catalogue,
        everyday: Iterable[Everyday] = (),
        vocabulary: Vocabulary | None = None,
        ordinary: Collection[str] | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._vocabulary = vocabulary or read_vocabulary()
        self._entries: dict[str, dict[str, tuple[float, str]]] = defaultdict(dict)
        self._heads: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        self._said: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._titled_as: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for diploma in self._vocabulary.diplomas:
            for phrase in diploma.said:
                self._said[phrase[0]].append((phrase, diploma.key))
            for title in diploma.titles:
                self._titled_as[title[0]].append((title, diploma.key))
        everyday = list(everyday)
        for sheet in catalogue.values():
            self._add_sheet(sheet)
        for sheet_id, names in self._vocabulary.names.items():
            for name in names if sheet_id in catalogue else ():
                self._add(content_keys(name), sheet_id, 0.97, "alias")
        common = _count_words(everyday)
        for entry in everyday:
            for name in entry.names:
                keys = self._keys_of_name(name, catalogue[entry.sheet_id])
                if len(keys) > 1 or (keys and len(keys[0]) > 1 and common[keys[0]] <= ORDINARY):
                    self._add(keys, entry.sheet_id, SCORES["everyday"], "everyday")
        self._sorted = sorted(self._entries)
        words = Counter(key for name in self._sorted for key in name.split(" "))
        self._words = frozenset(words)
        self._weights = {key: math.log(1 + len(self._sorted) / count) for key, count in words.items()}
        self._spelling = Spelling(self._words)
        self._ordinary = frozenset(ordinary if ordinary is not None else ordinary_words(catalogue, everyday))
        self._groups: dict[str, _Group] = {}

    def find(self, message: str, limit: int = 12) -> list[Mention]:
        """Find the sheets named in a message: mentions that don't overlap, in the order of the message."""
        found = list(self._find_ids(message))
        words = split_words(message)
        edges = [self._edges(words, place) for place in range(len(words))]
        ends = [bool(SENTENCE_END.match(message, word.end)) for word in words]
        for place in range(len(words)):
            if words[place].folded in LINKS and words[place].raw != "DE":
                continue
            found += self._find_names(message, words, edges, place)
            found += self._find_partial(message, words, edges, ends, place)
        found.sort(key=lambda mention: (-_worth(mention, words), mention.start))
        kept: list[Mention] = []
        for mention in found:
            if all(mention.end <= other.start or other.end <= mention.start for other in kept):
                kept.append(mention)
        return sorted(kept[:limit], key=lambda mention: mention.start)

    def _add(self, keys: Sequence[str], sheet_id: str, score: float, source: str) -> None:
        if not keys or (len(keys) == 1 and (keys[0][0] == "@" or len(keys[0]) < 2)):
            return
        name = " ".join(keys)
        if score > self._entries[name].get(sheet_id, (0.0, ""))[0]:
            self._entries[name][sheet_id] = (score, source)
        if len(keys) > 1 and (keys[0][0] == "@" or (source in ("title", "alias") and sheet_id.startswith("MET"))):
            self._heads[keys[0]].append((sheet_id, tuple(keys[1:])))

    def _add_sheet(self, sheet: Sheet) -> None:
        for rank, name in enumerate(sheet.names):
            source = "alias" if rank else "title"
            for form in name.forms:
                if sheet.kind == METIER and " / " in form:
                    continue  # the referential's "brancardier / brancardière": the title again
                for part, score in ((form, SCORES[source]), (PARENTHESIS.sub("", form), SCORES[source] - 0.05)):
                    self._add(self._keys_of_name(part, sheet), sheet.sheet_id, score, source)
        keys = self._keys_of_name(sheet.title, sheet)
        if sheet.kind == METIER:
            return
        base = OPTION.sub("", PARENTHESIS.sub("", sheet.title))
        base_keys = self._keys_of_name(base, sheet)
        if len(base_keys) > 1:
            self._add(base_keys, sheet.sheet_id, 0.92, "title")
        diploma = keys[0] if keys and keys[0][0] == "@" else ""
        sigle = tuple(word.key for word in split_words(sheet.sigle))
        if sigle:
            if diploma:
                self._add((diploma, *sigle), sheet.sheet_id, SCORES["sigle"], "sigle")
            if len("".join(sigle)) >= 3 and sigle[0] not in self._said:
                self._add(sigle, sheet.sheet_id, SCORES["sigle"] - 0.05, "sigle")
        initials = "".join(key[0] for key in base_keys[1:] if key[0].isalpha())
        if diploma and len(initials) >= 2:
            self._add((diploma, key_of(initials)), sheet.sheet_id, SCORES["sigle"] - 0.05, "sigle")

    def _keys_of_name(self, name: str, sheet: Sheet) -> list[str]:
        """Give the keys of a name of a sheet; the words of its diploma become one key."""
        if sheet.kind == METIER:
            return content_keys(name)
        words = split_words(name)
        folded = tuple(word.folded for word in words)
        titled = (
            [(len(title), key) for title, key in self._titled_as.get(folded[0], ()) if folded[: len(title)] == title]
            if folded
            else []
        )
        if titled:
            length, key = max(titled)
            return [key, *(word.key for word in words[length:] if not is_link(word))]
        words = [word for word in words if word.folded not in ("le", "la", "l", "un", "une", "ancien", "ex")]
        said = [
            (len(phrase), key)
            for phrase, key in (self._said.get(words[0].folded, ()) if words else ())
            if tuple(word.folded for word in words[: len(phrase)]) == phrase
        ]
        if said:
            length = max(length for length, _ in said)
            own = self._keys_of_name(sheet.title, sheet)[:1] if name != sheet.title else []
            key = own[0] if own and (length, own[0]) in said else max(said)[1]
            return [key, *(word.key for word in words[length:] if not is_link(word))]
        return [word.key for word in words if not is_link(word)]

    def _edges(self, words: list[Word], place: int) -> list[_Edge]:
        word = words[place]
        edges = [_Edge(place + 1, (word.key,), 0.0)]
        for phrase, key in self._said.get(word.folded, ()):
            if phrase == ("de",) and word.raw != "DE":
                continue
            if tuple(other.folded for other in words[place : place + len(phrase)]) == phrase:
                edges.append(_Edge(place + len(phrase), (key,), 0.0))
        for keys in self._vocabulary.shorts.get(word.folded, ()):
            edges.append(_Edge(place + 1, keys, 0.04))
        for keys in self._vocabulary.trades.get(word.key, ()):
            edges.append(_Edge(place + 1, keys, 0.04, trade=True))
        if place + 1 < len(words) and (joined := word.folded + words[place + 1].key) in self._words and len(joined) > 5:
            edges.append(_Edge(place + 2, (joined,), 0.02))
        if word.key not in self._words and word.folded not in self._ordinary:
            edges += [_Edge(place + 1, (key,), cost) for key, cost in self._spelling.nearest(word.key)]
        return edges

    def _find_ids(self, message: str) -> Iterator[Mention]:
        for found in TYPED_ID.finditer(message):
            sheet_id = f"{found.group(1).upper()}.{int(found.group(3))}"
            dotted = "." in found.group(2) or found.group(1).isupper()
            if dotted or (sheet_id in self._catalogue and len(found.group(3)) >= 2):
                yield Mention(found.start(), found.end(), found.group(), (sheet_id,), 1.0, "id")

    def _find_names(self, message: str, words: list[Word], edges: list[list[_Edge]], place: int) -> Iterator[Mention]:
        """Find the names that start at a word: follow every reading of the words as long as it opens a name."""
        best: dict[int, tuple[float, str]] = {}
        stack = [(place, "", 0.0)]
        while stack:
            at, prefix, cost = stack.pop()
            if at > place and prefix in self._entries and cost < best.get(at, (9.0, ""))[0]:
                best[at] = (cost, prefix)
            if at >= len(words):
                continue
            for edge in edges[at]:
                if edge.trade and prefix[:1] != "@":
                    continue
                name = " ".join((prefix, *edge.keys)) if prefix else " ".join(edge.keys)
                if cost + edge.cost < 0.35 and self._opens(name):
                    stack.append((edge.end, name, cost + edge.cost))
            if prefix and words[at].folded in LINKS and at - place < 20:
                stack.append((at + 1, prefix, cost))
        for end, (cost, name) in best.items():
            while words[end - 1].folded in LINKS and end - 1 > place:
                end -= 1
            mention = self._mention(message, words[place].start, words[end - 1].end, name, cost)
            if end - place > 1 or self._stands_alone(words[place], mention):
                yield mention

    def _stands_alone(self, word: Word, mention: Mention) -> bool:
        """Tell whether one word is enough to name something: a sigle or a school's title may be an ordinary word."""
        if mention.source == "sigle" or mention.sheet_ids[0].startswith("FOR"):
            return word.folded not in self._ordinary or (len(word.raw) > 2 and word.raw.isupper())
        return True

    def _mention(self, message: str, start: int, end: int, name: str, cost: float) -> Mention:
        fits = self._entries[name]
        top = max(score for score, _ in fits.values())
        ids = sorted(
            (sheet_id for sheet_id, (score, _) in fits.items() if score > top - 0.04),
            key=lambda sheet_id: (-fits[sheet_id][0], not self._catalogue[sheet_id].detailed),
        )
        if ids[0].startswith("MET"):
            ids = [sheet_id for sheet_id in ids if sheet_id.startswith("MET")]
        source = "fuzzy" if cost >= 0.05 else fits[ids[0]][1]
        return Mention(start, end, message[start:end], tuple(ids), round(top - cost, 3), source)

    def _opens(self, name: str) -> bool:
        """Tell whether a name is, or begins with, these keys."""
        if name in self._entries:
            return True
        at = bisect_left(self._sorted, name + " ")
        return at < len(self._sorted) and self._sorted[at].startswith(name + " ")

    def _group(self, head: str) -> _Group:
        if head not in self._groups:
            members = sorted({(sheet_id, frozenset(keys)) for sheet_id, keys in self._heads[head]}, key=str)
            postings: dict[str, list[int]] = defaultdict(list)
            openings: dict[str, set[str]] = defaultdict(set)
            weighed = []
            for number, (sheet_id, keys) in enumerate(members):
                weighed.append((sheet_id, keys, sum(self._weights[key] for key in keys)))
                for key in keys:
                    postings[key].append(number)
                    if len(key) >= 5:
                        openings[key[:5]].add(key)
            self._groups[head] = _Group(weighed, postings, openings)
        return self._groups[head]

    def _find_partial(
        self, message: str, words: list[Word], edges: list[list[_Edge]], ends: list[bool], place: int
    ) -> Iterator[Mention]:
        """Find a head ("BTS", "ingénieur") and the names of its group that hold most of what follows it."""
        for edge in edges[place]:
            if len(edge.keys) == 1 and edge.keys[0] in self._heads and not (edge.cost and edge.keys[0][0] == "@"):
                mention = self._best_of_group(message, words, edges, ends, place, edge)
                if mention:
                    yield mention

    def _best_of_group(
        self, message: str, words: list[Word], edges: list[list[_Edge]], ends: list[bool], place: int, head: _Edge
    ) -> Mention | None:
        group = self._group(head.keys[0])
        gained: dict[int, float] = defaultdict(float)
        taken: dict[int, set[str]] = defaultdict(set)
        last: dict[int, int] = {}
        asked, gaps, at = 0.0, 0, head.end
        asked_at: dict[int, float] = {}
        while at < len(words) and at - head.end < 14 and gaps < 2 and not ends[at - 1]:
            if words[at].folded in BREAKS:
                break
            if words[at].folded in LINKS and (at + 1 == len(words) or not words[at].raw.isupper()):
                at += 1
                continue
            hits: dict[int, tuple[float, str]] = {}
            for edge in edges[at]:
                for key in edge.keys if not edge.trade or head.keys[0][0] == "@" else ():
                    self._hit(group, key, 1 - edge.cost, hits)
            fresh = {n: hit for n, hit in hits.items() if hit[1] not in taken[n] and (not gained or n in gained)}
            asked += self._weights.get(words[at].key, 6.0)
            for number, (gain, key) in fresh.items():
                gained[number] += gain
                taken[number].add(key)
                last[number] = at
            gaps = 0 if fresh else gaps + 1
            asked_at[at] = asked
            at += 1
        start = words[place].start
        if not gained:
            if head.keys[0][0] == "@":
                return None
            titled = self._titled(head.keys[0])
            end = words[head.end - 1].end
            return Mention(start, end, message[start:end], titled, 0.2, "partial") if len(titled) > 2 else None
        top = max(gained.values())
        share = {n: gained[n] / group.members[n][2] for n in gained if gained[n] > 0.97 * top}
        best = max(share, key=lambda n: share[n])
        chosen = sorted((n for n in share if share[n] > 0.7 * share[best]), key=lambda n: -share[n])
        ids = list(dict.fromkeys(group.members[n][0] for n in chosen))
        ids.sort(key=lambda sheet_id: not self._catalogue[sheet_id].detailed)
        end_word = max(last[n] for n in chosen)
        quality = min(1.0, top / asked_at[end_word])
        score = 0.35 + 0.5 * quality * math.sqrt(min(1.0, share[best])) - head.cost
        end = words[end_word].end
        return Mention(start, end, message[start:end], tuple(ids), round(score, 3), "partial")

    def _hit(self, group: _Group, key: str, gain: float, hits: dict[int, tuple[float, str]]) -> None:
        near = [(key, gain)] if key in group.postings else []
        if not near and len(key) >= 5:
            near = [(other, gain * 0.6) for other in group.openings.get(key[:5], ())]
        for other, part in near:
            weight = self._weights[other] * part
            for number in group.postings[other]:
                if weight > hits.get(number, (0.0, ""))[0]:
                    hits[number] = (weight, other)

    def _titled(self, head: str) -> tuple[str, ...]:
        """Give the métiers whose title opens with a word."""
        return tuple(
            dict.fromkeys(
                sheet_id
                for sheet_id, keys in self._heads[head]
                if self._entries.get(" ".join((head, *keys)), {}).get(sheet_id, (0.0, ""))[1] == "title"
            )
        )


def _worth(mention: Mention, words: list[Word]) -> float:
    length = sum(1 for w in words if mention.start <= w.start < mention.end and w.folded not in LINKS)
    return mention.score * math.pow(max(length, 1), 0.7) + (10 if mention.source == "id" else 0)


def _count_words(everyday: Iterable[Everyday]) -> Counter[str]:
    """Count for each key the sheets whose everyday texts hold it."""
    counts: Counter[str] = Counter()
    for entry in everyday:
        counts.update(set(WORD.findall(" ".join(entry.descriptions + entry.questions).lower())))
    keys: Counter[str] = Counter()
    for word, count in counts.items():
        keys[key_of(fold(word))] += count
    return keys


def ordinary_words(catalogue: Catalogue, everyday: Iterable[Everyday] = ()) -> set[str]:
    """Give the folded words that the sheets and the everyday descriptions use: none of them is a slip of another."""
    words: set[str] = set()
    for sheet in catalogue.values():
        for section in sheet.sections:
            words.update(WORD.findall(section.text.lower()))
            words.update(WORD.findall(section.subheading.lower()))
    for entry in everyday:
        for text in entry.descriptions:
            words.update(WORD.findall(text.lower()))
    return {fold(word) for word in words}
