"""Questions with their right answers in; figures of quality out."""

from chatbot.evaluation.answers import Outcome, evaluate_answers, render_failures, render_outcomes, share_right
from chatbot.evaluation.retrieval import Figures, RetrievalCase, evaluate_retrieval, read_cases, render_table
from chatbot.evaluation.scoring import Case, Fault, find_faults, mentions, read_questions, read_texts

__all__ = [
    "Case",
    "Fault",
    "Figures",
    "Outcome",
    "RetrievalCase",
    "evaluate_answers",
    "evaluate_retrieval",
    "find_faults",
    "mentions",
    "read_cases",
    "read_questions",
    "read_texts",
    "render_failures",
    "render_outcomes",
    "render_table",
    "share_right",
]
