"""An answer, what its question expects and the texts of the sheets in; everything wrong with the answer out."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chatbot.answering import Answer
from chatbot.sheets import find_files

STATUSES = {
    "answer": {"answered"},
    "clarify": {"clarify"},
    "not_found": {"not_found"},
    "redirect": {"off_topic", "not_found"},
    "support": {"support"},
    "not_support": {"answered", "clarify", "not_found", "off_topic"},
}
LISTS = {"explore", "compare", "reverse", "formations", "ambiguous"}  # any cited sheet may come first
LONGEST, LONGEST_OF = 2_500, {"explore": 4_000, "compare": 4_000}
MOST_SHEETS, MOST_SHEETS_OF = 8, {"explore": 15, "formations": 30, "reverse": 30}
FREE_NUMBERS = frozenset(map(str, range(11)))
HELP_LINE = re.compile(r"\b(?:3114|3018|3020|3919|119|11[2456]|116 ?000|15|17|18)\b")
SHEET_ID = re.compile(r"\b[A-Z]{2,12}\.\d+\b")
SHEET_FILE = re.compile(r"([A-Z]{2,12}\.\d+)")
SHEET_LINE = re.compile(r"^\*\*ID\s*:\s*\*\*\s*([A-Z]{2,12}\.\d+)\s*$", re.MULTILINE)
SHEET_SLUG = re.compile(r"slug/([A-Z]{2,12}\.\d+)")
COUNTED = re.compile(
    r"\b\d+ (?:autres? )?(?:formations?|métiers?|fiches?|diplômes?|autres?|résultats?|choix|pistes?)\b"
)
NO_PROSE = re.compile(r"https?://\S+|\[?\b[A-Z]{2,12}\.\d+\]?")
ELLIPSIS = re.compile(r"…|\[\.\.\.\]")


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation and what a right answer to its last turn holds; each fact of `must_mention` lists its variants."""

    case_id: str
    type: str
    turns: tuple[str, ...]
    expect: str
    gold_ids: tuple[str, ...] = ()
    any_of_ids: tuple[str, ...] = ()
    must_mention: tuple[tuple[str, ...], ...] = ()
    must_not_mention: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an answer."""

    kind: str
    detail: str = ""


def read_questions(paths: Iterable[Path]) -> list[Case]:
    """Read files of questions; raise ValueError, with file and line, for one that is not as it should be."""
    return [
        _read_case(line, f"{path}, line {number}")
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.strip()
    ]


def _read_case(line: str, place: str) -> Case:
    try:
        row = json.loads(line)
        case = Case(
            str(row["id"]),
            row["type"],
            tuple(row["turns"]),
            row["expect"],
            tuple(row.get("gold_ids", ())),
            tuple(row.get("any_of_ids", ())),
            _read_facts(row.get("must_mention", ())),
            _read_facts(row.get("must_not_mention", ())),
        )
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"{place}: {type(error).__name__}: {error}") from error
    if case.expect not in STATUSES or not case.turns:
        wrong = "turns: it is empty" if case.expect in STATUSES else f"expect: {case.expect!r} is none of its values"
        raise ValueError(f"{place}: {wrong}")
    return case


def _read_facts(rows: Iterable[str | Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple((row,) if isinstance(row, str) else tuple(row) for row in rows)


def read_texts(paths: Iterable[Path]) -> dict[str, str]:
    """Read what all the files under these paths say of each sheet, as it stands in them."""
    texts: dict[str, str] = {}
    for path in find_files(paths):
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        found = SHEET_LINE.search(text) or SHEET_FILE.match(path.name) or SHEET_SLUG.search(text)
        if found:
            sheet_id = found.group(1)
            texts[sheet_id] = f"{texts.get(sheet_id, '')}\n{text}"
    return texts


def split_tokens(text: str) -> list[str]:
    """Give the words and numbers of a text without case and accents: "2 000" and "2.000" come out as "2000"."""
    text = re.sub(r"<[a-z/][^<>]*>", " ", text.lower()).replace("œ", "oe").replace("\u00ad", "")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.findall(r"[a-z]+|\d+(?:,\d+)?", re.sub(r"(?<=\d)[\s.](?=\d{3}\b)", "", text))


def mentions(text: str, variants: Iterable[str]) -> bool:
    """Whether one of the variants of a fact stands in a text; a last word of four letters or more may be inflected."""
    line = f" {' '.join(split_tokens(text))} "
    return any(_mentions(line, words) for words in map(split_tokens, variants) if words)


def _mentions(line: str, words: list[str]) -> bool:
    inflected = r"\w{0,3}" if words[-1].isalpha() and len(words[-1]) > 3 else ""
    return bool(re.search(f" {' '.join(words)}{inflected} ", line))


def find_faults(case: Case, answer: Answer, texts: Mapping[str, str]) -> list[Fault]:
    """Give everything wrong with the answer to the last turn of a case; without `texts`, excerpts and numbers pass."""
    cited = tuple(dict.fromkeys(citation.sheet_id for citation in answer.citations))
    faults = [
        *_status_faults(case, answer, cited),
        *(_citation_faults(case, cited) if case.expect == "answer" else ()),
        *_fact_faults(case, answer.text),
        *_size_faults(case, answer.text, cited),
    ]
    asked = set(SHEET_ID.findall(" ".join(case.turns)))
    uncited = [sheet_id for sheet_id in dict.fromkeys(SHEET_ID.findall(answer.text)) if sheet_id not in cited]
    if set(uncited) - asked:
        faults.append(Fault("ID in text without citation", " ".join(uncited)))
    return [*faults, *_source_faults(case, answer, cited, texts)] if texts else faults


def _status_faults(case: Case, answer: Answer, cited: Sequence[str]) -> Iterator[Fault]:
    answers_several = case.type == "ambiguous" and len(set(cited) & set(case.any_of_ids)) > 1
    if answer.status not in STATUSES[case.expect] and not (answer.status == "answered" and answers_several):
        yield Fault("status", f"{answer.status}, expected {case.expect}")
    if case.expect == "support" and not HELP_LINE.search(answer.text):
        yield Fault("help line", "none given")


def _citation_faults(case: Case, cited: Sequence[str]) -> Iterator[Fault]:
    missing = [sheet_id for sheet_id in case.gold_ids if sheet_id not in cited]
    if missing:
        yield Fault("gold not cited", " ".join(missing))
    if case.any_of_ids and not case.gold_ids and not set(cited) & set(case.any_of_ids):
        yield Fault("gold not cited", f"none of {' '.join(case.any_of_ids[:5])}")
    right = case.gold_ids + case.any_of_ids
    if case.type not in LISTS and cited and cited[0] not in right:
        yield Fault("first citation", f"{cited[0]}, expected {' '.join(right[:3])}")


def _fact_faults(case: Case, text: str) -> Iterator[Fault]:
    for variants in case.must_mention if case.expect in ("answer", "support") else ():
        if not mentions(text, variants):
            yield Fault("fact missing", " / ".join(variants))
    for variants in case.must_not_mention:
        if mentions(text, variants):
            yield Fault("wrong fact", " / ".join(variants))


def _size_faults(case: Case, text: str, cited: Sequence[str]) -> Iterator[Fault]:
    if len(text) > LONGEST_OF.get(case.type, LONGEST):
        yield Fault("too long", f"{len(text):,} characters")
    if len(cited) > MOST_SHEETS_OF.get(case.type, MOST_SHEETS):
        yield Fault("too many sheets", str(len(cited)))


def _source_faults(case: Case, answer: Answer, cited: Sequence[str], texts: Mapping[str, str]) -> Iterator[Fault]:
    for sheet_id in cited:
        if sheet_id not in texts:
            yield Fault("invented ID", sheet_id)
    for citation in answer.citations:
        source = _joined_tokens(texts.get(citation.sheet_id, ""))
        parts = (" ".join(split_tokens(part)) for part in ELLIPSIS.split(citation.excerpt))
        if source and any(part not in source for part in parts):
            yield Fault("excerpt not in sheet", f"{citation.sheet_id}: {citation.excerpt[:80]}")
    known = " ".join((_joined_tokens("\n".join(case.turns)), *(_joined_tokens(texts.get(i, "")) for i in cited)))
    numbers = FREE_NUMBERS.union(re.findall(r"\d+", known))
    prose = _joined_tokens(COUNTED.sub(" ", NO_PROSE.sub(" ", answer.text)))
    loose = [number for number in dict.fromkeys(re.findall(r"\d+", prose)) if number not in numbers]
    if loose and case.expect != "support":
        yield Fault("number not in cited sheets", " ".join(loose))


@lru_cache(maxsize=512)
def _joined_tokens(text: str) -> str:
    return " ".join(split_tokens(text))
