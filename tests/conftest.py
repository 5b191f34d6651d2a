"""What several test files share: an index of a few invented sheets, made once a session (some 4 s)."""

from pathlib import Path

import pytest

from chatbot.answering import Chatbot
from chatbot.assembly import build_chatbot, build_retriever
from chatbot.browse import Browser
from chatbot.index import Index
from tests.site import browser, chatbot, desk, phone, site
from tests.small_world import build_small_index
from tests.workshop import Workshop

__all__ = ["browser", "chatbot", "desk", "phone", "site"]


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return build_small_index(tmp_path_factory.mktemp("small_world"))


@pytest.fixture(scope="session")
def small_chatbot(small_index: Index) -> Chatbot:
    return build_chatbot(small_index)


@pytest.fixture
def bot(small_chatbot: Chatbot) -> Chatbot:
    """The chatbot of the small index, with nothing answered before."""
    small_chatbot.forget()
    return small_chatbot


@pytest.fixture(scope="session")
def small_browser(small_index: Index) -> Browser:
    return Browser(small_index.catalogue, build_retriever(small_index))


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)
