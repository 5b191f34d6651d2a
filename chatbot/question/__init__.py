"""A message and its history in; what is asked, of which sheets and within which limits, out."""

from chatbot.question.classifier import LabelModel, open_labels, read_examples, train_labels
from chatbot.question.constraints import Levels
from chatbot.question.ideas import without_asking
from chatbot.question.model import FORMATION_NEEDS, METIER_NEEDS, Question, Turn
from chatbot.question.resolver import Ranker, Resolver
from chatbot.question.tastes import Tastes
from chatbot.question.understand import Understanding

__all__ = [
    "FORMATION_NEEDS",
    "METIER_NEEDS",
    "LabelModel",
    "Levels",
    "Question",
    "Ranker",
    "Resolver",
    "Tastes",
    "Turn",
    "Understanding",
    "open_labels",
    "read_examples",
    "train_labels",
    "without_asking",
]
