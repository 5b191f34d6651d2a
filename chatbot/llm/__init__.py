"""A question goes through a chat model behind LangChain; an answer in its words, held to the sheets, comes out."""

from chatbot.llm.composer import Composer
from chatbot.llm.language_model import Breaker, ChatModel, Counts, LanguageModel, ModelUnavailable, Stop
from chatbot.llm.privacy import find_personal
from chatbot.llm.providers import is_remote, open_model

__all__ = [
    "Breaker",
    "ChatModel",
    "Composer",
    "Counts",
    "LanguageModel",
    "ModelUnavailable",
    "Stop",
    "find_personal",
    "is_remote",
    "open_model",
]
