"""Danger in a message, said plainly or between the lines: what kind of help lines it calls for."""

import json
import re
from pathlib import Path

from chatbot.catalogue import fold
from chatbot.question.subjects import CONFIDENT, PLAUSIBLE

DATA = Path(__file__).parent.parent / "data" / "danger.json"
LABELS = {"distress": "suicide", "violence": "violence", "bullying": "bullying"}
# What is learned counts from here on, measured on 690 questions and 40 messages that only sound like danger:
SURE = 0.6  # in a message that asks nothing of a sheet
SURER = 0.7  # in one that asks something, but of no sheet that search finds
SUREST = 0.9  # in one for which search finds a sheet, not surely
_PATTERNS: dict[str, list[str]] = json.loads(DATA.read_text(encoding="utf-8"))
PATTERNS = {topic: re.compile("|".join(f"(?:{p})" for p in patterns)) for topic, patterns in _PATTERNS.items()}


def find_danger(message: str, scores: dict[str, float], asks: bool, best: float) -> str:
    """Name the danger ("suicide", "violence", "bullying", "couple") that a message tells of; empty when none.

    Plain words of danger count in any message. What is only learned must be the surer, the more the message asks for
    something (`asks`) and the better a sheet fits it (`best`, the score of the first hit).
    """
    text, harmless = PATTERNS["harmless"].subn(" ", fold(message))
    for topic in ("suicide", "couple", "violence", "bullying"):
        if PATTERNS[topic].search(text):
            return topic
    if harmless:
        return ""
    label = max(LABELS, key=lambda name: scores.get(name, 0.0))
    others = max((score for name, score in scores.items() if name not in LABELS), default=0.0)
    score = scores.get(label, 0.0)
    told = (
        (not asks and score >= max(SURE, others))
        or (best < PLAUSIBLE and score >= SURER)
        or (best < CONFIDENT and score >= SUREST)
    )
    return LABELS[label] if told else ""
