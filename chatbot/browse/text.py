"""A ladder in; the same said in words, as Markdown whose every line carries its sheet's ID, out."""

from collections.abc import Iterator

from chatbot.answering.wording import capital, end_sentence, plain
from chatbot.browse.model import Parcours, Step
from chatbot.sheets import METIER

DURATION_NOTE = (
    "La durée est celle de la formation elle-même, et le niveau celui qu'elle donne à la sortie : "
    "un master dure 2 ans et mène à bac + 5."
)


def describe_parcours(parcours: Parcours) -> str:
    """Say a ladder in words, lowest rung first; every step is there, with level, duration and ID."""
    return "\n".join(_lines(parcours))


def headline_of(parcours: Parcours) -> str:
    """Say what a ladder shows."""
    return f"Parcours vers le métier : {parcours.name}" if parcours.kind == METIER else f"Après : {parcours.name}"


def detail_of(parcours: Parcours) -> str:
    """Say the level of the sheet itself, and the duration of a formation."""
    if parcours.kind == METIER:
        return f"niveau d'accès minimum : {parcours.level or 'non précisé'}"
    return _formation(parcours.duration, parcours.level)


def detail_of_step(step: Step) -> str:
    """Say the level and the duration of a step, each under its name."""
    if not step.loaded:
        return "fiche non chargée ici"
    if step.kind == METIER:
        return f"niveau d'accès : {step.level or 'non précisé'}"
    return _formation(step.duration, step.level)


def _formation(duration: str, level: str) -> str:
    level = level if level.startswith("niveau") else f"niveau : {level or 'non précisé'}"
    return f"durée : {duration or 'non précisée'}, {level}"


def _lines(parcours: Parcours) -> Iterator[str]:
    yield f"**{plain(headline_of(parcours))}** ({plain(detail_of(parcours))}) [{parcours.sheet_id}]"
    yield ""
    if not parcours.count:
        what = "de formation recommandée" if parcours.kind == METIER else "de métier"
        yield f"La fiche ne cite pas {what} [{parcours.sheet_id}]."
    for stage in parcours.stages:
        mark = " (niveau du métier)" if parcours.kind == METIER else " (niveau de la formation)"
        if stage.steps or stage.target:
            yield f"- **{capital(stage.rung.label)}**{mark if stage.target else ''}{' :' if stage.steps else ''}"
        yield from map(_step_line, stage.steps)
    if parcours.apart:
        yield "- **Niveau non précisé** :"
        yield from map(_step_line, parcours.apart)
    if parcours.kind == METIER and parcours.count:
        yield f"\n*{DURATION_NOTE}*"
    for excerpt in parcours.excerpts:
        where = " : ".join(part for part in (excerpt.section, end_sentence(excerpt.subheading)) if part)
        text = plain(excerpt.text.replace("\n- ", " ; ").replace("\n", " ").removeprefix("- "))
        yield f"\n{plain(where)} : « {end_sentence(text)} » [{excerpt.sheet_id}]"


def _step_line(step: Step) -> str:
    cited = step.sheet_id if step.loaded else step.sources[0]
    return f"  - {plain(step.title)}, {plain(detail_of_step(step))} [{cited}]"
