"""A catalogue and a chatbot in; every answer on the plain facts of a sheet that does not give just these facts, out.

Each need of each sheet is asked by its title, and by an alias where it has one that no other sheet bears.
"""

import random
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from chatbot.answering import Answer, Chatbot
from chatbot.catalogue import Catalogue
from chatbot.evaluation import Case, Fault, find_faults
from chatbot.evaluation.scoring import split_tokens
from chatbot.evidence import split_sentences
from chatbot.naming.words import content_keys
from chatbot.sheets import FORMATION, METIER, Sheet

TITLE, ALIAS = "title", "alias"
SEED = 2026
# What an answer says of a fact that its sheet does not give.
ABSENT = ("n'indique pas", "ne donne pas", "ne cite pas", "ne parle pas", "n'a pas de rubrique", "ne détaille pas")
SHORT_TYPE = re.compile(r"\(([A-Za-z]\w+)\)$")  # "brevet de technicien supérieur (BTS)"
QUOTED_WORDS = 8  # as many words of a sentence, in a row, show that it is quoted
LEAST_FORMATIONS = 3
QUESTIONS = {
    METIER: {
        "niveau": ("Quel niveau d'études faut-il pour devenir {} ?", "{} : quel niveau minimum ?"),
        "formations": ("Quelles formations pour devenir {} ?", "{} : quels diplômes ?"),
        "salaire": ("Combien gagne un débutant comme {} ?", "{} : quel salaire ?"),
        "statut": ("Quels sont les statuts possibles pour {} ?", "{} : salarié ou indépendant ?"),
        "accès": ("Comment devenir {} ?", "{} : comment accéder au métier ?"),
    },
    FORMATION: {
        "durée": ("Combien de temps dure la formation {} ?", "{} : quelle durée ?"),
        "niveau": ("Quel est le niveau de sortie de la formation {} ?", "{} : quel niveau de certification ?"),
        "type": ("Quel type de diplôme est la formation {} ?", "{} : c'est quel type de diplôme ?"),
        "poursuite": ("Quelles poursuites d'études après la formation {} ?", "{} : quelles poursuites d'études ?"),
    },
}


