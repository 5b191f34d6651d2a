"""A model's sentence and the numbered facts that it was given in; the sentence as it may be shown out, or its fault.

A model marks what it claims with the keys of facts, `[3]`. The words before a key are held to the facts under it, sheet
by sheet: so a figure can't be told of a sheet that does not hold it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chatbot.catalogue import Catalogue, fold
from chatbot.citations import Citation
from chatbot.evidence import STOP, content_words
from chatbot.sheets import METIER
from chatbot.stages import staged
from chatbot.verification.claims import Claims, clean, denies, find_claims, with_digits
from chatbot.verification.names import KnownNames, proper_names, split_words

KEYS = re.compile(r"(?:\s*\[\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*\])+")
IDENTIFIER = re.compile(r"\b[A-Z]{2,12}\.\d+|\b(?:met|for)[\s._-]?\d{2,}", re.IGNORECASE)
LINK = re.compile(r"https?:|www\.|//|@|\b[\w-]+\.(?:fr|com|org|net|eu|gouv|html?|io)\b", re.IGNORECASE)
MARKUP = re.compile(r"[`<>|\\{}~^$]|\]\(|!\[|__|&#?\w+;|^\s*#|^\s*(?:-{3,}|\*{3,}|={3,})\s*$|[\[\]]")
BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
CLAUSE = re.compile(r"[.,;:!?()\n]+(?!\d)| mais | et (?=\w+ )")
# What a line opens with, and what is in bold, is what a reader takes for the fact: the facts hold all its words.
LINE_HEAD = re.compile(r"^([^:*\[\]]{1,80}?)(?=\s?:\s)")
BOLD = re.compile(r"\*\*(.+?)\*\*")
# A sentence without a key may only lead in or ask.
ASIDE = re.compile(
    r"(?:voici|parmi|quelques|plusieurs)\b.*:\W*"
    r"|\W*(?:et |ou )?(?:tu veux|veux|voulez|vous voulez|souhait|prefer|aimer|plutot|quel|as-tu|avez-vous)[^:]*\?\W*"
)
# Least share of a claim's words that its facts or their sheets' names hold, and that they or the question hold.
SUPPORT, WITH_QUESTION = 0.4, 0.5
FRENCH = 0.7  # least share of known words in a sentence without a claim
LONGEST_ASIDE = 160  # characters of a sentence without a key
ASIDE_WORDS = frozenset(
    re.findall(
        r"\S+",
        """voici quelques pistes ces cet ceux celles savoir souhaitez souhaites voulez veux preferez preferes aimeriez
        aimerais connaitre plus aider peux pouvez puis interesse interessent davantage details dire decouvrir parle
        parler voir montre montrer question autre choses selon fiche fiches entre principales principaux points resume
        bref""",
    )
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact or passage as a model is given it, under its key, and the citation that it stands for."""

    key: int
    text: str
    citation: Citation

    @property
    def sheet_id(self) -> str:
        """The sheet that the fact is bound to."""
        return self.citation.sheet_id


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence with its markers written by code and the keys that it cites; or the fault that it is dropped for."""

    text: str = ""
    keys: tuple[int, ...] = ()
    fault: str = ""

    @property
    def is_aside(self) -> bool:
        """Whether the sentence claims nothing: words that lead in, or a question to close with."""
        return not self.fault and not self.keys


class Verifier:
    """Holds sentences to the facts that they cite."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._names = KnownNames(catalogue)

    @staged("verification")
    def verify(self, sentence: str, facts: Mapping[int, Fact], question: str) -> Verdict:
        """Check one sentence or list line."""
        sentence = clean(sentence).strip()
        bullet = "- " if BULLET.match(sentence) else ""
        sentence = _even_bold(BULLET.sub("", sentence))
        fault = _forbidden(sentence)
        if fault:
            return Verdict(fault=fault)
        segments = split_segments(LINE_HEAD.sub(r"**\1**", sentence) if bullet else sentence)
        keys = tuple(dict.fromkeys(key for _, cited in segments for key in cited))
        if not keys:
            return self._verify_aside(bullet + sentence, facts, question)
        if any(key not in facts for key in keys):
            return Verdict(fault="unknown key")
        for words, cited in segments:
            fault = self._fault(words, [facts[key] for key in cited], facts, question)
            if fault:
                return Verdict(fault=fault)
        return Verdict(bullet + _resolve(sentence, facts), keys)

    def _fault(self, words: str, cited: Sequence[Fact], facts: Mapping[int, Fact], question: str) -> str:
        """Name the first thing in a segment that the facts under its keys don't hold."""
        by_sheet: dict[str, list[str]] = {}
        for fact in cited:
            by_sheet.setdefault(fact.sheet_id, []).append(_source(fact))
        fault = self._unheld_claim(words, by_sheet)
        if fault:
            return fault
        source = "\n".join(_source(fact) for fact in cited)
        named = " ".join(name for sheet_id in by_sheet for name in self._names.of_sheet.get(sheet_id, ()))
        known = f" {' '.join(split_words(f'{source} {named}'))} "
        fault = self._foreign_name(words, by_sheet, facts, known)
        if fault:
            return fault
        stems = content_words(with_digits(f"{source} {named}"))
        if content_words(words) & (self._heads_of_others(by_sheet, facts) - stems):
            return "other sheet"
        if not stems.issuperset(self._names.diploma_words(words)):
            return "diploma"
        if (denies(words) and not denies(source)) or _loses_denial(words, source):
            return "negation"
        said = content_words(with_digits(words))
        if not said:
            return "" if find_claims(words).figures else "empty"
        if not stems.issuperset(content_words(with_digits(" ".join(BOLD.findall(words))))):
            return "bold"
        held, near = len(said & stems), len(said & (stems | content_words(question)))
        return "" if held >= SUPPORT * len(said) and near >= WITH_QUESTION * len(said) else "unsupported"

    def _unheld_claim(self, words: str, by_sheet: Mapping[str, Sequence[str]]) -> str:
        """Name a claim that the sheets don't hold: one of them must hold all, as must each one that is named.

        Where several are cited and none is named, each must: "2 031 euros [1][2]" is told of both.
        """
        claims = find_claims(words)
        named = {i for sheet_ids in self._names.find(words).values() for i in sheet_ids} & by_sheet.keys()
        faults = {sheet_id: claims.beyond(_claims_of("\n".join(texts))) for sheet_id, texts in by_sheet.items()}
        return next((faults[sheet_id] for sheet_id in named or faults if faults[sheet_id]), "")

    def _foreign_name(
        self, words: str, by_sheet: Mapping[str, object], facts: Mapping[int, Fact], known: str
    ) -> str:
        """Say whether a segment names a sheet other than those it cites, or has a proper name that they don't hold."""
        given = {fact.sheet_id for fact in facts.values()}
        for name, sheet_ids in self._names.find(words).items():
            if not by_sheet.keys().isdisjoint(sheet_ids):
                continue
            if not re.search(rf" {re.escape(name)}\w{{0,2}} ", known):
                return "other sheet"
            names = (" ".join(split_words(other)) for i in by_sheet for other in self._names.of_sheet.get(i, ()))
            own = any(f" {name} " in f" {other} " for other in names)
            if own and not given.isdisjoint(sheet_ids):
                return "other sheet"
        for name in proper_names(words):
            if not all(re.search(rf" {re.escape(part)}(?:s|e|es)? ", known) for part in split_words(name)):
                return "proper name"
        return ""

    def _heads_of_others(self, by_sheet: Mapping[str, object], facts: Mapping[int, Fact]) -> set[str]:
        """Give the words that the other métiers at hand open with: "le fondeur" for the fondeur de cloches."""
        others = {fact.sheet_id for fact in facts.values() if fact.citation.kind == METIER} - by_sheet.keys()
        return content_words(" ".join(word for sheet_id in others for word in self._names.heads_of(sheet_id)))

    def _verify_aside(self, sentence: str, facts: Mapping[int, Fact], question: str) -> Verdict:
        """Let a lead-in or a closing question pass that claims nothing, in French words that are at hand."""
        claims = find_claims(sentence)
        if not ASIDE.fullmatch(fold(sentence)) or len(sentence) > LONGEST_ASIDE:
            return Verdict(fault="no key")
        if claims.figures or claims.words or denies(sentence):
            return Verdict(fault="no key")
        names = {name for fact in facts.values() for name in self._names.of_sheet.get(fact.sheet_id, ())}
        known = fold(" ".join([question, *names, *(f"{fact.text} {fact.citation.title}" for fact in facts.values())]))
        words = split_words(sentence)
        at_hand = {*split_words(known), *STOP, *ASIDE_WORDS}
        if not words or sum(word in at_hand for word in words) / len(words) < FRENCH:
            return Verdict(fault="no key")
        named = [name for name in self._names.find(sentence) if not re.search(rf"\b{re.escape(name)}", known)]
        named += [name for name in proper_names(sentence) if fold(name) not in known]
        return Verdict(fault="no key") if named else Verdict(sentence)


