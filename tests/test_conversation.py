"""What a conversation is about, from its history alone."""

import pytest

from chatbot.catalogue import fold
from chatbot.question import Turn
from chatbot.question.asking import leans
from chatbot.question.conversation import pointed_at, points_back, recall, without_pointing

LIST = "Quelques pistes :\n- **a** [MET.1]\n- **b** [MET.2]\n- **c** [MET.3]"


def test_without_history_nothing_is_talked_about() -> None:
    memory = recall([])
    assert (memory.focus, memory.choices, memory.last_message) == ("", (), "")


def test_the_first_sheet_of_the_last_answer_is_talked_about() -> None:
    history = [
        Turn("user", "que fait a ?"),
        Turn("assistant", "Il fait [MET.1]."),
        Turn("user", "et b ?"),
        Turn("assistant", "Elle fait [MET.2], avec [FOR.3]."),
    ]
    memory = recall(history)
    assert (memory.focus, memory.earlier, memory.last_message) == ("MET.2", ("MET.2", "MET.1"), "et b ?")


def test_an_answer_without_sheets_changes_no_subject() -> None:
    history = [Turn("user", "a ?"), Turn("assistant", "[MET.1]"), Turn("user", "merci"), Turn("assistant", "De rien.")]
    assert recall(history).focus == "MET.1"


def test_ids_typed_by_the_user_are_no_subject_of_an_answer() -> None:
    assert recall([Turn("user", "[MET.1] ?"), Turn("assistant", "Bonjour.")]).focus == ""


@pytest.mark.parametrize(
    ("message", "choice"),
    [
        pytest.param("la première ?", "MET.1", id="first"),
        pytest.param("et le 1er, ça paye ?", "MET.1", id="first in figures"),
        pytest.param("la deuxième", "MET.2", id="second"),
        pytest.param("le second", "MET.2", id="the other word for second"),
        pytest.param("le troisième", "MET.3", id="third, at the end"),
        pytest.param("la quatrième", None, id="beyond the list"),
        pytest.param("en première année ?", None, id="first year"),
        pytest.param("je suis en première", None, id="the class of première"),
        pytest.param("ma fille est en seconde", None, id="the class of seconde"),
        pytest.param("que faire après la troisième ?", None, id="the class of troisième"),
        pytest.param("combien ?", None, id="no place"),
    ],
)
def test_a_place_points_at_a_choice(message: str, choice: str | None) -> None:
    assert pointed_at(message, recall([Turn("user", "?"), Turn("assistant", LIST)]).choices) == choice


def test_a_place_points_at_nothing_without_choices() -> None:
    assert pointed_at("la deuxième", ()) is None


@pytest.mark.parametrize(
    ("message", "back"),
    [
        pytest.param("et le salaire ?", True, id="goes on"),
        pytest.param("ce métier me plaît", True, id="this métier"),
        pytest.param("salaire moyen boulanger", False, id="new subject"),
    ],
)
def test_a_message_leans_on_what_was_said(message: str, back: bool) -> None:
    assert points_back(message) == back


def test_what_was_proposed_is_remembered_while_one_of_it_is_talked_about() -> None:
    history = [Turn("user", "?"), Turn("assistant", LIST), Turn("user", "le premier"), Turn("assistant", "Il [MET.1].")]
    memory = recall(history)
    assert (memory.focus, memory.proposed) == ("MET.1", ("MET.1", "MET.2", "MET.3"))


@pytest.mark.parametrize("message", ["le 2eme c'est quoi", "la première, c'est quoi ?"])
def test_what_only_points_says_nothing_of_its_own(message: str) -> None:
    assert not {"2eme", "premiere"}.intersection(without_pointing(message).split())


@pytest.mark.parametrize(
    ("message", "stays"),
    [
        pytest.param("on peut le faire à distance ?", True, id="it"),
        pytest.param("il y a des enfants ?", True, id="what it has"),
        pytest.param("faut être sportif ?", True, id="how one must be"),
        pytest.param("c'est quoi le métier où on soigne les dents ?", False, id="another is described"),
        pytest.param("on m'a parlé de celui qui fait les gâteaux", False, id="another is pointed at"),
        pytest.param("je voudrais soigner les animaux", False, id="another wish"),
        pytest.param("combien gagne un notaire ?", False, id="another is named"),
    ],
)
def test_a_message_that_leans_stays_on_the_sheet_talked_about(message: str, stays: bool) -> None:
    assert leans(fold(message), be_good="sportif" in message) == stays