@dataclass(frozen=True, slots=True)
class Probe:
    """One question on one fact of the first of `sheets`; the others bear the same name, or one that opens with it."""

    sheets: tuple[Sheet, ...]
    need: str
    naming: str
    question: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A probe, its answer and what is wrong with it: nothing when the facts are there, and these alone."""

    probe: Probe
    answer: Answer
    faults: tuple[Fault, ...]


def list_probes(catalogue: Catalogue) -> list[Probe]:
    """Give every question of the audit: one wording for each need and name, the wordings in turn."""
    bearers = _Bearers(catalogue)
    probes = []
    for place, sheet in enumerate(sheet for sheet in catalogue.values() if sheet.detailed):
        title = _form(sheet, place)
        asked = [(TITLE, title, bearers.of_title(title, sheet))]
        asked += [(ALIAS, alias, bearers.opening_with(alias, sheet)) for alias in bearers.own_aliases(sheet, place)[:1]]
        for turn, (naming, name, others) in enumerate(asked):
            wording = 0 if bearers.is_metier_too(name, sheet) else (place + turn) % 2
            for need, wordings in QUESTIONS[sheet.kind].items():
                question = wordings[wording].format(name).replace("formation formation", "formation")
                probes.append(Probe((sheet, *others), need, naming, question))
    return probes


def draw_sample(probes: Sequence[Probe], count: int) -> list[Probe]:
    """Draw a sample, always the same one of the same probes."""
    return random.Random(SEED).sample(probes, min(count, len(probes)))  # nosec B311 # the same draw each time, no secret


def audit(
    probes: Iterable[Probe], chatbot: Chatbot, texts: Mapping[str, str], report: Callable[[int], None] | None = None
) -> list[Verdict]:
    """Ask every probe; `texts` as `find_faults` wants them; `report` hears of every thousandth."""
    verdicts = []
    for count, probe in enumerate(probes, 1):
        answer = chatbot.answer(probe.question)
        verdicts.append(Verdict(probe, answer, tuple(judge(probe, answer, texts))))
        if report is not None and count % 1_000 == 0:
            report(count)
    return verdicts


def judge(probe: Probe, answer: Answer, texts: Mapping[str, str]) -> Sequence[Fault]:
    """Compare an answer with the facts of the sheet.

    Where other sheets bear the name, it may ask which is meant, or answer for another, if it mentions the sheet.
    """
    asked, *others = probe.sheets
    mentioned = any(citation.sheet_id == asked.sheet_id for citation in answer.citations)
    if others and mentioned and answer.status == "clarify":
        return ()
    possible = (asked, *others) if mentioned else (asked,)
    return min((list(_find_faults(sheet, probe, answer, texts)) for sheet in possible), key=len)


def _find_faults(sheet: Sheet, probe: Probe, answer: Answer, texts: Mapping[str, str]) -> Iterator[Fault]:
    facts = expected_facts(sheet, probe.need)
    unsaid = ABSENT in facts or (probe.need == "salaire" and sheet.salaire and not sheet.salaire.amounts)
    case = Case("", "audit", (probe.question,), "answer", (sheet.sheet_id,), (), facts)
    for fault in find_faults(case, answer, texts):
        if fault.kind != "too many sheets" and not (unsaid and answer.status == "not_found" and fault.kind == "status"):
            yield fault
    if probe.need == "formations" and sheet.formations:
        yield from _formation_faults(sheet, answer)


def _formation_faults(sheet: Sheet, answer: Answer) -> Iterator[Fault]:
    cited = {citation.sheet_id for citation in answer.citations}
    named = {link.sheet_id for link in sheet.formations}
    others = sorted({citation.sheet_id for citation in answer.citations if citation.kind == FORMATION} - named)
    if others:
        yield Fault("formation of another sheet", " ".join(others))
    listed = sum(link.sheet_id in cited or link.title in answer.text for link in sheet.formations)
    if listed < min(LEAST_FORMATIONS, len(sheet.formations)):
        yield Fault("formations missing", f"{listed} of {len(sheet.formations)}")


def expected_facts(sheet: Sheet, need: str) -> tuple[tuple[str, ...], ...]:
    """Give what an answer has to hold, as variants of each fact; `ABSENT` where the sheet says nothing of the need."""
    level = [(sheet.niveau.text,)] if sheet.niveau else []
    if need == "formations":
        return () if sheet.formations else (ABSENT,)
    if need == "accès":
        quoted = _openings(sheet.text_of("Accès au métier")) or _openings(sheet.text_of("Durée des études"))
        facts = [*level, *([quoted] if quoted else [])]
    elif need == "poursuite":
        quoted = _openings(sheet.text_of("Poursuite d'études"))
        facts = [quoted] if quoted else []
    elif need == "salaire":
        figures = [word for word in split_tokens(sheet.salaire.text) if word[0].isdigit()] if sheet.salaire else []
        facts = [(figure,) for figure in figures] or ([_openings(sheet.salaire.text)] if sheet.salaire else [])
    elif need == "statut":
        facts = [(statut,) for statut in sheet.statuts]
    elif need == "niveau":
        facts = [*([(sheet.certification,)] if sheet.certification else []), *level]
    else:
        fact = sheet.duree if need == "durée" else sheet.type
        facts = [(fact,)] if fact else []
    return tuple(facts) or (ABSENT,)


def _openings(text: str) -> tuple[str, ...]:
    """Give the first words of each sentence of a text."""
    sentences = (sentence.split()[:QUOTED_WORDS] for line in text.split("\n") for sentence in split_sentences(line))
    return tuple(" ".join(words) for words in sentences if words)


def _form(sheet: Sheet, place: int) -> str:
    """Give the title of a formation; of a métier, its masculine and its feminine in turn."""
    forms = [form for form in (sheet.names[0].masculine, sheet.names[0].feminine) if form]
    return forms[place % len(forms)] if forms and sheet.kind == METIER else sheet.title


class _Bearers:
    """Which sheets bear a name, however inflected: as their title, or as any of their names."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._sheets: dict[str, dict[str, Sheet]] = defaultdict(dict)
        self._titled: dict[str, dict[str, Sheet]] = defaultdict(dict)
        for sheet in catalogue.values():
            for rank, name in enumerate(sheet.names):
                for form in name.forms:
                    self._sheets[_key(form)][sheet.sheet_id] = sheet
                    if rank == 0:
                        self._titled[_key(form)][sheet.sheet_id] = sheet
            for form in (sheet.sigle, _diploma_sigle(sheet)) if sheet.sigle else ():
                self._sheets[_key(form)][sheet.sheet_id] = sheet
        self._types = {_key(word) for sheet in catalogue.of_kind(FORMATION) for word in SHORT_TYPE.findall(sheet.type)}
        self._keys = sorted(self._sheets)

    def of_title(self, title: str, sheet: Sheet) -> tuple[Sheet, ...]:
        """Give the other sheets of the same kind with this title."""
        titled = self._titled[_key(title)].values()
        return tuple(other for other in titled if other.kind == sheet.kind and other.sheet_id != sheet.sheet_id)

    def opening_with(self, alias: str, sheet: Sheet) -> tuple[Sheet, ...]:
        """Give the other sheets that have a name which opens with these words."""
        key = _key(alias) + " "
        start = bisect_left(self._keys, key)
        longer = takewhile(lambda other: other.startswith(key), islice(self._keys, start, None))
        found = {i: other for name in longer for i, other in self._sheets[name].items() if i != sheet.sheet_id}
        return tuple(found.values())

    def own_aliases(self, sheet: Sheet, place: int) -> list[str]:
        """Give the names of a sheet, its title aside, that no other sheet bears, gendered forms and aliases in turn."""
        found = [
            form
            for name in sheet.names[1:]
            for form in ((name.feminine, name.masculine) if name.masculine and name.feminine else (name.label,))
            if "/" not in form
        ]
        found += [_diploma_sigle(sheet)] if sheet.sigle else []
        taken = self._types | {_key(form) for form in sheet.names[0].forms}
        own = [form for form in dict.fromkeys(found) if len(self._sheets[_key(form)]) == 1 and _key(form) not in taken]
        return own[place % len(own) :] if own else []

    def is_metier_too(self, name: str, sheet: Sheet) -> bool:
        """Whether a métier bears the name of a formation: then the question has to say which is meant."""
        return sheet.kind == FORMATION and any(other.kind == METIER for other in self._sheets[_key(name)].values())


