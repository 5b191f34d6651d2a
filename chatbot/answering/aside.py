"""Answers that come from no sheet: help lines, a return to the subject, greetings, who is speaking."""

import json
import re
from pathlib import Path
from typing import Any

from chatbot.answering.model import Answer
from chatbot.answering.suggestions import STARTERS
from chatbot.catalogue import fold
from chatbot.question import Question

TEXTS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "data" / "asides.json").read_text(encoding="utf-8"))
ASIDES: dict[str, str] = TEXTS["asides"]
STATUS = {"off_topic": "off_topic", "injection": "off_topic", "insult": "off_topic"}
STATUS |= {"nothing": "clarify", "undecided": "clarify", "general": "not_found", "beyond": "not_found"}
ADULT = re.compile(r"\b(?:vous|mon mari|ma femme|mes enfants|mon fils|ma fille|mon patron|mon employeur|mon eleve)\b")


def support_answer(question: Question) -> Answer:
    """Help lines first, warm and short, no career talk; 'tu' unless an adult writes."""
    texts = TEXTS[{"other": "other", "still": "still"}.get(question.about, "support")]
    words = TEXTS["vous" if ADULT.search(fold(question.message)) else "tu"]
    text = texts[question.topic].format_map(words)
    if question.english:
        lines = ", ".join(dict.fromkeys(re.findall(r"\*\*(3\d{3}|119)\*\*", text)))
        text += TEXTS["english"].format(lines=lines)
    return Answer(text, "support")


def aside_answer(question: Question) -> Answer:
    """A courteous return to orientation."""
    text = ASIDES[question.intent].format_map(TEXTS["tu" if question.tu else "vous"])
    return Answer(text, STATUS.get(question.intent, "answered"), suggestions=STARTERS)
