"""What a conversation is about, from its history alone: the sheets that earlier answers cite and earlier messages name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.catalogue import fold
from chatbot.question.model import Turn

MARKER = re.compile(r"\[([A-Z]{2,12}\.\d+)\]")
ORDINALS = (
    (r"\b(?:premiere?|1 ?(?:er|ere|re)|1st|first)\b(?! (?:annee|fois|emploi|cycle|degre|mission|salaire|niveau))", 0),
    (
        r"\b(?:deuxieme|seconde?|2 ?(?:e|eme|nd|nde)|second)\b(?! (?:annee|fois|cycle|degre|pro\b|generale|gt\b|langue))",
        1,
    ),
    (r"\b(?:troisieme (?!annee)|3 ?eme (?:metier|choix|piste|de la liste))", 2),
    (r"\b(?:quatrieme|4 ?eme (?:metier|choix|piste))\b(?! annee)", 3),
    (r"\b(?:cinquieme|5 ?eme (?:metier|choix|piste))\b(?! annee)", 4),
)
LAST = re.compile(
    r"\b(?:ce|cette|le|la) dernier(?:e)?\b(?! (?:annee|fois|mois))|\bcelui[- ]la\b|\bcelle[- ]la\b|\bce second\b"
)
POINTS_BACK = re.compile(
    r"\b(?:ce|cet|cette|ces) (?:metiers?|formations?|diplomes?|boulots?|travail|poste|ecole|bts|cap|bac|licence|master|job|etudes?)\b"
    r"|\b(?:celui|celle)[- ](?:ci|la)\b|\b(?:ca|cela|y|en|il|elle|ils|elles|on|sa|lui|leur)\b"
)
OPENS_AS_FOLLOW_UP = re.compile(
    r"^\W*(?:et|ok|oui|non|mais|ah|d'accord|dac|merci|sinon|alors|du coup|ca|c'est|il|elle|on|pour (?:ce|cette|le|la)|quel(?:le)?s?|combien|comment)\b"
)
TABLE = re.compile(r"^\|(?:[^|\n]*\[[A-Z]+\.\d+\][^|\n]*\|)+|^\|(?: *\|)?.*\[[A-Z]+\.\d+\].*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Memory:
    """The sheets of the conversation: the one last spoken of, the numbered choices, and every one before them."""

    focus: str = ""
    choices: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    last_message: str = ""


def recall(history: Sequence[Turn]) -> Memory:
    """Read the history: the first sheet of the last answer that cites any is what is being talked about."""
    cited = [tuple(dict.fromkeys(MARKER.findall(turn.content))) for turn in history if turn.role == "assistant"]
    answers = [ids for ids in cited if ids]
    messages = [turn.content for turn in history if turn.role == "user"]
    if not answers:
        return Memory(last_message=messages[-1] if messages else "")
    metiers = tuple(i for i in answers[-1] if i.startswith("MET."))
    listed = metiers if len(metiers) > 1 else answers[-1]
    return Memory(
        focus=answers[-1][0],
        choices=listed,
        earlier=tuple(dict.fromkeys(ids[0] for ids in reversed(answers))),
        last_message=messages[-1] if messages else "",
    )


def pointed_at(message: str, choices: Sequence[str]) -> str | None:
    """Give the choice that a message points at by its place ("la deuxième", "ce dernier"); None when it does not."""
    text = fold(message)
    if not choices:
        return None
    for pattern, place in ORDINALS:
        if re.search(pattern, text) and place < len(choices):
            return choices[place]
    return choices[-1] if LAST.search(text) and len(choices) == 2 else None


def points_back(message: str) -> bool:
    """Whether a message leans on what was said before: a pronoun, "ce métier", or a first word that goes on."""
    text = fold(message)
    return bool(POINTS_BACK.search(text) or OPENS_AS_FOLLOW_UP.search(text))
