"""A message and what was read off it in; whether it asks for ideas of métiers rather than about one, out."""

from chatbot.question.case import CERTAIN, CONFIDENT, INTENT_THRESHOLD, NEED_THRESHOLD, PLAUSIBLE, Case
from chatbot.question.ideas import ADVICE, BARE_WISH, LIKES, SEVERAL_METIERS, asks_ideas, tells_taste, without_asking
from chatbot.question.model import NEEDS, Question
from chatbot.question.subjects import Subjects

# Needs that are asked of one métier, against a wish for ideas.
ASKED_OF_ONE = ("diplomes", "missions", "acces", "competences", "niveau", "duree", "salaire", "conditions", "statut")
ASKED = tuple(need for need in NEEDS if need != "interets")  # who tells a taste speaks of interests, asking for none
# Needs that leave no room for ideas; qualities and ways of working may be those of who asks ("doué de ses mains").
SETTLED = ("diplomes", "missions", "acces", "niveau", "duree", "salaire", "statut", "appellations", "rome", "compare")
BARE = 4  # words that only name a taste


def explores(case: Case) -> bool:
    """Whether a message asks for ideas of métiers rather than about one."""
    text, scores = case.text, case.scores
    if scores["explore"] < scores["compare"]:
        return False
    advice = bool(ADVICE.search(text)) and scores["diplomes"] < INTENT_THRESHOLD
    if (SEVERAL_METIERS.search(text) or advice) and scores["explore"] >= NEED_THRESHOLD:
        return True
    refuses = case.refused and not case.asked and case.score_of(ASKED) < NEED_THRESHOLD  # "mais pas vétérinaire"
    named = case.names_a_sheet and not refuses
    if not named and (BARE_WISH.fullmatch(text) or wishes_ideas(case)):
        return True
    asked_of_one = case.score_of(ASKED_OF_ONE)
    wishes = case.question.interests and case.question.levels.said  # "j'aime les animaux, pas de longues études"
    if max(INTENT_THRESHOLD, scores["diplomes"]) <= scores["explore"] and wishes and not named and case.best < CERTAIN:
        return True
    return (
        scores["explore"] >= INTENT_THRESHOLD
        and (asked_of_one < INTENT_THRESHOLD or (asked_of_one < scores["explore"] and case.best < PLAUSIBLE))
        and case.best < CONFIDENT
    )


def wishes_ideas(case: Case) -> bool:
    """Whether a message without a name tells a taste, and either asks for ideas or asks nothing else."""
    question, scores = case.question, case.scores
    tasteful = bool(question.interests or question.settings)
    apart = question.interests or not case.memory.focus  # "et la paye ?" is asked of what is talked about
    if "money" in question.settings and apart and scores["explore"] >= NEED_THRESHOLD and case.best < CERTAIN:
        return True  # "un métier bien payé dans le sport"
    bare = question.interests and len(question.message.split()) <= BARE and not case.memory.focus
    if bare and case.score_of(ASKED) < NEED_THRESHOLD and "?" not in question.message:
        return True
    if case.score_of(SETTLED) >= INTENT_THRESHOLD or not tells_taste(question.message, tasteful):
        return False
    if asks_ideas(question.message):
        return case.best < CERTAIN or scores["explore"] >= INTENT_THRESHOLD
    if "?" in question.message:
        return False
    told = case.score_of(ASKED) < NEED_THRESHOLD > scores["correction"]  # "il aime la mécanique": told, not asked
    if told and tasteful and not question.background and LIKES.search(case.text):
        return True
    bounded = question.levels.said or not (case.memory.focus or question.background)  # "manuel, sans le bac"
    return case.best < CERTAIN and (bool(told and tasteful and bounded) or scores["explore"] >= INTENT_THRESHOLD)


def is_bare(question: Question, subjects: Subjects) -> bool:
    """Whether ideas are asked for and nothing is told to choose them by ("conseille-moi un métier")."""
    told = question.levels.said or question.interests or question.settings or question.avoided
    if question.intent != "explore" or question.followed or told:
        return False
    return not subjects.own_words(without_asking(question.message))
