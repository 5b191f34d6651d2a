"""Questions and a chatbot in; the fitted weights of which sheet is meant and of which sentences answer out.

Both lean on the ranker's weights: fit those first (`chatbot.evaluation.fitting`).
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from chatbot.answering import Chatbot, Turn
from chatbot.evaluation.fitting import FOLDS, ask_names
from chatbot.evaluation.scoring import Case, mentions
from chatbot.evidence import FEATURES as EVIDENCE_FEATURES
from chatbot.question.resolver import FEATURES as RESOLVER_FEATURES
from chatbot.retrieval import Floats, Lesson, fit_weights
from chatbot.sheets import FORMATION, METIER

OTHERS = ("explore", "compare", "ambiguous")  # these ask for no one sheet
NAMES = 0.1  # what a lesson of a bare name counts beside a real question
RESOLVER_RIDGE, EVIDENCE_RIDGE = 0.02, 0.05
START: Floats = np.array([name == "ranked" for name in RESOLVER_FEATURES], np.float32)
MOST_SENTENCES = 6  # a fact that stands in more of them tells nothing
SPREAD, MIDDLE = 0.14, 0.34  # of the thresholds' scale: some 0.3 for any sentence, 1 and more for one that answers


def teach_meaning(cases: Iterable[Case], chatbot: Chatbot) -> list[Lesson]:
    """Make a lesson of each question of one turn with a right sheet: the ranked sheets, and those it means."""
    return [
        _lesson(chatbot, case.turns[0], _right_sheets(case, chatbot), 1.0)
        for case in cases
        if case.expect == "answer" and case.type not in OTHERS and len(case.turns) == 1
    ]


def teach_names(chatbot: Chatbot) -> list[Lesson]:
    """Make lessons of titles and aliases put into plain questions."""
    asked = ask_names(chatbot.catalogue, random.Random(0))  # nosec B311 # the same draw each time, no secret
    return [_lesson(chatbot, case.question, case.right, NAMES) for case in asked]


def _right_sheets(case: Case, chatbot: Chatbot) -> frozenset[str]:
    """Give the sheets that an answer should be about: the métier, where formations are only to be listed."""
    right = frozenset(case.gold_ids or case.any_of_ids)
    kind = FORMATION if case.type == "reverse" else METIER
    return frozenset(i for i in right if i in chatbot.catalogue and chatbot.catalogue[i].kind == kind) or right


def _lesson(chatbot: Chatbot, message: str, right: frozenset[str], weight: float) -> Lesson:
    case = chatbot.understanding.read(message)
    case = replace(case, hits=sorted(case.hits, key=lambda hit: hit.sheet_id))
    features = chatbot.understanding.resolver.measure(case)
    return Lesson(features, np.array([hit.sheet_id in right for hit in case.hits], bool), weight)


def fit_meaning(lessons: Sequence[Lesson]) -> Floats:
    """Fit the weights of the resolver, pulled towards the ranker's order."""
    return fit_weights(lessons, ridge=RESOLVER_RIDGE, start=START)


def share_meant(lessons: Sequence[Lesson], weights: Floats) -> float:
    """Give the share of the lessons whose best sheet is right."""
    return float(np.mean([lesson.right[int(np.argmax(lesson.features @ weights))] for lesson in lessons]))


def cross_validate(lessons: Sequence[Lesson], others: Sequence[Lesson]) -> float:
    """Give the share of the lessons whose best sheet is right by weights fitted on the other folds and `others`."""
    folds = np.random.default_rng(0).permutation(len(lessons)) % FOLDS
    right = 0.0
    for number in range(FOLDS):
        held = [lesson for lesson, fold in zip(lessons, folds, strict=True) if fold == number]
        rest = [lesson for lesson, fold in zip(lessons, folds, strict=True) if fold != number]
        right += len(held) * share_meant(held, fit_meaning([*rest, *others]))
    return right / len(lessons)


def teach_evidence(cases: Iterable[Case], chatbot: Chatbot) -> Iterator[Lesson]:
    """Make a lesson of each fact of a question: the sentences of the right sheet, and those that hold the fact."""
    for case in cases:
        sheet_id = next(iter(case.gold_ids or case.any_of_ids), "")
        if case.expect != "answer" or case.type in OTHERS or sheet_id not in chatbot.catalogue:
            continue
        understood = chatbot.understand(case.turns[-1], _converse(case, chatbot))
        sheet, asked = chatbot.catalogue[sheet_id], understood.asked
        passages = chatbot.evidence.passages_of(sheet)
        for fact in case.must_mention:
            right = np.array([mentions(passage.text, fact) for passage in passages], bool)
            if 0 < right.sum() <= MOST_SENTENCES:
                yield Lesson(chatbot.evidence.measure(sheet, asked, understood.needs), right)


def _converse(case: Case, chatbot: Chatbot) -> list[Turn]:
    history: list[Turn] = []
    for message in case.turns[:-1]:
        history += [Turn("user", message), Turn("assistant", chatbot.answer(message, history).text)]
    return history


def fit_evidence(lessons: Sequence[Lesson]) -> Floats:
    """Fit the weights of sentences, on the scale that the thresholds of answers are set for."""
    weights = fit_weights(lessons, ridge=EVIDENCE_RIDGE) * SPREAD
    constant = EVIDENCE_FEATURES.index("constant")
    weights[constant] = 0.0
    middle = np.mean(np.concatenate([lesson.features for lesson in lessons]) @ weights)
    weights[constant] = MIDDLE - middle
    return weights
