"""The catalogue: sheets by ID and links both ways."""

from chatbot.catalogue import Catalogue, fold
from chatbot.sheets import FORMATION, METIER, Link, Name, Sheet

BERGER = Sheet(
    "MET.1",
    METIER,
    "berger/ère du ciel",
    names=(Name("berger/ère du ciel", "bergère du ciel", "berger du ciel"), Name("meneur de brume")),
    formations=(Link("FOR.1", "CAP brume"), Link("FOR.9", "brevet de pluie")),
)
VEILLEUR = Sheet("MET.2", METIER, "veilleur de cœur", names=(Name("veilleur de cœur"),))
CAP = Sheet("FOR.1", FORMATION, "CAP brume (option A)", metiers=("Veilleur de coeur", "métier inconnu"))
BAC = Sheet("FOR.2", FORMATION, "bac pro pluie", metiers=("berger/ère du ciel",))


def catalogue() -> Catalogue:
    return Catalogue([BERGER, VEILLEUR, CAP, BAC])


def test_sheets_stand_by_id_in_their_order() -> None:
    assert list(catalogue()) == ["MET.1", "MET.2", "FOR.1", "FOR.2"]
    assert catalogue()["FOR.1"] is CAP
    assert catalogue().get("MET.99") is None
    assert catalogue().counts() == {METIER: 2, FORMATION: 2}


def test_the_metiers_of_a_formation_are_the_union_of_both_directions() -> None:
    assert catalogue().metiers_of("FOR.1") == ("MET.1", "MET.2")
    assert catalogue().metiers_of("FOR.2") == ("MET.1",)
    assert catalogue().metiers_of("FOR.404") == ()


def test_a_formation_without_a_sheet_keeps_its_metiers_and_its_title() -> None:
    assert catalogue().metiers_of("FOR.9") == ("MET.1",)
    assert catalogue().title_of("FOR.9") == "brevet de pluie"
    assert catalogue().title_of("FOR.1") == "CAP brume (option A)"
    assert catalogue().title_of("FOR.404") is None


def test_formations_that_name_a_metier_are_known() -> None:
    assert catalogue().formations_naming("MET.1") == ("FOR.2",)
    assert catalogue().formations_naming("MET.404") == ()


def test_a_metier_is_found_by_its_title_or_gendered_form_but_not_by_an_alias() -> None:
    assert catalogue().metier_titled("Bergère du ciel") == "MET.1"
    assert catalogue().metier_titled("VEILLEUR DE COEUR") == "MET.2"
    assert catalogue().metier_titled("meneur de brume") is None


def test_folding_ignores_case_accents_ligatures_and_spaces() -> None:
    assert fold("  L’Œil\u00a0du cœ\u00adur É ") == "l'oeil du coeur e"
