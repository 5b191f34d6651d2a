"""Personal data in a message: found where it stands, and not where figures only look like it."""

import pytest

from chatbot.llm import find_personal


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        pytest.param("écris-moi à zoe.martin+ecole@exemple.fr stp", "e-mail", id="e-mail"),
        pytest.param("zoe (at) exemple . fr", "e-mail", id="e-mail spelt out"),
        pytest.param("mon 06 12 34 56 78", "phone", id="phone with spaces"),
        pytest.param("0612345678", "phone", id="phone in one"),
        pytest.param("06.12.34.56.78", "phone", id="phone with stops"),
        pytest.param("+33 6 12 34 56 78", "phone", id="phone from abroad"),
        pytest.param("0033612345678", "phone", id="phone with zeros"),
        pytest.param("n° 2 08 05 75 123 456 78", "social security", id="social security"),
        pytest.param("Je m'appelle Zoé Martin, née le 12/05/2008", "name and date", id="name and birth"),
        pytest.param("Zoé Martin 12 mai 2008", "name and date", id="name and a date in words"),
        pytest.param("ma fille est née le 3-4-09", "name and date", id="a birth is enough"),
    ],
)
def test_personal_data_is_found(message: str, kind: str) -> None:
    assert find_personal(message) == kind


@pytest.mark.parametrize(
    "message",
    [
        "j'ai 15 ans et je veux devenir cuisinier",
        "combien gagne un débutant : 1 801 ou 2 000 euros ?",
        "quelle différence entre BTS MCO et BTS NDRC ?",
        "parcoursup c'est le 13/03/2026 ?",
        "Je m'appelle Zoé et j'aime les animaux",
        "MET.854 ou FOR.10529",
        "code ROME D1506, RNCP 35030",
        "06 et 07 c'est quoi comme départements",
    ],
)
def test_what_only_resembles_it_is_none(message: str) -> None:
    assert find_personal(message) == ""
