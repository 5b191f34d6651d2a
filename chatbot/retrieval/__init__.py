"""A question in; ranked sheets and passages out. `chatbot.retrieval.chain` holds the same as a LangChain retriever."""

from chatbot.retrieval.coverage import COVERAGE
from chatbot.retrieval.elsewhere import Elsewhere
from chatbot.retrieval.features import FEATURES, Candidates, Floats, SearchIndex
from chatbot.retrieval.ranker import Lesson, fit_weights, read_weights, softmax, write_weights
from chatbot.retrieval.retriever import Hit, Retriever, SheetHit

__all__ = [
    "COVERAGE",
    "FEATURES",
    "Candidates",
    "Elsewhere",
    "Floats",
    "Hit",
    "Lesson",
    "Retriever",
    "SearchIndex",
    "SheetHit",
    "fit_weights",
    "read_weights",
    "softmax",
    "write_weights",
]
