"""Danger in a message, said plainly or between the lines: what kind of help lines it calls for."""

import json
import re
from pathlib import Path

from chatbot.catalogue import fold

DATA = Path(__file__).parent.parent / "data" / "danger.json"
LABELS = {"distress": "suicide", "violence": "violence", "bullying": "bullying"}
SURE = 0.6  # of the learned labels, in a message that asks nothing of a sheet
_PATTERNS: dict[str, list[str]] = json.loads(DATA.read_text(encoding="utf-8"))
PATTERNS = {topic: re.compile("|".join(f"(?:{p})" for p in patterns)) for topic, patterns in _PATTERNS.items()}


def find_danger(message: str, scores: dict[str, float], asks: bool) -> str:
    """Name the danger ("suicide", "violence", "bullying", "couple") that a message tells of; empty when none.

    Plain words of danger count in any message; what is only learned counts where nothing is asked of a sheet (`asks`).
    """
    text = fold(message)
    if PATTERNS["harmless"].search(text):
        return ""
    for topic in ("suicide", "couple", "violence", "bullying"):
        if PATTERNS[topic].search(text):
            return topic
    label = max(LABELS, key=lambda name: scores.get(name, 0.0))
    others = max((score for name, score in scores.items() if name not in LABELS), default=0.0)
    return LABELS[label] if not asks and scores.get(label, 0.0) >= max(SURE, others) else ""
