"""All sheets in; the book of their names out: each name as keys, with the sheets that bear it and how surely."""

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from chatbot.catalogue import Catalogue, fold
from chatbot.naming.data import Everyday, Phrase, Vocabulary
from chatbot.naming.words import WORD, is_link, key_of, split_words
from chatbot.sheets import METIER, Sheet

SCORES = {"title": 1.0, "alias": 0.95, "sigle": 0.9, "everyday": 0.85}
GENERIC = 0.4  # a lone word that many names open with, such as "contrôleur", even where it is somebody's alias
TOPIC = 0.6  # the title of a school's course, such as "jeux vidéo", says what a message is about rather than names it
ORDINARY = 40  # in how many sheets' everyday texts a lone word may stand before it is taken for an ordinary word
OPTION = re.compile(r"\s+(?:option|parcours|spécialité|enseignement spécifique)\s.*$", re.IGNORECASE)
PARENTHESIS = re.compile(r"\s*\([^()]*\)")
BARE = "@diplôme"  # "diplôme", "école", "formation": say that a diploma is meant, not which kind
COURSE = "#formation"  # opens the title of a school's course in "la formation cascadeur"
ARTICLES = frozenset({"le", "la", "l", "un", "une", "ancien", "ancienne", "ex", "devenir"})


class NameBook:
    """Names as strings of keys ("technicien chimist", "@BTS comptabilit"), sorted, so that openings are found."""

    def __init__(self, catalogue: Catalogue, everyday: Sequence[Everyday], vocabulary: Vocabulary) -> None:
        self.catalogue = catalogue
        self.said: dict[str, list[Phrase]] = defaultdict(list)
        self._titled: dict[str, list[Phrase]] = defaultdict(list)
        for diploma in vocabulary.diplomas:
            for phrase in diploma.said:
                self.said[phrase[0]].append((phrase, diploma.key))
            for phrase in diploma.titles:
                self._titled[phrase[0]].append((phrase, diploma.key))
        self.entries: dict[str, dict[str, tuple[float, str]]] = defaultdict(dict)
        self.diplomas: dict[str, str] = {}
        for sheet in catalogue.values():
            self._add_sheet(sheet)
        self._add_everyday(everyday, vocabulary.ordinary)
        for sheet_id, names in vocabulary.names.items():
            for name in names if sheet_id in catalogue else ():
                self._add(self.keys_of(name, catalogue[sheet_id]), sheet_id, 0.97, "alias")
        self._lower_topics()
        self.sorted = sorted(self.entries)
        counts = Counter(key for name in self.sorted if name[0] != "#" for key in name.split(" "))
        self.counts = counts
        self.weights = {key: math.log(1 + len(self.sorted) / count) for key, count in counts.items()}
        self.heads = self._gather_heads()
        self._mark_generic()

    def opens(self, name: str) -> bool:
        """Tell whether a name is, or begins with, these keys."""
        if name in self.entries:
            return True
        at = bisect_left(self.sorted, name + " ")
        return at < len(self.sorted) and self.sorted[at].startswith(name + " ")

    def titled(self, head: str) -> tuple[str, ...]:
        """Give the métiers whose title opens with a word."""
        return tuple(
            dict.fromkeys(
                sheet_id
                for sheet_id, keys in self.heads.get(head, ())
                if self.entries[" ".join((head, *keys))][sheet_id][1] == "title"
            )
        )

    def keys_of(self, name: str, sheet: Sheet) -> list[str]:
        """Give the keys of a name of a sheet; the words of its diploma become one key."""
        words = split_words(name)
        if sheet.kind != METIER and words:
            said = tuple(word.singular for word in words)
            phrases = [p for p in self._titled.get(said[0], ()) if said[: len(p[0])] == p[0]]
            if not phrases:
                while words and words[0].folded in ARTICLES:
                    words = words[1:]
                said = tuple(word.singular for word in words)
                phrases = [p for p in self.said.get(said[0] if said else "", ()) if said[: len(p[0])] == p[0]]
                own = self.keys_of(sheet.title, sheet)[0] if phrases and name != sheet.title else ""
                phrases = [p for p in phrases if p[1] == own] or phrases
            if phrases:
                phrase, key = max(phrases, key=lambda p: len(p[0]))
                return [key, *(word.key for word in words[len(phrase) :] if not is_link(word))]
        return [word.key for word in words if not is_link(word) and word.folded != "devenir"]

    def _add(self, keys: Sequence[str], sheet_id: str, score: float, source: str) -> None:
        if not keys or (len(keys) == 1 and (keys[0][0] == "@" or len(keys[0]) < 2)):
            return
        entry = self.entries[" ".join(keys)]
        if score > entry.get(sheet_id, (0.0, ""))[0]:
            entry[sheet_id] = (score, source)

    def _add_sheet(self, sheet: Sheet) -> None:
        for rank, name in enumerate(sheet.names):
            source = "alias" if rank else "title"
            for form in name.forms:
                if rank and sheet.kind == METIER and " / " in form and not name.masculine:
                    continue  # the referential's "brancardier / brancardière": the title again
                self._add(self.keys_of(form, sheet), sheet.sheet_id, SCORES[source], source)
                short = PARENTHESIS.sub("", form)
                if short != form:
                    self._add(self.keys_of(short, sheet), sheet.sheet_id, SCORES[source] - 0.05, source)
        if sheet.kind != METIER:
            self._add_diploma(sheet)

    def _add_diploma(self, sheet: Sheet) -> None:
        """Add the title without its option, the sigle, and the initials that people make of a title ("BUT GEA")."""
        base = self.keys_of(OPTION.sub("", PARENTHESIS.sub("", sheet.title)), sheet)
        if len(base) > 1:
            self._add(base, sheet.sheet_id, 0.92, "title")
        diploma = base[0] if base and base[0][0] == "@" else ""
        self.diplomas[sheet.sheet_id] = diploma
        if not diploma:
            self._add((COURSE, *self.keys_of(sheet.title, sheet)), sheet.sheet_id, SCORES["sigle"], "title")
        sigle = tuple(word.folded for word in split_words(sheet.sigle))
        if sigle and diploma:
            self._add((diploma, *sigle), sheet.sheet_id, SCORES["sigle"], "sigle")
        if len("".join(sigle)) >= 3 and sigle[0] not in self.said:
            self._add(sigle, sheet.sheet_id, SCORES["sigle"] - 0.05, "sigle")
        initials = "".join(key[0] for key in base[1:] if key[0].isalpha())
        if diploma and diploma != BARE and len(initials) >= 2:
            self._add((diploma, initials), sheet.sheet_id, SCORES["sigle"] - 0.05, "sigle")
        opening = next((word for word in split_words(sheet.title) if word.key in base[1:2]), None)
        if diploma and opening and len(opening.raw) > 2 and opening.raw.isupper():
            self._add((diploma, opening.folded), sheet.sheet_id, 0.92, "title")  # "bac techno ST2S sciences et …"

    def _add_everyday(self, everyday: Iterable[Everyday], ordinary: frozenset[str]) -> None:
        common = _count_words(everyday)
        for entry in everyday:
            for name in entry.names:
                keys = self.keys_of(name, self.catalogue[entry.sheet_id])
                lone = len(keys) == 1 and common[keys[0]] > ORDINARY
                if keys and not lone and (len(keys) > 1 or not ordinary & {word.folded for word in split_words(name)}):
                    self._add(keys, entry.sheet_id, SCORES["everyday"], "everyday")

    def _lower_topics(self) -> None:
        for name, entry in self.entries.items():
            metier = any(sheet_id.startswith("MET") for sheet_id in entry)
            if name[0] not in "@#" and (metier or name.count(" ") < 2):
                for sheet_id, (score, source) in entry.items():
                    if sheet_id.startswith("FOR") and source == "title":
                        entry[sheet_id] = (min(score, TOPIC), source)

    def _gather_heads(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """Give for each first key the sheets and what follows it: diplomas by all their names, métiers by their own."""
        heads: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for name in self.sorted:
            head, *rest = name.split(" ")
            for sheet_id, (_, source) in self.entries[name].items() if rest else ():
                if head[0] == "@" or (source in ("title", "alias") and sheet_id.startswith("MET")):
                    heads[head].append((sheet_id, tuple(rest)))
        return dict(heads)

    def _mark_generic(self) -> None:
        for name, entry in self.entries.items():
            if " " not in name and not any(source == "title" for _, source in entry.values()):
                others = [sheet_id for sheet_id in self.titled(name) if sheet_id not in entry]
                if len(others) >= 2 or (others and len(entry) + len(others) > 2):
                    for sheet_id in entry:
                        entry[sheet_id] = (GENERIC, "partial")
                    entry.update((sheet_id, (GENERIC - 0.01, "partial")) for sheet_id in others)


def _count_words(everyday: Iterable[Everyday]) -> Counter[str]:
    """Count for each key the sheets whose everyday texts hold it."""
    words: Counter[str] = Counter()
    for entry in everyday:
        words.update(set(WORD.findall(" ".join(entry.descriptions + entry.questions).lower())))
    keys: Counter[str] = Counter()
    for word, count in words.items():
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
