"""Names in a message: titles, aliases, sigles, diplomas, everyday names and IDs in; mentions of sheets out."""

from chatbot.naming.data import Everyday, Vocabulary, read_everyday, read_vocabulary
from chatbot.naming.names import Mention, Names
from chatbot.naming.unlisted import Unlisted

__all__ = ["Everyday", "Mention", "Names", "Unlisted", "Vocabulary", "read_everyday", "read_vocabulary"]
