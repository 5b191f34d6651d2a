"""The part that a name plays in a message."""

import pytest

from chatbot.question.roles import role_of, tells_who_speaks, without_refused
from chatbot.sheets import FORMATION, METIER


@pytest.mark.parametrize(
    ("message", "name", "role"),
    [
        pytest.param("je veux devenir boulanger", "boulanger", "wanted", id="to become"),
        pytest.param("combien gagne un boulanger", "boulanger", "wanted", id="asked about"),
        pytest.param("pourquoi pas boulanger", "boulanger", "", id="why not"),
        pytest.param("je suis boulanger et je veux changer", "boulanger", "had", id="present métier"),
        pytest.param("ancienne boulangère, que faire", "boulangère", "had", id="former métier"),
        pytest.param("après un CAP cuisine, quels métiers", "CAP cuisine", "had", id="after a diploma"),
        pytest.param("CAP cuisine en poche, que faire", "CAP cuisine", "had", id="in one's pocket"),
        pytest.param("pas boulanger mais pâtissier", "boulanger", "not_wanted", id="not this one"),
        pytest.param("je ne veux pas être boulanger", "boulanger", "not_wanted", id="not to be"),
        pytest.param("j'en ai marre d'être boulanger", "boulanger", "not_wanted", id="fed up with being"),
        pytest.param("pâtissier plutôt que boulanger", "boulanger", "not_wanted", id="rather than"),
        pytest.param("pâtissier plutôt qu'aide boulanger", "aide boulanger", "not_wanted", id="rather than, elided"),
        pytest.param("Boulanger, j'accompagne un jeune qui hésite", "Boulanger", "had", id="who speaks of another"),
        pytest.param("livreur de repas boulanger", "boulanger", "", id="'pas' inside a word"),
        pytest.param("boulanger", "boulanger", "", id="bare"),
    ],
)
def test_the_words_around_a_name_tell_its_role(message: str, name: str, role: str) -> None:
    start = message.index(name)
    kind = FORMATION if name.startswith("CAP") else METIER
    assert role_of(message, start, start + len(name), kind) == role


@pytest.mark.parametrize(
    ("message", "after"),
    [
        pytest.param("Maçon CAP, au chômage. Le BP piscine, c'est quel niveau ?", " Le BP", id="in apposition"),
        pytest.param("Bonjour, maçon depuis 10 ans. Le BP piscine ?", " Le BP", id="after a greeting"),
        pytest.param("Que gagne un maçon, au début ? Et le BP piscine ?", "", id="asked about"),
        pytest.param("Maçon, c'est combien", "", id="in one sentence"),
    ],
)
def test_a_metier_that_opens_a_message_tells_who_speaks(message: str, after: str) -> None:
    start = message.lower().index("maçon")
    assert tells_who_speaks(message, start, start + 5) == (message.index(after) if after else -1)


def test_what_is_refused_is_left_out_of_the_search() -> None:
    assert without_refused("soigner à l'hôpital plutôt qu'ouvrir une officine. Combien ?") == (
        "soigner à l'hôpital  . Combien ?"
    )
    assert without_refused("au lieu de ça") == "au lieu de ça"
