"""The project's own data on names in; diploma words, short forms and extra names out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chatbot.catalogue import Catalogue, fold
from chatbot.naming.words import Word, content_keys, is_link, key_of, split_words

MANY = ("names", "descriptions", "questions")  # the fields of a line of the everyday layer that hold several phrases
Phrase = tuple[tuple[str, ...], str]  # words in the singular, and the key that stands for them
DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Diploma:
    """A kind of diploma: the words that open its titles, and that people say; `key` stands for all of these."""

    key: str
    titles: tuple[tuple[str, ...], ...]
    said: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What `names.jsonl` says: diplomas, short forms, trades and names of sheets beyond their own.

    `shorts`: folded word → keys in full ("compta" → "comptabilité"); `trades`: key → keys ("coiffeur" → "coiffure"),
    which hold inside the name of a diploma only; `ordinary`: folded words that are no slip of another.
    """

    diplomas: tuple[Diploma, ...]
    shorts: dict[str, tuple[tuple[str, ...], ...]]
    trades: dict[str, tuple[tuple[str, ...], ...]]
    names: dict[str, tuple[str, ...]]
    ordinary: frozenset[str]


class EverydayError(ValueError):
    """A line of the everyday layer that can't be read; the message names its file and line."""


@dataclass(frozen=True, slots=True)
class Everyday:
    """How people call, describe and ask about one sheet (for finding, never for answering)."""

    sheet_id: str
    title: str
    names: tuple[str, ...]
    descriptions: tuple[str, ...]
    questions: tuple[str, ...]


def read_vocabulary() -> Vocabulary:
    """Read `names.jsonl`; each line is a diploma, a short form, or names of one sheet."""
    diplomas, shorts, trades, names = [], {}, {}, {}
    ordinary: set[str] = set()
    for line in (DATA / "names.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "diploma" in row:
            titles = tuple(tuple(word.singular for word in split_words(phrase)) for phrase in row["titles"])
            said = {_without_links(split_words(phrase)) for phrase in row["titles"] + row["said"]}
            diplomas.append(Diploma("@" + row["diploma"].replace(" ", "_"), titles, tuple(sorted(said))))
        elif "short" in row:
            shorts[fold(row["short"])] = tuple(tuple(content_keys(long)) for long in row["long"])
        elif "trade" in row:
            trades[key_of(fold(row["trade"]))] = tuple(tuple(content_keys(long)) for long in row["long"])
        elif "ordinary" in row:
            ordinary.update(fold(word) for word in row["ordinary"])
        else:
            names[row["id"]] = tuple(row["names"])
    return Vocabulary(tuple(diplomas), shorts, trades, names, frozenset(ordinary))


def _without_links(phrase: list[Word]) -> tuple[str, ...]:
    """Give the words of a phrase without the links at its end ("diplôme d'État de" → "diplôme d'État")."""
    while len(phrase) > 1 and is_link(phrase[-1]):
        phrase = phrase[:-1]
    return tuple(word.singular for word in phrase)


def read_everyday_lines(folder: Path = DATA / "everyday") -> Iterator[Everyday]:
    """Read every line of the everyday layer; nothing when the folder has no such files; raise EverydayError."""
    for path in sorted(folder.glob("*.jsonl")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise EverydayError(f"{path} can't be read ({error})") from error
        yield from parse_everyday(text, str(path))


def parse_everyday(text: str, name: str) -> Iterator[Everyday]:
    """Parse the lines of one file of the everyday layer; raise EverydayError at the first that isn't one."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            phrases = {key: tuple(row.get(key, ())) for key in MANY}
            phrases["questions"] = phrases["questions"] or tuple(filter(None, (row.get("question", ""),)))
            sound = isinstance(row["id"], str) and isinstance(row["title"], str) and phrases["names"]
            if not sound or not all(isinstance(phrase, str) for each in phrases.values() for phrase in each):
                raise ValueError("id and title are texts, names and the other phrases lists of texts")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise EverydayError(f"{name}:{number} is no line of the everyday layer ({error!r})") from error
        yield Everyday(row["id"], row["title"], **phrases)


def read_everyday(catalogue: Catalogue, folder: Path = DATA / "everyday") -> Iterator[Everyday]:
    """Read the everyday layer of the sheets in the catalogue; nothing when the folder has no such files."""
    return (each for each in read_everyday_lines(folder) if each.sheet_id in catalogue)
