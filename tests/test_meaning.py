"""The weights of which sheet is meant and which sentences answer, fitted on questions."""

from dataclasses import replace

import numpy as np

from chatbot.answering import Chatbot
from chatbot.evaluation import meaning
from chatbot.evaluation.scoring import Case
from chatbot.evidence import FEATURES as EVIDENCE_FEATURES
from chatbot.question.resolver import FEATURES
from tests.small_world import TAMER, WIND_MASTER

PAY = Case("1", "salary", ("combien gagne un dresseur de puces ?",), "answer", (TAMER,), must_mention=(("euros",),))
AFTER = Case("2", "reverse", ("quels métiers après le master mesure du vent ?",), "answer", (WIND_MASTER, TAMER))
IDEAS = Case("3", "explore", ("j'aime les animaux",), "answer", any_of_ids=(TAMER,))


def test_a_question_about_one_sheet_is_a_lesson(bot: Chatbot) -> None:
    pay, after = meaning.teach_meaning([PAY, AFTER, IDEAS], bot)
    assert pay.features.shape[1] == len(FEATURES)
    assert pay.right.sum() == after.right.sum() == 1


def test_fitted_weights_find_what_they_were_fitted_on(bot: Chatbot) -> None:
    lessons = meaning.teach_meaning([PAY, AFTER], bot)
    assert meaning.share_meant(lessons, meaning.fit_meaning(lessons)) == 1.0
    wrong = [replace(lesson, right=~lesson.right) for lesson in lessons]
    assert meaning.share_meant(wrong, meaning.fit_meaning(lessons)) == 0.0


def test_the_sentences_that_hold_a_fact_are_right(bot: Chatbot) -> None:
    [lesson] = meaning.teach_evidence([PAY, IDEAS], bot)
    assert lesson.features.shape[1] == len(EVIDENCE_FEATURES)
    weights = meaning.fit_evidence([lesson])
    assert lesson.right[int(np.argmax(lesson.features @ weights))]
