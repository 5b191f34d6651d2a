"""A taste told and ideas asked for, in the words that pupils, parents and adults use."""

import pytest

from chatbot.answering import Chatbot
from chatbot.question import Tastes, Turn
from chatbot.question.ideas import asks_ideas, tells_taste, without_asking
from tests.small_world import TAMER

TASTES = Tastes()


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("ma fille adore dessiner, des idées ?", id="parent"),
        pytest.param("mon neveu aime les camions, vous pensez à quoi ?", id="uncle"),
        pytest.param("jm les animo koi faire", id="SMS"),
        pytest.param("j'adore la musique, tu me conseilles quoi", id="pupil"),
        pytest.param("à 45 ans j'aime le jardin, que me conseillez-vous ?", id="adult"),
        pytest.param("my son loves animals, any ideas?", id="English"),
        pytest.param("j'aime parler et convaincre", id="no question"),
        pytest.param("je voudrais aider les personnes âgées, des pistes ?", id="wish"),
        pytest.param("un métier bien payé avec des animaux ?", id="well paid"),
    ],
)
def test_a_taste_and_a_wish_for_ideas_explore(bot: Chatbot, message: str) -> None:
    assert bot.understand(message).intent == "explore"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("ma fille aime les puces, combien gagne un dresseur de puces ?", id="named"),
        pytest.param("j'aime le bronze, quel diplôme pour devenir fondeur de cloches ?", id="diploma of a métier"),
        pytest.param("que fait un gardien de phare ?", id="no taste"),
    ],
)
def test_a_taste_beside_a_question_about_one_metier_does_not_explore(bot: Chatbot, message: str) -> None:
    assert bot.understand(message).intent == "sheet"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("j'aime les animaux et la nature mais pas dresseur de puces", id="taste and refusal"),
        pytest.param("j'aime le spectacle, sans être dresseur de puces, des idées ?", id="taste, refusal and ideas"),
    ],
)
def test_what_is_refused_is_not_proposed(bot: Chatbot, message: str) -> None:
    understood, answer = bot.understand(message), bot.answer(message)
    assert (understood.intent, TAMER in understood.proposed) == ("explore", True)
    assert answer.citations and TAMER not in answer.text


def test_what_somebody_leaves_says_nothing_of_what_is_wished_for(bot: Chatbot) -> None:
    understood = bot.understand("je suis fondeur de cloches et je voudrais un métier dehors, des idées ?")
    assert understood.intent == "explore" and "cloches" not in understood.focus


def test_ideas_without_anything_told_ask_what_is_liked(bot: Chatbot) -> None:
    assert bot.understand("conseille-moi un métier").intent == "undecided"
    assert bot.understand("j'aime rien").intent == "undecided"


@pytest.mark.parametrize(
    ("message", "taste", "asks"),
    [
        pytest.param("mon fils est très manuel, des idées ?", True, True, id="of kin"),
        pytest.param("elle adore cuisiner", True, False, id="taste alone"),
        pytest.param("combien gagne un notaire ?", False, False, id="neither"),
    ],
)
def test_a_taste_and_an_asking_are_told_apart(message: str, taste: bool, asks: bool) -> None:
    tasteful = bool(TASTES.find_interests(message) or TASTES.find_settings(message))
    assert tells_taste(message, tasteful) == taste
    assert asks_ideas(message) == asks


def test_words_that_only_ask_are_no_wish() -> None:
    assert without_asking("j'aime cuisiner, des pistes ?") == "j'aime cuisiner, ?"


def test_of_whom_one_speaks_is_no_taste_for_children() -> None:
    assert "je veux m'occuper d'enfants" not in TASTES.find_interests("mon ado et mon enfant aiment l'informatique")


def test_a_new_clause_ends_a_refusal() -> None:
    assert "j'aime la nature" in TASTES.find_interests("marre du bureau, j'aime le jardin")


def test_bare_metiers_after_a_formation_are_those_it_leads_to(bot: Chatbot) -> None:
    first = "le master mesure du vent dure combien de temps ?"
    question = bot.understand("quels métiers ?", [Turn("user", first), Turn("assistant", bot.answer(first).text)])
    assert question.needs == ("metiers_apres",)
