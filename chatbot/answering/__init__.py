"""A question in; an `Answer` out: French prose whose every claim carries the ID of its sheet."""

from chatbot.answering.chatbot import Chatbot
from chatbot.answering.model import Answer
from chatbot.question import Turn

__all__ = ["Answer", "Chatbot", "Turn"]
