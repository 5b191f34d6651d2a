"""A message in; the sheets that it names out, each with its place in the message."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from chatbot.catalogue import Catalogue
from chatbot.naming.book import BARE, NameBook, ordinary_words
from chatbot.naming.data import Everyday, Vocabulary, read_vocabulary
from chatbot.naming.groups import Group
from chatbot.naming.readings import REMEMBERED, Edge, Reader, Reading
from chatbot.naming.words import LINKS, Word, is_link, split_words
from chatbot.stages import staged

TYPED_ID = re.compile(
    r"\b(MET|FOR)(\s?[.\-_:°]\s?|\s|)(\d{1,6})\b(?!\s*(?:ans?|mois|h\b|heures?|jours?|€|euros?|min))", re.IGNORECASE
)
OWN_ID = re.compile(r"\b[A-Z]{2,12}\.\d{1,9}\b", re.IGNORECASE)  # of another prefix: as it is written, if it exists
# A lone word with one of these may well be a verb that no sheet uses, rather than a slip in a name.
VERB_ENDINGS = ("er", "ent", "ez", "ais", "ait", "ons", "ant", "era", "ir")
LOOSE_KEYS = 4  # of a name opened loosely: "diplôme supérieur en marketing et gestion", but not "diplôme en marketing"
MOST_MENTIONS = 12  # in one message
MOST_COST = 0.35  # of a reading, all its words together
SLIP_COST = 0.05  # the least cost of mending a slip: see `Spelling.nearest`
TIE = 0.04  # scores nearer than this fit a name equally well
ONLY_OPENS = 0.2  # the score of a word that opens many names and names none ("technicien")
MOST_WORDS = 14  # after a head
LONGEST_NAME = 50  # words: "diplôme d'ingénieur de l'École … en partenariat avec l'ITII …" has up to 39
# Words that end the words of a diploma's or métier's speciality.
BREAKS = frozenset({
    "qui", "que", "quoi", "quel", "quels", "quelle", "quelles", "c", "est", "ca", "sa", "combien",
    "dure", "puis", "apres", "afin", "si", "je", "j", "on", "il", "elle", "ils", "tu", "vous", "nous", "faut", "peut",
    "mene", "mais", "car", "donc", "comme", "ce", "cette", "ces", "mon", "ma", "mes", "son", "alors", "sinon", "ou",
    "plutot", "avec", "sans", "quand", "depuis", "pas", "sont", "avoir", "etre", "faire", "devenir", "y", "se",
})  # fmt: skip
# Words that may stand between a head and its speciality ("un BTS en alternance de chimie").
BESIDE = frozenset({
    "an", "ans", "annee", "annees", "alternance", "apprentissage", "metier", "metiers", "bosser", "travailler",
    "niveau", "type", "bien", "vite", "rapide", "gratuit",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a message: its span, the sheets that it fits equally well (best first) and how surely."""

    start: int
    end: int
    text: str
    sheet_ids: tuple[str, ...]
    score: float
    source: str  # "id" | "title" | "alias" | "sigle" | "everyday" | "fuzzy" | "partial"


