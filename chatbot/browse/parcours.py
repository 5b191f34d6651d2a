"""A sheet in; its ladder out: the formations towards a métier, or the métiers after a formation, by level."""

from collections import defaultdict
from collections.abc import Iterable

from chatbot.answering.passages import find_waiver
from chatbot.answering.wording import level_of, name_of, short_name_of
from chatbot.browse.levels import BACKBONE, RUNGS, START, UNSAID, rung_of
from chatbot.browse.model import Excerpt, Parcours, Rung, Stage, Step
from chatbot.catalogue import Catalogue, fold
from chatbot.evidence import split_passages
from chatbot.sheets import FORMATION, METIER, Sheet


def climb(catalogue: Catalogue, sheet: Sheet) -> Parcours:
    """Build the ladder of a sheet."""
    found = _formations(catalogue, sheet) if sheet.kind == METIER else _metiers(catalogue, sheet)
    steps: dict[Rung, list[Step]] = defaultdict(list)
    for rung, step in found:
        steps[rung].append(step)
    apart = tuple(steps.pop(UNSAID, ()))
    target = rung_of(sheet)
    return Parcours(
        sheet_id=sheet.sheet_id,
        kind=sheet.kind,
        title=sheet.title,
        name=name_of(sheet),
        level=level_of(sheet),
        duration=sheet.duree,
        stages=tuple(_stages(steps, target)),
        apart=apart,
        excerpts=_studies(sheet) if sheet.kind == METIER else _excerpts(sheet, "Poursuite d'études"),
    )


def _stages(steps: dict[Rung, list[Step]], target: Rung) -> Iterable[Stage]:
    """Give the rungs from the 3e to the highest that anything stands on, those off the backbone only if used."""
    used = {*steps, target} - {UNSAID} or {START}
    top = max(rung.rank for rung in used if rung.rank is not None)
    for rung in RUNGS:
        if rung.rank is not None and rung.rank <= top and (rung.key in BACKBONE or rung in used):
            yield Stage(rung, tuple(steps.get(rung, ())), rung == target)


def _formations(catalogue: Catalogue, metier: Sheet) -> Iterable[tuple[Rung, Step]]:
    for link in metier.formations:
        sheet = catalogue.get(link.sheet_id)
        if sheet is None:
            yield UNSAID, Step(link.sheet_id, FORMATION, link.title, "", "", False, (metier.sheet_id,))
        else:
            yield rung_of(sheet), _step(sheet, sheet.title, (metier.sheet_id,))


def _metiers(catalogue: Catalogue, formation: Sheet) -> Iterable[tuple[Rung, Step]]:
    named = {catalogue.metier_titled(title) for title in formation.metiers}
    metiers = [catalogue[metier_id] for metier_id in catalogue.metiers_of(formation.sheet_id)]
    for metier in sorted(metiers, key=lambda sheet: fold(sheet.title)):
        recommended = any(link.sheet_id == formation.sheet_id for link in metier.formations)
        sources = (formation.sheet_id,) * (metier.sheet_id in named) + (metier.sheet_id,) * recommended
        yield rung_of(metier), _step(metier, short_name_of(metier), sources)


def _step(sheet: Sheet, title: str, sources: tuple[str, ...]) -> Step:
    return Step(sheet.sheet_id, sheet.kind, title, level_of(sheet), sheet.duree, True, sources)


def _studies(metier: Sheet) -> tuple[Excerpt, ...]:
    """Give what a métier says of its studies, and a sentence that waives the diploma of its level field."""
    excerpts = _excerpts(metier, "Durée des études")
    waiver = find_waiver(metier, split_passages(metier))
    if waiver is not None:
        excerpts += (Excerpt(metier.sheet_id, waiver.heading, waiver.subheading, waiver.text),)
    return excerpts


def _excerpts(sheet: Sheet, heading: str) -> tuple[Excerpt, ...]:
    sections = sheet.sections_under(heading)
    return tuple(Excerpt(sheet.sheet_id, heading, part.subheading, part.text) for part in sections if part.text)
