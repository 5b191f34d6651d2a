"""What a conversation is about, from its history alone: the sheets that earlier answers cite."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.catalogue import fold
from chatbot.question.model import Turn

MARKER = re.compile(r"\[([A-Z]{2,12}\.\d+)\]")
ORDINALS = (
    (r"\b(?:premiere?|1 ?(?:er|ere|re)|1st|first)\b(?! (?:annee|fois|emploi|cycle|degre|mission|salaire|niveau))", 0),
    (
        r"\b(?:deuxieme|seconde?|2 ?(?:e|eme|nd|nde)|second)\b(?! (?:annee|fois|cycle|degre|pro\b|generale"
        r"|gt\b|langue))",
        1,
    ),
    (r"\b(?:troisieme\b(?! annee)|3 ?eme (?:metier|choix|piste|de la liste))", 2),
    (r"\b(?:quatrieme|4 ?eme (?:metier|choix|piste))\b(?! annee)", 3),
    (r"\b(?:cinquieme|5 ?eme (?:metier|choix|piste))\b(?! annee)", 4),
)
CLASS = re.compile(
    r"\b(?:en|de|apres (?:la|ma)) (?:premiere|seconde|troisieme|quatrieme|1 ?e?re|2n?de|[34] ?e(?:me)?)\b"
)
LAST = re.compile(
    r"\b(?:ce|cette|le|la) dernier(?:e)?\b(?! (?:annee|fois|mois))|\bcelui[- ]la\b|\bcelle[- ]la\b|\bce second\b"
)
WHICH = re.compile(r"\b(?:lequel|laquelle|lesquels|des deux|les deux|entre les deux|which)\b")
MORE = re.compile(
    r"\b(?:d'autres?|autres? (?:idees?|pistes?|metiers?|chose)|un autre|autre chose|encore|pas (?:ca|celui)"
    r"|rien de ca|bof)\b"
)
MOST_WISHED = 2_000  # characters: as many as one question may have; 160,000 took 11 s
EXPLORED = "uelques pistes :"  # how an answer that proposes métiers opens its list
COMPARED = re.compile(r"^\| \|", re.MULTILINE)
POINTS_BACK = re.compile(
    r"\b(?:ce|cet|cette|ces) (?:metiers?|formations?|diplomes?|boulots?|travail|poste|ecole|bts|cap|bac|licence"
    r"|master|job|etudes?)\b|\b(?:celui|celle)[- ](?:ci|la)\b"
    r"|\b(?:ca|cela|y|en|il|elle|ils|elles|on|sa|lui|leur)\b"
)
OPENS_AS_FOLLOW_UP = re.compile(
    r"^\W*(?:et|ok|oui|non|mais|ah|d'accord|dac|merci|sinon|alors|du coup|ca|c'est|il|elle|on|pour (?:ce|cette|le"
    r"|la)|quel(?:le)?s?|combien|comment)\b"
)


@dataclass(frozen=True, slots=True)
class Memory:
    """The sheets of the conversation: the one last spoken of, the numbered choices, and every one before them."""

    focus: str = ""
    choices: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    last_message: str = ""
    wishes: str = ""  # what was wished for in the exploration that is going on
    proposed: tuple[str, ...] = ()  # the métiers that were proposed last
    compared: bool = False  # the last answer is a comparison


def recall(history: Sequence[Turn]) -> Memory:
    """Read the history: the first sheet of the last answer that cites any is what is being talked about."""
    told = [(turn, tuple(dict.fromkeys(MARKER.findall(turn.content)))) for turn in history if turn.role == "assistant"]
    answers = [ids for _, ids in told if ids]
    messages = [turn.content for turn in history if turn.role == "user"]
    if not answers:
        return Memory(last_message=messages[-1] if messages else "")
    metiers = tuple(i for i in answers[-1] if i.startswith("MET."))
    listed = metiers if len(metiers) > 1 else answers[-1]
    last = next(turn.content for turn in reversed(history) if turn.role == "assistant")
    return Memory(
        focus=answers[-1][0],
        choices=listed,
        earlier=tuple(dict.fromkeys(ids[0] for ids in reversed(answers))),
        last_message=messages[-1] if messages else "",
        wishes=_recall_wishes(history),
        proposed=next((ids for turn, ids in reversed(told) if EXPLORED in turn.content), ()),
        compared=bool(COMPARED.search(last)),
    )


def _recall_wishes(history: Sequence[Turn]) -> str:
    """Join the last messages of the exploration that the last answers belong to; empty when the last one is none."""
    wishes: list[str] = []
    turns = list(history)
    while len(turns) >= 2 and turns[-1].role == "assistant" and EXPLORED in turns[-1].content:
        wishes.insert(0, turns[-2].content)
        turns = turns[:-2]
    return ". ".join(wishes)[-MOST_WISHED:]


def pointed_at(message: str, choices: Sequence[str]) -> str | None:
    """Give the choice that a message points at by its place ("la deuxième", "ce dernier"); None when it does not."""
    text = CLASS.sub(" ", fold(message))
    if not choices:
        return None
    for pattern, place in ORDINALS:
        if re.search(pattern, text) and place < len(choices):
            return choices[place]
    return choices[-1] if LAST.search(text) else None


def without_pointing(message: str) -> str:
    """Take out of a message what points at a choice ("le 2eme c'est quoi ?" → "le c'est quoi ?"), folded."""
    text = fold(message)
    for pattern, _ in ORDINALS:
        text = re.sub(pattern, " ", text)
    return LAST.sub(" ", text)


def points_back(message: str) -> bool:
    """Whether a message leans on what was said before: a pronoun, "ce métier", or a first word that goes on."""
    text = fold(message)
    return bool(POINTS_BACK.search(text) or OPENS_AS_FOLLOW_UP.search(text))
