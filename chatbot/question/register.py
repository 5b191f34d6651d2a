"""How a message speaks: 'tu' or 'vous', French or English."""

import re
from collections.abc import Sequence

from chatbot.catalogue import fold
from chatbot.question.model import Turn

TUTOYER = re.compile(r"\b(?:tu|te|toi|ton|ta|tes|t'|stp|stplait)\b|s'il te pla[iî]t")
VOUVOYER = re.compile(
    r"\b(?:vous|votre|vos|svp|bonjour|cordialement|madame|monsieur)\b|s'il vous pla[iî]t", re.IGNORECASE
)
SMS = re.compile(
    r"\b(?:c koi|c quoi|koi|jveux|jsuis|jsui|chui|slt|cc|wesh|jai|ya|pr|cb|fo|kel|jaime|bcp|tkt|mdr|lol|g \d+"
    r"|jador\w*|taf|ds|pk|pcq)\b"
)
ENGLISH = re.compile(
    r"\b(?:the|what|how|is|are|does|do|i|want|become|which|much|job|years|need|study|salary|my|can|to|any|loves?"
    r"|likes?|she|he|her|his|with|who|where|about|tell|works?|working|jobs|skills|degree|engineer)\b"
)
FRENCH = re.compile(r"\b(?:le|la|les|de|du|des|un|une|est|je|quel|quelle|pour|que|et|en|dans|metier|comment)\b")


def says_tu(message: str, history: Sequence[Turn]) -> bool:
    """Whether to answer with 'tu': the last message that shows a register decides, 'vous' when none does."""
    for text in [message, *(turn.content for turn in reversed(history) if turn.role == "user")]:
        lower = text.lower()
        if VOUVOYER.search(lower):
            return False
        if TUTOYER.search(lower) or SMS.search(fold(text)):
            return True
    return False


def is_english(message: str) -> bool:
    """Whether a message is written in English."""
    text = fold(message)
    return len(ENGLISH.findall(text)) >= 2 and len(ENGLISH.findall(text)) > len(FRENCH.findall(text))
