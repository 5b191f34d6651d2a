"""What several test files share: a chatbot over a few invented sheets, indexed once a session (some 4 s)."""

import pytest

from chatbot.answering import Chatbot
from tests.small_world import build_small_chatbot


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    return build_small_chatbot(tmp_path_factory.mktemp("small_world"))
