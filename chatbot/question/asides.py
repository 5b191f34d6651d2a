"""A message and what was read off it in; what it is when it is no question to the sheets, out."""

import re

from chatbot.catalogue import fold
from chatbot.question.case import CERTAIN, CONFIDENT, INTENT_THRESHOLD, PLAUSIBLE, Case
from chatbot.question.exploring import wishes_ideas
from chatbot.question.ideas import LIKES, asks_ideas
from chatbot.question.model import NEEDS

ASIDES = ("greeting", "thanks", "identity", "insult", "discouragement")
PLAINLY = 0.8  # the chance of a discouragement that no sheet found outweighs
UNDECIDED = re.compile(
    r"\b(?:sais|c|ses|sai|c'est|jsp|chais) ?(?:vraiment |toujours |encore )?(?:pas|po) (?:du tout |trop "
    r"|encore )?(?:quoi|koi|ce que|ske|vers quoi|ou aller)\b|\baim\w+ rien\b"
    r"|\brien (?:ne )?(?:me|m'|l') ?(?:plait|interesse|passionne|attire)\w*|\bjsp (?:quoi|koi|ce que)"
    r"|\baucune idee\b|\b(?:je suis|jsuis|chui) (?:completement |totalement |un peu )?perdue?\b|\bpas d'idee"
)
RANKING = re.compile(
    r"\b(?:classement|palmares|meilleure?s? (?:metiers?|ecoles?|formations?|diplomes?|bts|fac|universites?"
    r"|lycees?)|(?:metiers?|boulots?|jobs?|diplomes?) (?:le|les) (?:plus|mieux|moins) \w+|plus beau metier"
    r"|pires? metiers?|metiers? (?:qui \w+ (?:le )?(?:plus|mieux|moins)|d'avenir|en tension))\b"
)
GENERAL = re.compile(
    r"^\W*(?:c'?est quoi|c (?:quoi|koi)|cest quoi|qu'?est[- ]ce que?|definition|explique\w*|comment (?:marche"
    r"|fonctionne|ca marche))[^.!?]{0,25}\b(?:parcoursup|alternance|apprentissage|vae|bourses?|crous|cio|onisep"
    r"|prepas?|l'orientation|stage de 3e|un (?:bts|but|cap|bac pro|master|titre pro)|une (?:licence"
    r"|prepa))\b[ ?!.]*$|\b(?:quand|dates?|delais?|calendrier|voeux)\b[^.!?]{0,25}\bparcoursup\b"
    r"|\b(?:des|une|les|ma) bourses?[ ?!.]*$"
)


def find_aside(case: Case, typed: str) -> str:
    """Name what is not a question to the sheets: off topic, a greeting, undecided…; empty when it is one.

    `typed` is the message as it was written, before it was rewritten to be understood.
    """
    question, aside = case.question, _find_labelled(case)
    if not aside and not question.background and GENERAL.search(fold(typed)):
        return "general"
    if not aside and not case.names_a_sheet and _is_beyond(case):
        return "beyond"
    if aside in ("", "discouragement") and not (question.interests or case.names_a_sheet):
        return "undecided" if UNDECIDED.search(fold(typed)) else aside
    return aside


def _find_labelled(case: Case) -> str:
    """Name the aside that the labels tell of: an injection, off topic, a greeting…; empty when they tell of none."""
    scores, message = case.scores, case.question.message
    label = max(scores, key=lambda name: scores[name])
    if scores["injection"] >= INTENT_THRESHOLD:
        return "injection"
    # "un BP responsable d'entreprise, tu connais ?"
    loosely = case.speaks_of_formation and case.best >= PLAUSIBLE
    named = any(n.is_sure for n in case.named)
    tastes = case.question.interests or LIKES.search(case.text)
    if label == "discouragement" and scores[label] >= PLAINLY and not named and not tastes:
        return label  # "je veux plus aller au lycée" asks for no teacher
    if loosely or named or case.best >= CONFIDENT + 2:
        return ""
    if wishes_ideas(case) and asks_ideas(message):
        return ""
    if scores["off_topic"] >= INTENT_THRESHOLD and label in ("off_topic", "injection", "insult"):
        return "off_topic"
    if label in ASIDES and scores[label] >= INTENT_THRESHOLD:
        asks = case.score_of((*NEEDS, "explore", "compare")) >= INTENT_THRESHOLD
        bounds = case.question.interests or (case.memory.wishes and case.question.levels.said)  # "pas trop d'études"
        return "" if asks or (label == "discouragement" and bounds) else label
    return "" if re.search(r"\w{2}", message) else "off_topic"


def _is_beyond(case: Case) -> bool:
    """Whether a message without a name asks what no sheet gives: prices, dates, places, rankings of everything."""
    question, text = case.question, case.text
    if case.memory.focus or case.best >= CERTAIN or question.interests:
        return False
    if RANKING.search(text):
        return True
    return question.out_of_reach and case.best < CONFIDENT and case.score_of(NEEDS) < case.scores["out_of_reach"]
