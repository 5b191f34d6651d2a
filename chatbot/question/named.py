"""The names in a message with the part each plays, and the message with its names masked or taken out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chatbot.catalogue import fold
from chatbot.naming import Mention, Names
from chatbot.naming.names import ONLY_OPENS
from chatbot.question.classifier import MASKS
from chatbot.question.constraints import find_diploma_types
from chatbot.question.ideas import ASKING_WORD
from chatbot.question.roles import role_of, tells_who_speaks
from chatbot.sheets import FORMATION, METIER

SURE = 0.8  # a mention at least this sure names its sheet by itself
RECOGNISED = 0.7  # one at least this sure names what is compared, where a second name stands beside it
RECOGNISED_AT_LENGTH, LENGTH = 0.6, 3  # the same, of so many words: "BTS gestion commerce" says more than "technicien"
THEN = re.compile(r"\b(?:puis|ensuite) ")
GENERAL = re.compile(r"(?:(?:les? |l'|une? )?(?:etudes?|cursus)) (?:de |d'|du |des |pour (?:etre |devenir )?)?")


@dataclass(frozen=True, slots=True)
class Named:
    """A mention, the kind of the sheet that it names first, and its role: see `role_of`."""

    mention: Mention
    kind: str
    role: str

    @property
    def is_sure(self) -> bool:
        """Whether it names its sheet by itself."""
        return self.mention.score >= SURE

    @property
    def is_partial(self) -> bool:
        """Whether it is only the head or a part of names."""
        return self.mention.source == "partial"

    @property
    def is_generic(self) -> bool:
        """Whether it is one word that is a name by itself and opens other names ("biologiste")."""
        return self.is_partial and " " not in self.mention.text and self.mention.score > ONLY_OPENS

    @property
    def is_set_aside(self) -> bool:
        """Whether the message has it already, or does not want it."""
        return self.role in ("had", "not_wanted")

    @property
    def is_bare_diploma(self) -> bool:
        """Whether it is only a word of diploma ("BTS"), which names none."""
        return len(self.mention.text.split()) == 1 and bool(find_diploma_types(self.mention.text.upper()))

    @property
    def is_plain_word(self) -> bool:
        """Whether the title of a formation stands as a plain word ("la bande dessinée"), without its diploma."""
        text = self.mention.text
        plain = self.mention.source != "id" and text.islower() and len(text.split()) <= 2
        return plain and self.kind == FORMATION and not find_diploma_types(text) and not text.startswith("formation ")

    @property
    def is_asked_for(self) -> bool:
        """Whether it opens on what is asked ("quel BTS pour…") rather than naming a diploma."""
        if len(find_diploma_types(self.mention.text)) > 1:
            return True
        return self.is_partial and bool(re.search(r"\b(?:pour|devenir|etre|faire|qui)\b", fold(self.mention.text)))


def find_named(names: Names, message: str) -> list[Named]:
    """Find the names in a message and the part of each."""
    found = []
    for mention in names.find(message):
        if ASKING_WORD.fullmatch(fold(mention.text)):
            continue
        kind = names.kind_of(mention.sheet_ids[0])
        found.append(_mend(names, Named(mention, kind, role_of(message, mention.start, mention.end, kind))))
    return [replace(found[0], role="had"), *found[1:]] if _opens_on_who_speaks(message, found) else found


def _opens_on_who_speaks(message: str, found: Sequence[Named]) -> bool:
    """Whether the first name is who speaks, since a later sentence names what is asked about."""
    if not found or found[0].kind != METIER or found[0].role:
        return False
    told = tells_who_speaks(message, found[0].mention.start, found[0].mention.end)
    return told > 0 and any(n.is_sure and n.mention.start >= told for n in found)


def _mend(names: Names, named: Named) -> Named:
    """Read "études d'orthophoniste" as the métier: a general word before a métier's name makes no diploma."""
    mention = named.mention
    general = GENERAL.match(fold(mention.text))
    if named.kind == METIER or general is None:
        return named
    rest = names.find(mention.text[general.end() :])
    inner = next((m for m in rest if names.kind_of(m.sheet_ids[0]) == METIER and m.score >= SURE), None)
    if inner is None:
        return named
    start = mention.start + general.end() + inner.start
    return Named(replace(inner, start=start, end=start + len(inner.text)), METIER, named.role)


def find_distinct(named: Iterable[Named]) -> list[Named]:
    """Keep the names that are well recognised, each sheet once."""
    kept: dict[str, Named] = {}
    for item in named:
        at_length = len(item.mention.text.split()) >= LENGTH
        if item.mention.score >= (RECOGNISED_AT_LENGTH if at_length else RECOGNISED):
            kept.setdefault(item.mention.sheet_ids[0], item)
    return list(kept.values())


def mask(message: str, named: Iterable[Named]) -> str:
    """Put a neutral word in the place of each sure name, as in the examples; a bare "CAP" says a need and stays."""
    for item in sorted(named, key=lambda n: -n.mention.start):
        if item.is_sure and not item.is_partial and not (item.kind == FORMATION and item.is_bare_diploma):
            message = f"{message[: item.mention.start]}{MASKS[item.kind]}{message[item.mention.end :]}"
    return message


def without_names(message: str, named: Iterable[Named]) -> str:
    """Take names out of a message: what is left says what is asked of them."""
    for item in sorted(named, key=lambda n: -n.mention.start):
        message = f"{message[: item.mention.start]} {message[item.mention.end :]}"
    return " ".join(message.split())


def asked_types(message: str, named: Sequence[Named]) -> tuple[str, ...]:
    """Name the diploma types asked for: those behind "quel" when there are any ("en bac pro, quel BTS"), else all.

    "CAP puis quoi ?" asks for what comes after as well: for any.
    """
    aside = [n for n in named if n.role == "had" or (n.kind == METIER and n.is_sure)]  # "scrum master" asks for none
    message = without_names(message, aside)
    behind = re.search(r"\bquel(?:le)?s?\b(.*)", message, re.IGNORECASE)
    asked = find_diploma_types(behind.group(1)) if behind else ()
    return asked or (() if THEN.search(fold(message)) else find_diploma_types(message))
