"""Danger in a message, said plainly or between the lines: what kind of help lines it calls for."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from chatbot.catalogue import fold
from chatbot.question.model import Turn

DATA = Path(__file__).parent.parent / "data" / "danger.json"
LABELS = {"distress": "suicide", "violence": "violence", "bullying": "bullying"}
TOPICS = ("couple", "suicide", "violence", "bullying")  # in the order in which they are looked for
LINES = {"3919": "couple", "119": "violence", "3018": "bullying", "3114": "suicide"}
SURE = 0.6  # of the learned labels, in a message that asks nothing of a sheet
SUREST = 0.8  # whatever else the message may ask for ("…ce serait plus simple sans moi. Quelles réorientations ?")
_PATTERNS: dict[str, list[str]] = json.loads(DATA.read_text(encoding="utf-8"))
PATTERNS = {topic: re.compile("|".join(f"(?:{p})" for p in patterns)) for topic, patterns in _PATTERNS.items()}
OTHERS = re.compile(
    r"\b(?:mon|ma|un|une|mes|notre) (?:fils|fille|eleves?|enfants?|ado|soeur|frere|ami\w*|pote|copine|copain|cousine?"
    r"|camarade|voisine?|niece|neveu)\b"
    r"(?! me\b| m')[^.!?]{0,40}\b(?:se |il |elle |parle|veut|veux|va mal|dit|est|a |pleure|ne )"
)


def find_danger(message: str, scores: dict[str, float], asks: bool) -> str:
    """Name the danger ("suicide", "violence", "bullying", "couple") that a message tells of; empty when none.

    Plain words of danger count in any message; what is only learned counts where nothing is asked of a sheet (`asks`).
    """
    text, harmless = PATTERNS["harmless"].subn(" ", fold(message))
    for topic in TOPICS:
        if PATTERNS[topic].search(text):
            return topic
    if harmless or asks:
        return ""
    label = max(LABELS, key=lambda name: scores.get(name, 0.0))
    others = max((score for name, score in scores.items() if name not in LABELS), default=0.0)
    return LABELS[label] if scores.get(label, 0.0) >= min(max(SURE, others), SUREST) else ""


def is_about_another(message: str) -> bool:
    """Whether the person in danger is somebody else than who writes."""
    return bool(OTHERS.search(fold(message)))


def danger_before(history: Sequence[Turn]) -> str:
    """Name the danger that the last answer gave help lines for; empty when it gave none."""
    last = next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
    return next((topic for line, topic in LINES.items() if f"**{line}**" in last), "")
