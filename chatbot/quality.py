"""A catalogue comes in; what a maintainer needs of it goes out: counts, absent facts, contradictions, shared names."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pydantic import TypeAdapter

from chatbot.catalogue import Catalogue, fold
from chatbot.sheets import CERTIFICATION_RANKS, FORMATION, METIER, Sheet, levels_in, study_years

LADDER = re.compile(r"CAP ou équivalent|bac(?: ou équivalent| \+ [2-8])?", re.IGNORECASE)
NO_DIPLOMA, HIGHEST = -4.0, 9.0  # "bac + 9 et plus" and "bac + 11" are the same
# A mention complémentaire is a niveau 4 and a bac + 1, a mastère spécialisé a niveau 7 and a bac + 6: no contradiction.
CERTIFICATION_MARGIN = 1.0
MOST_NAMED = 10  # a formation sheet of the source names ten métiers at most, so an eleventh is no disagreement
SHOWN = 5  # findings of a kind in the text; JSON holds all
# "La formation dure deux ans", "se prépare en 3 ans": what a text gives as the duration of the whole.
WHOLE = re.compile(
    r"(?:\bdure(?:nt)?|d'une durée de|se déroule(?:nt)? (?:en|sur)|s'étale(?:nt)? sur|se prépare(?:nt)? en)"
    r"\s([^.;:,\n]{2,14})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LevelConflict:
    """The lowest level that a text tells, where it is not that of the field."""

    told: str
    field_is_higher: bool


@dataclass(frozen=True, slots=True)
class Absence:
    """The sheets of one kind that don't give one fact."""

    kind: str
    fact: str
    sheet_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at in one sheet, or between several."""

    kind: str
    sheet_ids: tuple[str, ...]
    detail: str


@dataclass(frozen=True, slots=True)
class Quality:
    """The whole report."""

    counts: dict[str, int]
    absences: tuple[Absence, ...]
    findings: tuple[Finding, ...]


JSON = TypeAdapter(Quality)


def _has_section(heading: str) -> Callable[[Sheet], object]:
    return lambda sheet: sheet.sections_under(heading)


# A fact, and what gives it; those of a formation's own sheet aren't asked of a record of the referential.
METIER_FACTS: tuple[tuple[str, Callable[[Sheet], object]], ...] = (
    ("Niveau d'accès minimum", lambda sheet: sheet.niveau),
    ("Salaire", lambda sheet: sheet.salaire),
    ("Formations recommandées", lambda sheet: sheet.formations),
    ("Statuts possibles", lambda sheet: sheet.statuts),
    ("Centres d'intérêt", lambda sheet: sheet.interets),
    ("Codes ROME", lambda sheet: sheet.romes),
    ("Domaines", lambda sheet: sheet.domaines),
    *((name, _has_section(name)) for name in ("Présentation", "Durée des études", "Nature du travail")),
    *((name, _has_section(name)) for name in ("Compétences requises", "Conditions de travail")),
    *((name, _has_section(name)) for name in ("Intégrer le marché du travail", "Accès au métier")),
)
FORMATION_FACTS: tuple[tuple[str, Callable[[Sheet], object]], ...] = (
    ("Durée", lambda sheet: sheet.duree),
    ("Type", lambda sheet: sheet.type),
    ("Niveau de certification", lambda sheet: sheet.certification),
    ("Niveau de sortie indicatif", lambda sheet: sheet.niveau),
    ("Code RNCP", lambda sheet: sheet.code_rncp),
    ("Domaines", lambda sheet: sheet.domaines),
)
DETAILED_FACTS: tuple[tuple[str, Callable[[Sheet], object]], ...] = (
    *((name, _has_section(name)) for name in ("Description", "Accès", "Attendus", "Poursuite d'études")),
    ("Métiers associés", lambda sheet: sheet.metiers),
)


def inspect_catalogue(catalogue: Catalogue) -> Quality:
    """Inspect every sheet and every link."""
    metiers, formations = list(catalogue.of_kind(METIER)), list(catalogue.of_kind(FORMATION))
    detailed = [sheet for sheet in formations if sheet.detailed]
    counts = {
        "métiers": len(metiers),
        "formations": len(formations),
        "formations with a sheet of their own": len(detailed),
        "formations of the referential only": len(formations) - len(detailed),
        "links from métiers to formations": sum(len(sheet.formations) for sheet in metiers),
        "formations that métiers name": len({link.sheet_id for sheet in metiers for link in sheet.formations}),
        "names": sum(len(sheet.names) for sheet in catalogue.values()),
        "salaries without a figure": sum(bool(s.salaire and not s.salaire.amounts) for s in metiers),
    }
    absences = [
        *_find_absences(METIER, metiers, METIER_FACTS),
        *_find_absences(FORMATION, formations, FORMATION_FACTS),
        *_find_absences("formation with a sheet of its own", detailed, DETAILED_FACTS),
    ]
    findings = [
        *_find_dangling(catalogue),
        *(finding for sheet in metiers for finding in _compare_metier(sheet, catalogue)),
        *(finding for sheet in formations for finding in _compare_formation(sheet)),
        *_find_one_way_links(catalogue),
        *_find_shared_names(metiers),
        *_find_shared_sigles(formations),
        *_find_odd_levels(catalogue.values()),
    ]
    return Quality(counts, tuple(absences), tuple(findings))


def render_quality(quality: Quality, shown: int = SHOWN) -> str:
    """Write the report as text."""
    lines = [f"{count:>7,}  {name}" for name, count in quality.counts.items()]
    lines += ["", "Absent facts"]
    lines += [f"{len(a.sheet_ids):>7,}  {a.kind}: {a.fact}" for a in quality.absences]
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in quality.findings:
        groups[finding.kind].append(finding)
    for kind, findings in groups.items():
        lines += ["", f"{kind}: {len(findings):,}"]
        lines += [f"  {' '.join(f.sheet_ids[:6])}{' …' * (len(f.sheet_ids) > 6)}: {f.detail}" for f in findings[:shown]]
        lines += [f"  … and {len(findings) - shown:,} more"] if len(findings) > shown else []
    return "\n".join(lines)


def dump_quality(quality: Quality) -> bytes:
    """Write the report as JSON, with every sheet ID."""
    return JSON.dump_json(quality, indent=2)


def find_level_conflict(sheet: Sheet) -> LevelConflict | None:
    """Tell whether the text of the access to a métier starts at another level than its field says.

    It does when it asks for no diploma, or when the lowest of the levels that head its parts is another.
    """
    if sheet.niveau is None or sheet.niveau.rank is None:
        return None
    rank = min(sheet.niveau.rank, HIGHEST)
    passages = sheet.sections_under("Accès au métier", "Durée des études")
    told = [level for p in passages for level in levels_in(p.text) if level.rank == NO_DIPLOMA]
    if not told or rank == NO_DIPLOMA:
        headings = [p.subheading for p in passages if fold(p.subheading).startswith("niveau")]
        told = [level for heading in headings for level in levels_in(heading) if level.rank is not None]
    lowest = min(told, key=lambda level: level.rank or 0.0, default=None)
    if lowest is None or lowest.rank is None or min(lowest.rank, HIGHEST) == rank:
        return None
    return LevelConflict(lowest.text, rank > lowest.rank)


def _find_absences(
    kind: str, sheets: list[Sheet], facts: Iterable[tuple[str, Callable[[Sheet], object]]]
) -> Iterator[Absence]:
    for fact, read in facts:
        without = tuple(sheet.sheet_id for sheet in sheets if not read(sheet))
        if without:
            yield Absence(kind, fact, without)


def _find_dangling(catalogue: Catalogue) -> Iterator[Finding]:
    naming: dict[str, list[str]] = defaultdict(list)
    for sheet in catalogue.values():
        for link in sheet.formations:
            if link.sheet_id not in catalogue:
                naming[link.sheet_id].append(sheet.sheet_id)
        for title in sheet.metiers:
            if catalogue.metier_titled(title) is None:
                yield Finding("métier named that has no sheet", (sheet.sheet_id,), title)
    for sheet_id, sheets in naming.items():
        title = catalogue.title_of(sheet_id) or ""
        yield Finding("ID without a sheet", (sheet_id,), f"{title}, named by {' '.join(sheets)}")


def _compare_metier(sheet: Sheet, catalogue: Catalogue) -> Iterator[Finding]:
    if sheet.niveau and (conflict := find_level_conflict(sheet)):
        kind = "level higher than the text's" if conflict.field_is_higher else "level lower than the text's"
        yield Finding(kind, (sheet.sheet_id,), f"'{sheet.niveau.text}', the text says '{conflict.told}'")
    for link in sheet.formations:
        formation = catalogue.get(link.sheet_id)
        if formation and fold(formation.title) != fold(link.title):
            detail = f"'{link.title}' in the one, '{formation.title}' in the other"
            yield Finding("title between sheets", (sheet.sheet_id, link.sheet_id), detail)
    if len(sheet.formations) == 1 and (formation := catalogue.get(sheet.formations[0].sheet_id)):
        told, own = study_years(sheet.text_of("Durée des études")), study_years(formation.duree)
        if told and own and not any(a.years <= b.most and b.years <= a.most for a in told for b in own):
            detail = f"'{told[0].text}' in the one, '{formation.duree}' in the other"
            yield Finding("duration between sheets", (sheet.sheet_id, formation.sheet_id), detail)


def _compare_formation(sheet: Sheet) -> Iterator[Finding]:
    rank = CERTIFICATION_RANKS.get(sheet.certification)
    above = sheet.niveau.rank - rank if rank is not None and sheet.niveau and sheet.niveau.rank is not None else 0.0
    if sheet.niveau and not 0 <= above <= CERTIFICATION_MARGIN:
        detail = f"'{sheet.certification}' and '{sheet.niveau.text}'"
        yield Finding("certification against exit level", (sheet.sheet_id,), detail)
    own = study_years(sheet.duree)
    told = [
        duration
        for words in WHOLE.findall("\n".join(part.text for part in sheet.sections_under("Description", "Accès")))
        for duration in study_years(words)
    ]
    if own and told and not any(a.years <= b.most and b.years <= a.most for a in told for b in own):
        yield Finding("duration against text", (sheet.sheet_id,), f"'{sheet.duree}', the text says '{told[0].text}'")


def _find_one_way_links(catalogue: Catalogue) -> Iterator[Finding]:
    for metier in catalogue.of_kind(METIER):
        for link in metier.formations:
            formation = catalogue.get(link.sheet_id)
            if formation is None or not formation.detailed or len(formation.metiers) >= MOST_NAMED:
                continue
            if link.sheet_id not in catalogue.formations_naming(metier.sheet_id):
                yield Finding("link one way only", (metier.sheet_id, link.sheet_id), "the formation does not name it")
        named = {link.sheet_id for link in metier.formations}
        for formation_id in catalogue.formations_naming(metier.sheet_id):
            if formation_id not in named:
                yield Finding("link one way only", (formation_id, metier.sheet_id), "the métier does not name it")


def _find_shared_names(metiers: Iterable[Sheet]) -> Iterator[Finding]:
    bearers: dict[str, dict[str, str]] = defaultdict(dict)
    for sheet in metiers:
        for name in sheet.names:
            for form in name.forms:
                bearers[fold(form)].setdefault(sheet.sheet_id, form)
    shared: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for names in bearers.values():
        if len(names) > 1:
            shared[tuple(names)].append(next(iter(names.values())))
    for sheet_ids, forms in shared.items():
        yield Finding("name of several métiers", sheet_ids, ", ".join(forms))


def _find_shared_sigles(formations: Iterable[Sheet]) -> Iterator[Finding]:
    bearers: dict[str, list[str]] = defaultdict(list)
    for sheet in formations:
        if sheet.sigle:
            bearers[sheet.sigle].append(sheet.sheet_id)
    for sigle, sheet_ids in bearers.items():
        if len(sheet_ids) > 1:
            yield Finding("sigle of several formations", tuple(sheet_ids), sigle)


def _find_odd_levels(sheets: Iterable[Sheet]) -> Iterator[Finding]:
    bearers: dict[str, list[str]] = defaultdict(list)
    for sheet in sheets:
        if sheet.niveau and not LADDER.fullmatch(sheet.niveau.text):
            bearers[sheet.niveau.text].append(sheet.sheet_id)
    for text, sheet_ids in bearers.items():
        yield Finding("level off the ladder", tuple(sheet_ids), f"'{text}' ({len(sheet_ids):,} sheets)")