class Names:
    """The names of all sheets: their own, the everyday layer's and those of `names.jsonl`."""

    def __init__(
        self,
        catalogue: Catalogue,
        everyday: Iterable[Everyday] = (),
        vocabulary: Vocabulary | None = None,
    ) -> None:
        entries = list(everyday)
        self._catalogue = catalogue
        self._vocabulary = vocabulary or read_vocabulary()
        self._book = NameBook(catalogue, entries, self._vocabulary)
        self._ordinary = self._vocabulary.ordinary | ordinary_words(catalogue, entries)
        self._reader = Reader(self._book, self._vocabulary, self._ordinary)
        self._find = lru_cache(REMEMBERED)(self._find_mentions)
        self._group = lru_cache(maxsize=None)(lambda head: Group(self._book.heads[head], self._book.weights))

    @staged("retrieval")
    def find(self, message: str) -> tuple[Mention, ...]:
        """Find the sheets named in a message: mentions that don't overlap, in the order of the message."""
        return self._find(message)

    def _find_mentions(self, message: str) -> tuple[Mention, ...]:
        found = list(self._find_ids(message))
        reading = self._reader.read(message)
        for place, word in enumerate(reading.words):
            if word.folded not in LINKS or any(edge.is_diploma for edge in reading.edges[place]):
                found += self._find_names(reading, place)
                found += self._find_partial(reading, place)
        found.sort(key=lambda mention: (-_worth(mention, reading.words), mention.start))
        kept: list[Mention] = []
        for mention in found:
            if all(mention.end <= other.start or other.end <= mention.start for other in kept):
                kept.append(mention)
        return tuple(sorted(kept[:MOST_MENTIONS], key=lambda mention: mention.start))

    def correct(self, word: str) -> tuple[str, ...]:
        """Give the keys of names that a folded word may be a slip of; nothing for a word that is in use."""
        return tuple(other for other, _ in self._reader.correct(word))

    def expand(self, message: str) -> list[str]:
        """Give the words in full of short forms, and those that misspelt words may stand for, to search with."""
        added: list[str] = []
        for word in split_words(message):
            for keys in self._vocabulary.shorts.get(word.folded, ()):
                added += keys
            added += self.correct(word.folded)[:2]
        return added

    def diplomas_in(self, message: str) -> frozenset[str]:
        """Give the kinds of diploma that a message speaks of, as keys to compare with `diploma_of`."""
        found = (edge.keys[0] for edges in self._reader.read(message).edges for edge in edges)
        return frozenset(key for key in found if key[0] == "@" and key != BARE)

    def diploma_of(self, sheet_id: str) -> str:
        """Give the kind of diploma of a formation, '' when its title does not open with one."""
        return self._book.diplomas.get(sheet_id, "")

    def kind_of(self, sheet_id: str) -> str:
        """Give the kind of a sheet."""
        return self._catalogue.kind_of(sheet_id)

    def _find_ids(self, message: str) -> Iterator[Mention]:
        for found in TYPED_ID.finditer(message):
            sheet_id = f"{found.group(1).upper()}.{int(found.group(3))}"
            plain = "." in found.group(2) or found.group(1).isupper()
            if plain or (sheet_id in self._catalogue and len(found.group(3)) >= 2):
                yield Mention(found.start(), found.end(), found.group(), (sheet_id,), 1.0, "id")
        for found in OWN_ID.finditer(message):
            sheet_id = found.group().upper()
            if sheet_id in self._catalogue and not sheet_id.startswith(("MET.", "FOR.")):
                yield Mention(found.start(), found.end(), found.group(), (sheet_id,), 1.0, "id")

    def _find_names(self, reading: Reading, place: int) -> Iterator[Mention]:
        """Find the names that start at a word: follow every reading of the words as long as it opens a name."""
        words, edges = reading.words, reading.edges
        best: dict[int, tuple[float, float, str]] = {}
        stack = [(place, "", 0.0, False, False)]
        while stack:
            at, name, cost, short, loose = stack.pop()
            enough = at > place + short and not (loose and name.count(" ") < LOOSE_KEYS - 1)
            if enough and name in self._book.entries:  # a short form alone is not enough
                score = max(score for score, _ in self._book.entries[name].values()) - cost
                best[at] = max(best.get(at, (0.0, 0.0, "")), (score, cost, name))
            if at >= len(words):
                continue
            for edge in edges[at]:
                longer = " ".join((name, *edge.keys)) if name else " ".join(edge.keys)
                allowed = not edge.trade or name[:1] == "@"
                if allowed and cost + edge.cost < MOST_COST and self._book.opens(longer):
                    stack.append((edge.end, longer, cost + edge.cost, short or edge.short, loose or edge.loose))
            if name and words[at].folded in LINKS and at - place < LONGEST_NAME:
                stack.append((at + 1, name, cost, short, loose))
        for end, (_, cost, name) in best.items():
            while is_link(words[end - 1]) and end - 1 > place:
                end -= 1
            mention = self._name_mention(reading.message, words[place].start, words[end - 1].end, name, cost)
            joined = any(word.folded in ("et", "ou") for word in words[place:end])
            if joined and mention.source == "everyday" and name.count(" ") == 1:
                continue  # "études et paie" is no name
            last = words[end - 1]
            if mention.source == "sigle" and last.folded in BREAKS | LINKS and not last.raw.isupper():
                continue
            wished = place > 0 and words[place - 1].folded == "devenir" and mention.source in ("title", "alias")
            if end - place > 1 or wished or self._stands_alone(words[place], mention):
                yield mention

    def _stands_alone(self, word: Word, mention: Mention) -> bool:
        """Tell whether one word is enough to name something: a sigle or a school's title may be an ordinary word."""
        if len(word.raw) < 4 or mention.source == "sigle" or mention.sheet_ids[0].startswith("FOR"):
            return word.folded not in self._ordinary or any(letter.isupper() for letter in word.raw[1:])
        if mention.source == "fuzzy":
            near = self._reader.spelling.nearest(word.key)
            slip = len(word.raw) > 6 and not word.folded.endswith(VERB_ENDINGS) and min(cost for _, cost in near) <= 0.1
            return len(word.raw) > 5 and (slip or any(key[-2:] == word.key[-2:] for key, _ in near))
        return word.folded not in self._vocabulary.ordinary

    def _name_mention(self, message: str, start: int, end: int, name: str, cost: float) -> Mention:
        fits = self._book.entries[name]
        top = max(score for score, _ in fits.values())
        ids = sorted(
            (sheet_id for sheet_id, (score, _) in fits.items() if score > top - TIE),
            key=lambda sheet_id: (-fits[sheet_id][0], sheet_id[0] != "M", not self._catalogue[sheet_id].detailed),
        )
        source = fits[ids[0]][1]
        if source == "title" and ids[0].startswith("MET"):
            ids = [sheet_id for sheet_id in ids if sheet_id.startswith("MET")]
        source = "fuzzy" if cost >= SLIP_COST else source
        return Mention(start, end, message[start:end], tuple(ids), round(top - cost, 3), source)

    def _find_partial(self, reading: Reading, place: int) -> Iterator[Mention]:
        """Find a head ("BTS", "ingénieur") and the names of its group that hold most of what follows it."""
        words, message = reading.words, reading.message
        for edge in reading.edges[place]:
            head = edge.keys[0]
            bare = head == BARE and edge.end == place + 1 and words[place].raw != "DE"
            if len(edge.keys) > 1 or head not in self._book.heads or edge.trade or bare:
                continue
            start, end = words[place].start, words[edge.end - 1].end
            match = self._group(head).match(_after(reading, edge))
            if match:
                end = words[match.last].end
                ids = sorted(match.sheet_ids, key=lambda sheet_id: not self._catalogue[sheet_id].detailed)
                # Few words after "BTS" say which one; after "technicien" they must be most of the name.
                low, high, power = (0.4, 0.84, 0.25) if edge.is_diploma else (0.25, 0.8, 0.5)
                fit = match.quality * match.share**power
                score = round(low + (high - low) * fit - edge.cost, 3)
                yield Mention(start, end, message[start:end], tuple(ids), score, "partial")
            elif not edge.is_diploma and len(titled := self._book.titled(head)) > 2:
                yield Mention(start, end, message[start:end], titled, ONLY_OPENS, "partial")


def _after(reading: Reading, head: Edge) -> Iterator[tuple[int, str, list[tuple[str, float]]]]:
    """Give the words after a head that may belong to its name: their places, their keys and how they may be read."""
    words, diploma = reading.words, head.is_diploma
    for place in range(head.end, min(len(words), head.end + MOST_WORDS)):
        word, edges = words[place], reading.edges[place]
        if reading.ends[place - 1] or word.folded in BREAKS:
            return
        if diploma and place == head.end and word.folded in ("pour", "pr"):
            return  # "un CAP pour conduire"
        if any(edge.is_diploma and edge.keys[0] != BARE for edge in edges):
            return
        if is_link(word) or word.folded in BESIDE or word.folded.isdigit():
            continue
        gains = [(key, 1 - edge.cost) for edge in edges if diploma or not edge.trade for key in edge.keys]
        yield place, word.key, gains


def _worth(mention: Mention, words: list[Word]) -> float:
    length = sum(1 for w in words if mention.start <= w.start < mention.end and w.folded not in LINKS)
    return mention.score * math.pow(max(length, 1), 0.7) + (10 if mention.source == "id" else 0)
