"""Questions and the everyday layer in; the ranker's weights out. Run: python -m chatbot.evaluation.fitting QUESTIONS…

Most lessons are everyday questions, each asked of an index that has not read it; the others are questions with their
right sheets, and names put into plain questions. Building that index takes some minutes.
"""

import argparse
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from chatbot.catalogue import Catalogue, fold
from chatbot.config import Settings
from chatbot.evaluation.retrieval import Figures, RetrievalCase, rank_of, read_cases
from chatbot.index import Index, build_index, open_index
from chatbot.naming import Names, read_everyday
from chatbot.naming.data import DATA
from chatbot.retrieval import Candidates, Lesson, Retriever, fit_weights, write_weights
from chatbot.retrieval.ranker import WEIGHTS

# What a lesson counts: few real questions, many everyday ones that are less like them.
REAL, EVERYDAY, NAMES = 1.0, 0.05, 0.2
FOLDS = 8
HARDEST = 30  # candidates kept of an everyday lesson
METIER_QUESTIONS = (
    "quel salaire pour {} ?", "{} niveau minimum", "c'est quoi le métier de {}", "comment devenir {} ?", "{}",
    "je veux être {}", "quelles études pour {}", "{} conditions de travail", "les missions d'un {}", "qualités pour {}",
)  # fmt: skip
FORMATION_QUESTIONS = (
    "{} : durée ?", "{} durée niveau", "c'est quoi {}", "comment entrer en {} ?", "que faire après {} ?", "{}",
    "quels métiers avec {}", "poursuite d'études après {}",
)  # fmt: skip
NAMES_ASKED = 750  # of each kind


def hold_out_questions(source: Path, target: Path) -> list[RetrievalCase]:
    """Copy the everyday layer without one question of every métier and of every other formation; give these."""
    held = []
    for path in sorted(source.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for number, row in enumerate(rows):
            if "questions" in row:
                question = row["questions"].pop(number % len(row["questions"]))
            elif number % 2:
                question = row.pop("question")
            else:
                continue
            held.append(RetrievalCase("everyday", question, frozenset({row["id"]})))
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (target / path.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return held


def ask_names(catalogue: Catalogue, chooser: random.Random) -> Iterator[RetrievalCase]:
    """Put titles and aliases into plain questions; right are the sheets with that title, else with that alias."""
    bearers: dict[str, tuple[dict[str, str], dict[str, str]]] = defaultdict(lambda: ({}, {}))
    for sheet in catalogue.values():
        for rank, name in enumerate(sheet.names):
            for form in name.forms if sheet.detailed else ():
                if " / " not in form:
                    bearers[fold(form)][min(rank, 1)][sheet.sheet_id] = form
    left = {"M": NAMES_ASKED, "F": NAMES_ASKED}
    for folded in chooser.sample(sorted(bearers), len(bearers)):
        titled, aliased = bearers[folded]
        right = titled or aliased
        kind = max(right)[0]
        if left[kind]:
            left[kind] -= 1
            question = chooser.choice(METIER_QUESTIONS if kind == "M" else FORMATION_QUESTIONS)
            form = chooser.choice([next(iter(right.values())), folded])
            ids = frozenset(sheet_id for sheet_id in right if sheet_id[0] == kind)
            yield RetrievalCase("name", question.format(form), ids)


def learn(cases: Iterable[RetrievalCase], retriever: Retriever, weight: float, most: int | None) -> list[Lesson]:
    """Make lessons of cases, of their `most` hardest candidates."""
    return [_lesson(retriever.candidates(case.question), case.right, weight, most) for case in cases]


def _lesson(candidates: Candidates, right: frozenset[str], weight: float, most: int | None) -> Lesson:
    is_right = np.array([sheet_id in right for sheet_id in candidates.sheet_ids], bool)
    kept = np.argsort(-candidates.features[:, :5].sum(axis=1), kind="stable")[:most]
    kept = np.union1d(kept, np.flatnonzero(is_right))
    return Lesson(candidates.features[kept], is_right[kept], weight)


def cross_validate(cases: Sequence[RetrievalCase], retriever: Retriever, others: list[Lesson]) -> Figures:
    """Rank each fold of the cases by weights fitted on the other folds and on the other lessons."""
    lessons = learn(cases, retriever, REAL, None)
    folds = np.random.default_rng(0).permutation(len(cases)) % FOLDS
    ranks = []
    for fold_number in range(FOLDS):
        weights = fit_weights([le for le, f in zip(lessons, folds, strict=True) if f != fold_number] + others)
        for place in np.flatnonzero(folds == fold_number).tolist():
            ranks.append(rank_of(retriever.candidates(cases[place].question), weights, cases[place].right))
    return Figures.of(ranks)


def open_retriever(index: Index, everyday: Path) -> Retriever:
    """Wire a retriever whose names come from one copy of the everyday layer; its weights are of no matter here."""
    return Retriever(index, Names(index.catalogue, read_everyday(index.catalogue, everyday)))


def main() -> None:
    """Build the index with held-out questions, fit, cross-validate, write the weights."""
    parser = argparse.ArgumentParser(description="Fit the ranker's weights on questions with their right sheets.")
    parser.add_argument("questions", nargs="+", type=Path, metavar="QUESTIONS", help="files of questions")
    options = parser.parse_args()
    settings = Settings.from_environment()
    with tempfile.TemporaryDirectory() as name:
        everyday, vectorstore = Path(name) / "everyday", Path(name) / "vectorstore"
        everyday.mkdir()
        vectorstore.mkdir()
        held = hold_out_questions(DATA / "everyday", everyday)
        apart = replace(settings, vectorstore=vectorstore, chroma_url="")
        build_index(settings.sheets, apart, everyday_folder=everyday)
        index = open_index(vectorstore, apart)
        others = learn(held, open_retriever(index, everyday), EVERYDAY, HARDEST)
        index.close()
    index = open_index(settings.vectorstore, settings)
    retriever = open_retriever(index, DATA / "everyday")
    drawn = ask_names(index.catalogue, random.Random(0))  # nosec B311 # the same draw each time, no secret
    others += learn(drawn, retriever, NAMES, HARDEST)
    cases = read_cases(options.questions)
    print(f"{len(cases)} questions, {len(others):,} other lessons")
    print("cross-validated:", cross_validate(cases, retriever, others))
    write_weights(fit_weights(learn(cases, retriever, REAL, None) + others))
    print(f"Weights written: {WEIGHTS}")


if __name__ == "__main__":
    main()