def _key(name: str) -> str:
    return " ".join(content_keys(name))


def _diploma_sigle(sheet: Sheet) -> str:
    """Write a sigle as people say it: after the word that opens the title where that is the type's ("BTS MCO")."""
    openings = [*SHORT_TYPE.findall(sheet.type), "bac pro"]
    return " ".join([*(word for word in openings if sheet.title.startswith(f"{word} ")), sheet.sigle])


def share_exact(verdicts: Sequence[Verdict]) -> float:
    """Give the share of the probes answered with just the facts."""
    return sum(not verdict.faults for verdict in verdicts) / max(1, len(verdicts))


def render_figures(verdicts: Iterable[Verdict]) -> str:
    """Write a Markdown table of exact answers by kind and need, asked by title and by alias, and the share of all."""
    groups: dict[tuple[str, str], dict[str, list[bool]]] = defaultdict(lambda: {TITLE: [], ALIAS: []})
    for verdict in verdicts:
        probe = verdict.probe
        groups[probe.sheets[0].kind, probe.need][probe.naming].append(not verdict.faults)
    lines = ["| | need | by title | by alias |", "|---|---|---|---|"]
    for (kind, need), marks in groups.items():
        lines.append(f"| {kind} | {need} | {_share(marks[TITLE])} | {_share(marks[ALIAS])} |")
    every = [mark for marks in groups.values() for found in marks.values() for mark in found]
    return "\n".join([*lines, f"exact: {_share(every)}"])


def _share(marks: Sequence[bool]) -> str:
    return f"{sum(marks):,} / {len(marks):,} = {sum(marks) / len(marks):.4f}" if marks else "–"


def render_misses(verdicts: Iterable[Verdict]) -> str:
    """Write every answer that is not exact as Markdown: the question, what was expected, what is wrong, the answer."""
    missed = [verdict for verdict in verdicts if verdict.faults]
    return "\n\n".join([f"# {len(missed)} answers that are not exact", *map(_miss, missed)]) + "\n"


def _miss(verdict: Verdict) -> str:
    probe, answer = verdict.probe, verdict.answer
    sheet = probe.sheets[0]
    facts = "; ".join(
        "said to be absent" if fact is ABSENT else " / ".join(fact[:3]) for fact in expected_facts(sheet, probe.need)
    )
    lines = [
        f"## {probe.question}",
        f"- asked: {probe.need} of {sheet.sheet_id} {sheet.title}, by {probe.naming}",
        f"- expected: {facts or 'formations of ' + sheet.sheet_id}",
        *(f"- {fault.kind}: {fault.detail}" for fault in verdict.faults),
        f"- got ({answer.status}): {' '.join(answer.text.split())}",
    ]
    return "\n".join(lines)
