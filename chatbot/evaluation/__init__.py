"""Questions with their right answers in; figures of quality out."""

from chatbot.evaluation.retrieval import Figures, RetrievalCase, evaluate_retrieval, read_cases, render_table

__all__ = ["Figures", "RetrievalCase", "evaluate_retrieval", "read_cases", "render_table"]
