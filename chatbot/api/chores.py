"""What chat clients ask of a model behind the user's back comes in; what they can use comes out, without a model.

Open WebUI asks for a title, tags, questions to go on with, searches; LibreChat for a title. Taken for questions, these
prompts would be called off-topic, and that would stand as the title of the conversation.
"""

import json
import re
from collections.abc import Callable

from chatbot.answering.wording import capital, shorten
from chatbot.api.bodies import MAX_HISTORY, MAX_MESSAGE, MAX_QUESTION
from chatbot.api.service import OpenIndex
from chatbot.api.turns import take_turn
from chatbot.citations import cited_ids
from chatbot.question import Turn

TASK = "### Task:"
HISTORY = re.compile(r"<chat_history>\s*(.*?)\s*</chat_history>|^Conversation:\s*(.*)", re.DOTALL | re.MULTILINE)
SPOKEN = re.compile(r"^(USER|User|ASSISTANT|Assistant|AI): ", re.MULTILINE)
TITLE = re.compile(r"(?:generate|provide|create|write)\b.{0,60}?\btitle\b", re.IGNORECASE | re.DOTALL)
EMOJI = re.compile(r"\bfitting emoji\b")
TOOLS = re.compile(r"^Available Tools:", re.MULTILINE)
HEAD = 700  # characters that say what is wanted; the conversation comes after
LONGEST_TITLE = 60
TITLE_UNKNOWN = "Orientation"
USER_QUERY = re.compile(r"<user_query>(.*)</user_query>", re.DOTALL)


def do_chore(prompt: str, index: OpenIndex) -> str | None:
    """Do what a client asks for itself: JSON or a line, as it wants it; None for a question."""
    head = prompt[:HEAD]
    if TOOLS.search(head):
        return json.dumps({"tool_calls": []})
    if not (head.startswith(TASK) or HISTORY.search(prompt)):
        return None
    if EMOJI.search(head):
        return "🎓"
    said = read_history(prompt)
    for name, pattern, find in OTHERS:
        if pattern.search(head):
            return json.dumps({name: find(said, index)}, ensure_ascii=False)
    if TITLE.search(head):
        title = _find_title(said)
        return json.dumps({"title": title}, ensure_ascii=False) if '"title"' in prompt else title
    return None


def question_in(message: str) -> str:
    """Take a question out of the template that Open WebUI puts around it when documents are attached."""
    if not message.startswith(TASK):
        return message
    found = USER_QUERY.search(message)
    return (found[1] if found else message.rpartition("</context>")[2]).strip()


def read_history(prompt: str) -> list[Turn]:
    """Read the conversation that a client writes into its prompt."""
    found = HISTORY.search(prompt)
    if not found:
        return []
    _, *parts = SPOKEN.split(found[1] or found[2] or "")
    spoken = zip(parts[::2], parts[1::2], strict=True)
    roles = ((("user" if who.lower() == "user" else "assistant"), text.strip()) for who, text in spoken)
    return [Turn(role, text[:MAX_MESSAGE]) for role, text in roles][-MAX_HISTORY:]


def _find_title(said: list[Turn]) -> str:
    """The first question of the user names a conversation better than what a rule makes of it."""
    first = next((turn.content for turn in said if turn.role == "user"), "")
    return capital(shorten(" ".join(first.split()), LONGEST_TITLE)) or TITLE_UNKNOWN


def _find_tags(said: list[Turn], index: OpenIndex) -> list[str]:
    """The domaines of the sheets that were cited."""
    cited = [index.chatbot.catalogue.get(each) for turn in said for each in cited_ids(turn.content)]
    domaines = [domaine.partition("/")[0] for sheet in cited if sheet for domaine in sheet.domaines]
    return [TITLE_UNKNOWN, *map(capital, dict.fromkeys(domaines))][:3]


def _find_follow_ups(said: list[Turn], index: OpenIndex) -> list[str]:
    """What the last question suggests to ask next, as its answer did."""
    asked = [place for place, turn in enumerate(said) if turn.role == "user" and turn.content]
    if not asked:
        return []
    last = asked[-1]
    with take_turn(index.turns, "openai"):
        return list(index.extractive.answer(said[last].content[:MAX_QUESTION], said[:last]).suggestions)


# What is wanted under which name; searches, endings of a sentence and pictures are not had here.
OTHERS: tuple[tuple[str, re.Pattern[str], Callable[[list[Turn], OpenIndex], object]], ...] = (
    ("tags", re.compile(r"\btags categorizing\b"), _find_tags),
    ("follow_ups", re.compile(r"\bfollow-up questions\b"), _find_follow_ups),
    ("queries", re.compile(r"\b(?:search|retrieval) quer(?:y|ies)\b|\bgenerat\w+ queries\b", re.I), lambda *_: []),
    ("text", re.compile(r"\bautocompletion\b"), lambda *_: ""),
    ("prompt", re.compile(r"\bprompt for (?:a|an) image\b|\bimage generation\b", re.I), lambda *_: ""),
)
