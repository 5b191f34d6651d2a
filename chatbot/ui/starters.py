"""Questions to start with, per audience: those that the loaded sheets can answer."""

import json
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chatbot.ui.rendering import escape

STARTERS = Path(__file__).parent.parent / "data" / "starters.json"
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Audience:
    """Who asks, and questions with the sheets that each needs; more than are shown, best first."""

    key: str
    label: str
    questions: tuple[tuple[str, tuple[str, ...]], ...]


@cache
def read_audiences() -> tuple[Audience, ...]:
    """Read the audiences and their questions."""
    audiences = json.loads(STARTERS.read_text(encoding="utf-8"))
    return tuple(
        Audience(each["key"], each["label"], tuple((q["question"], tuple(q["sheets"])) for q in each["questions"]))
        for each in audiences
    )


def questions_for(audience: Audience, loaded: Container[str]) -> list[str]:
    """Give the first questions whose sheets are all loaded."""
    fitting = [question for question, sheets in audience.questions if all(sheet in loaded for sheet in sheets)]
    return fitting[:SHOWN]


def render_starters(loaded: Container[str]) -> str:
    """Render the welcome: a choice of audience, and its questions as buttons."""
    choices, panels = [], []
    for number, audience in enumerate(read_audiences()):
        checked = "" if number else " checked"
        choices.append(
            f'<input type="radio" name="audience" id="pour-{audience.key}" value="{audience.key}"{checked}>'
            f'<label for="pour-{audience.key}">{escape(audience.label)}</label>'
        )
        questions = "".join(
            f'<li><button type="button" class="starter" data-do="ask">{escape(question)}</button></li>'
            for question in questions_for(audience, loaded)
        )
        hidden = " hidden" if number else ""
        panels.append(f'<ul class="starters" data-audience="{audience.key}"{hidden}>{questions}</ul>')
    return (
        '<h3 class="hello">Bonjour\u00a0! Que voulez-vous savoir\u00a0?</h3>'
        "<p>Un métier, un diplôme, des études\u00a0: posez votre question comme elle vient. Chaque réponse montre "
        "les fiches d'où elle sort.</p>"
        f'<fieldset class="audiences"><legend>Vous êtes…</legend>{"".join(choices)}</fieldset>{"".join(panels)}'
    )