def split_segments(sentence: str) -> list[tuple[str, tuple[int, ...]]]:
    """Split a sentence into the words before each group of keys, with the keys; what follows the last joins it."""
    segments: list[tuple[str, tuple[int, ...]]] = []
    start = 0
    for group in KEYS.finditer(sentence):
        words, keys = sentence[start : group.start()], tuple(map(int, re.findall(r"\d+", group.group())))
        if segments and not content_words(words) and not re.search(r"\d", words):
            previous, others = segments.pop()
            words, keys = f"{previous} {words}", tuple(dict.fromkeys(others + keys))
        segments.append((words, keys))
        start = group.end()
    if segments:
        words, keys = segments.pop()
        segments.append((f"{words} {sentence[start:]}", keys))
    return segments


def _loses_denial(words: str, source: str) -> bool:
    """Whether a segment affirms what the closest words of the facts deny."""
    if denies(words):
        return False
    clauses = [clause for clause in CLAUSE.split(source) if content_words(clause)]
    for said in map(content_words, CLAUSE.split(words)):
        if said:
            closest = max(clauses, key=lambda clause: len(said & content_words(clause)), default="")
            if said & content_words(closest) and denies(closest, flatly=True):
                return True
    return False


def _forbidden(sentence: str) -> str:
    bare = KEYS.sub(" ", sentence)
    if IDENTIFIER.search(bare):
        return "identifier"
    if LINK.search(bare):
        return "link"
    return "markup" if MARKUP.search(bare) else ""


def _even_bold(text: str) -> str:
    """Keep bold in pairs of asterisks, and take out every other asterisk."""
    text = re.sub(r"\*{2,}", "\x00", text).replace("*", "")
    return text.replace("\x00", "**" if text.count("\x00") % 2 == 0 else "")


def _resolve(sentence: str, facts: Mapping[int, Fact]) -> str:
    """Write the markers of the sheets where the keys stand, before the full stop."""

    def mark(group: re.Match[str]) -> str:
        ids = dict.fromkeys(facts[int(key)].sheet_id for key in re.findall(r"\d+", group.group()))
        return f" {' '.join(f'[{sheet_id}]' for sheet_id in ids)}"

    text = re.sub(rf"([.!…]+)({KEYS.pattern})(?=\s|$)", r"\2\1", sentence)
    return re.sub(r" {2,}", " ", KEYS.sub(mark, text)).strip()


def _source(fact: Fact) -> str:
    return f"{fact.citation.title}, {fact.citation.section} : {fact.text}"


@lru_cache(maxsize=2048)
def _claims_of(text: str) -> Claims:
    return find_claims(text)
