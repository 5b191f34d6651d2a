"""Sheets that exist and are not loaded: said rather than answered from another."""

import pytest

from chatbot.answering import Chatbot
from chatbot.question import Turn
from chatbot.retrieval import Elsewhere
from tests.small_world import TAMER
from tests.workshop import Workshop

ABSENT = ("MET.90999", "sculpteur de brouillard")


class Nearest:
    """Finds the same sheet for every question."""

    def find(self, query: str) -> tuple[str, str]:
        return ABSENT

    def find_rather(self, query: str, than: str) -> None:
        return None


@pytest.fixture
def narrow(bot: Chatbot, monkeypatch: pytest.MonkeyPatch) -> Chatbot:
    """A chatbot that could take any question for one about a sheet which isn't loaded."""
    monkeypatch.setattr(bot, "_elsewhere", Nearest())
    return bot


def test_the_nearest_everyday_text_is_that_of_a_sheet_which_is_not_loaded(workshop: Workshop) -> None:
    workshop.index()
    index = workshop.open()
    elsewhere = Elsewhere(index, {"MET.1": "dompteur de puces", "MET.9": "absente"})
    assert elsewhere.find("fantôme") == ("MET.9", "absente")
    assert elsewhere.find("puciste") is None
    assert elsewhere.find("") is None
    assert Elsewhere(index, {"MET.1": "dompteur de puces"}).find("fantôme") is None
    titled = Elsewhere(index, {"MET.8": "éleveur/euse de brume"})
    assert titled.find("que font les éleveurs de brume ?") == ("MET.8", "éleveur/euse de brume")
    assert elsewhere.find_rather("un fantôme hante quoi ?", "MET.1") == ("MET.9", "absente")
    assert elsewhere.find_rather("un fantôme hante quoi ?", "MET.9") is None
    index.close()


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("combien gagne celui qui surveille la mer depuis un phare ?", id="a sheet guessed"),
        pytest.param("que fait un rudologue ?", id="nothing found"),
    ],
)
def test_a_question_that_names_no_loaded_sheet_is_not_answered_from_another(narrow: Chatbot, question: str) -> None:
    answer = narrow.answer(question)
    assert answer.status == "not_found"
    assert "n'est pas chargée ici" in answer.text and "MET.90999" in answer.text


def test_a_named_sheet_is_answered_from_and_stayed_on(narrow: Chatbot) -> None:
    first = "combien gagne un dresseur de puces ?"
    answer = narrow.answer(first)
    assert answer.status == "answered" and answer.citations[0].sheet_id == TAMER
    history = [Turn("user", first), Turn("assistant", answer.text)]
    assert narrow.answer("et quel diplôme ?", history).citations[0].sheet_id == TAMER


def test_ideas_are_proposed_from_what_is_loaded_where_that_is_much(
    narrow: Chatbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = "j'aime les animaux, quels métiers ?"
    assert narrow.answer(wish).status == "not_found"  # a few sheets can hardly propose any
    monkeypatch.setattr("chatbot.answering.chatbot.SMALL", 1)
    narrow.forget()
    assert narrow.answer(wish).status == "answered"
