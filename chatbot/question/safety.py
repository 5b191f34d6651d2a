"""Danger in a message, said plainly or between the lines: what kind of help lines it calls for."""

import json
import re
from pathlib import Path

from chatbot.catalogue import fold

DATA = Path(__file__).parent.parent / "data" / "danger.json"
LABELS = {"distress": "suicide", "violence": "violence", "bullying": "bullying"}
SURE = 0.7
_PATTERNS: dict[str, list[str]] = json.loads(DATA.read_text(encoding="utf-8"))
PATTERNS = {topic: re.compile("|".join(f"(?:{p})" for p in patterns)) for topic, patterns in _PATTERNS.items()}


def find_danger(message: str, scores: dict[str, float]) -> str:
    """Name the danger ("suicide", "violence", "bullying", "couple") that a message tells of; empty when none."""
    text = fold(message)
    harmless = PATTERNS["harmless"].search(text)
    for topic in ("suicide", "couple", "violence", "bullying"):
        if PATTERNS[topic].search(text) and not harmless:
            return topic
    label = max(LABELS, key=lambda name: scores.get(name, 0.0))
    others = max((score for name, score in scores.items() if name not in LABELS), default=0.0)
    if scores.get(label, 0.0) >= SURE and others < SURE and not harmless:
        return LABELS[label]
    return ""
