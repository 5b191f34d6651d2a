"""French wording: names in both genders, elision, levels, excerpts."""

import pytest

from chatbot.answering.wording import (
    capital,
    end_sentence,
    exit_level,
    level_of,
    lower_first,
    name_of,
    named_as,
    of,
    plain,
    rank_of,
    short_name_of,
    shorten,
    summary_of,
    unbreak,
)
from chatbot.sheets import FORMATION, METIER, Name, Niveau, Section, Sheet


def metier(label: str, feminine: str = "", masculine: str = "") -> Sheet:
    return Sheet("MET.1", METIER, label, names=(Name(label, feminine, masculine),))


def formation(certification: str = "", niveau: Niveau | None = None) -> Sheet:
    return Sheet("FOR.1", FORMATION, "CAP puces", certification=certification, niveau=niveau)


@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        pytest.param(
            metier("toiletteur/euse de puces", "toiletteuse de puces", "toiletteur de puces"),
            "toiletteur ou toiletteuse de puces",
            id="shared end said once",
        ),
        pytest.param(metier("guide", "guide", "guide"), "guide", id="one form"),
        pytest.param(
            metier("sage-puce", "sage-femme des puces", "maïeuticien"),
            "maïeuticien ou sage-femme des puces",
            id="unlike",
        ),
        pytest.param(metier("puciste"), "puciste", id="no gendered form"),
        pytest.param(Sheet("MET.1", METIER, "puciste"), "puciste", id="no name"),
        pytest.param(formation(), "CAP puces", id="formation"),
    ],
)
def test_a_metier_is_named_in_both_genders(sheet: Sheet, name: str) -> None:
    assert name_of(sheet) == name


def test_a_metier_is_named_as_the_message_names_it() -> None:
    sheet = metier("dresseur/euse", "dresseuse", "dresseur")
    assert named_as(sheet, "combien gagne une Dresseuse ?") == "dresseuse"
    assert named_as(sheet, "combien gagne un dresseur ?") == "dresseur"
    assert named_as(sheet, "et le salaire ?") == "dresseur ou dresseuse"


def test_the_short_name_is_the_masculine_of_the_sheet_or_its_title() -> None:
    assert short_name_of(metier("dresseur/euse", "dresseuse", "dresseur")) == "dresseur"
    assert short_name_of(metier("puciste")) == "puciste"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("boulanger", "de boulanger", id="consonant"),
        pytest.param("infirmier", "d'infirmier", id="vowel"),
        pytest.param("éleveur", "d'éleveur", id="accent"),
        pytest.param("horloger", "d'horloger", id="mute h"),
        pytest.param("hockeyeur", "de hockeyeur", id="aspirated h"),
    ],
)
def test_de_is_elided(name: str, said: str) -> None:
    assert of(name) == said


@pytest.mark.parametrize(
    ("sheet", "level"),
    [
        pytest.param(formation("niveau 5", Niveau("bac + 2", 2)), "niveau 5 (bac + 2)", id="both"),
        pytest.param(formation("niveau 3"), "niveau 3", id="certification alone"),
        pytest.param(formation("", Niveau("bac + 2", 2)), "bac + 2", id="level alone"),
        pytest.param(
            formation("non inscrit au RNCP", Niveau("bac + 6", 6)), "bac + 6, non inscrit au RNCP", id="not in the RNCP"
        ),
        pytest.param(formation(), "", id="nothing"),
    ],
)
def test_the_exit_level_says_what_the_sheet_gives(sheet: Sheet, level: str) -> None:
    assert exit_level(sheet) == level


def test_a_formation_ranks_by_its_exit_level_else_by_its_certification() -> None:
    assert rank_of(formation("niveau 7", Niveau("bac + 5", 5))) == 5
    assert rank_of(formation("niveau 3")) == -2
    assert rank_of(formation()) is None


def test_a_long_text_is_cut_at_a_word() -> None:
    assert shorten("un deux  trois", 20) == "un deux trois"
    assert shorten("un deux, trois quatre", 12) == "un deux…"
    assert len(shorten("mot " * 200)) <= 221


def test_small_changes_of_letters() -> None:
    assert capital("à partir") == "À partir"
    assert lower_first("Variable") == "variable"
    assert lower_first("BTS exigé") == "BTS exigé"
    assert end_sentence("fini. ") == "fini"


def test_markup_of_a_sheet_does_not_reach_the_answer() -> None:
    text = plain("**gras** | [MET.1] <b>`x`_y_")
    assert not set("*_|`<>[]") & set(text)


def test_the_level_of_a_metier_and_of_a_formation() -> None:
    assert level_of(metier("puce")) == ""
    assert level_of(Sheet("MET.1", METIER, "puce", niveau=Niveau("3E", -4.0))) == "3E"
    assert level_of(formation("niveau 3", Niveau("CAP", -2.0))) == "niveau 3 (CAP)"


def test_a_summary_is_the_first_sentence_of_what_presents() -> None:
    sections = (Section("Nature du travail", "", "Non."), Section("Description", "", "Un\ncirque. Deux."))
    assert summary_of(Sheet("FOR.1", FORMATION, "CAP puces", sections=sections), 100) == "Un cirque"
    assert summary_of(metier("puce"), 100) == ""


def test_french_punctuation_keeps_to_its_word() -> None:
    assert unbreak("« Quoi ? » : 5 ; oui !") == "«\u00a0Quoi\u00a0?\u00a0»\u00a0: 5\u00a0; oui\u00a0!"
