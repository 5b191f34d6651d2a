"""The part that a name plays in a message."""

import pytest

from chatbot.question.roles import role_of
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
        pytest.param("livreur de repas boulanger", "boulanger", "", id="'pas' inside a word"),
        pytest.param("boulanger", "boulanger", "", id="bare"),
    ],
)
def test_the_words_around_a_name_tell_its_role(message: str, name: str, role: str) -> None:
    start = message.index(name)
    kind = FORMATION if name.startswith("CAP") else METIER
    assert role_of(message, start, start + len(name), kind) == role
