import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from chatbot.catalogue import Catalogue
from chatbot.naming import Everyday, Mention, Names, read_everyday, read_vocabulary
from chatbot.sheets import FORMATION, METIER, Name, Sheet, read_sheets

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"


def metier(number: int, label: str, masculine: str = "", feminine: str = "", *others: Name) -> Sheet:
    return Sheet(f"MET.{number}", METIER, label, names=(Name(label, feminine, masculine), *others))


def formation(number: int, title: str, sigle: str = "", detailed: bool = True) -> Sheet:
    return Sheet(f"FOR.{number}", FORMATION, title, names=(Name(title),), sigle=sigle, detailed=detailed)


LONG_TITLE = (
    "diplôme d'ingénieur de l'École nationale supérieure des sciences appliquées et de technologie de la ville et de "
    "l'université de la région spécialité systèmes numériques en partenariat avec le centre"
)
SHEETS = [
    metier(1, "infirmier/ère", "infirmier", "infirmière"),
    metier(2, "chef/fe de produit (mode)", "chef de produit (mode)", "cheffe de produit (mode)"),
    metier(3, "technicien/ne chimiste", "technicien chimiste", "technicienne chimiste",
           Name("technicien/ne de laboratoire", "technicienne de laboratoire", "technicien de laboratoire")),
    metier(4, "technicien/ne biologiste", "technicien biologiste", "technicienne biologiste",
           Name("technicien/ne de laboratoire", "technicienne de laboratoire", "technicien de laboratoire")),
    metier(5, "technicien/ne forestier/ère", "technicien forestier", "technicienne forestière"),
    metier(6, "fleuriste"),
    metier(7, "vétérinaire"),
    metier(8, "sage-femme"),
    metier(9, "gendarme"),
    metier(10, "officier/ère de gendarmerie", "officier de gendarmerie", "officière de gendarmerie",
           Name("gendarme")),
    metier(11, "ingénieur/e du son", "ingénieur du son", "ingénieure du son"),
    metier(12, "professeur/e de musique", "professeur de musique", "professeure de musique"),
    metier(13, "mannequin", "", "", Name("modèle")),
    formation(101, "CAP fleuriste"),
    formation(102, "BTS comptabilité et gestion", "CG"),
    formation(103, "BTS management commercial opérationnel"),
    formation(104, "BUT gestion des entreprises et des administrations parcours contrôle de gestion"),
    formation(105, "BUT gestion des entreprises et des administrations parcours ressources humaines"),
    formation(106, "bac pro métiers du commerce et de la vente option A animation"),
    formation(107, "licence mention droit"),
    formation(108, "master mention psychologie"),
    formation(109, "CS (ex MC) vendeur-conseil en alimentation"),
    formation(110, "diplôme d'État d'infirmier", "DEI"),
    formation(111, "TP peintre en bâtiment"),
    formation(112, "CAP métiers de la coiffure"),
    formation(113, "diplôme de comptabilité et de gestion", "DCG"),
    formation(114, "bac techno ST2S sciences et technologies de la santé et du social"),
    formation(115, "fleuriste", detailed=False),
    formation(116, "diplôme supérieur en gestion et commerce international"),
    formation(117, "diplôme en marketing"),
    formation(118, LONG_TITLE),
]  # fmt: skip
EVERYDAY = [
    Everyday("MET.7", "vétérinaire", ("véto", "docteur des animaux", "champion"), (), ()),
    Everyday("MET.1", "infirmier/ère", ("nurse", "fleuriste"), (), ()),
]


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(Catalogue(SHEETS), EVERYDAY)


def only(mentions: Sequence[Mention]) -> Mention:
    assert len(mentions) == 1, mentions
    return mentions[0]


@pytest.mark.parametrize(
    ("message", "text", "sheet_id"),
    [
        pytest.param("salaire infirmier ?", "infirmier", "MET.1", id="masculine"),
        pytest.param("une INFIRMIERE gagne combien", "INFIRMIERE", "MET.1", id="feminine, capitals, no accent"),
        pytest.param("les infirmières", "infirmières", "MET.1", id="plural"),
        pytest.param("infirmier·ère", "infirmier·ère", "MET.1", id="inclusive"),
        pytest.param("infirmier(e) ?", "infirmier(e)", "MET.1", id="inclusive in parentheses"),
        pytest.param("chef de produit mode", "chef de produit mode", "MET.2", id="parenthesis left out"),
        pytest.param("cheffe de produit", "cheffe de produit", "MET.2", id="without the parenthesis"),
        pytest.param("technicienne en chimiste", "technicienne en chimiste", "MET.3", id="other link word"),
        pytest.param("sage femme", "sage femme", "MET.8", id="no hyphen"),
        pytest.param("sagefemme", "sagefemme", "MET.8", id="glued"),
        pytest.param("métier dingénieur du son", "dingénieur du son", "MET.11", id="glued elision"),
        pytest.param("ingénieu du son", "ingénieu du son", "MET.11", id="typo"),
        pytest.param("veterinair", "veterinair", "MET.7", id="sound"),
        pytest.param("prof de musique", "prof de musique", "MET.12", id="short form"),
        pytest.param("véto ça paye ?", "véto", "MET.7", id="everyday name"),
        pytest.param("pour devenir modèle", "modèle", "MET.13", id="ordinary word that is wished for"),
        pytest.param("un CAP fleuriste", "CAP fleuriste", "FOR.101", id="diploma, not métier"),
        pytest.param("le BTS CG", "BTS CG", "FOR.102", id="sigle with its type"),
        pytest.param("bts mco durée", "bts mco", "FOR.103", id="initials"),
        pytest.param("bts compta", "bts compta", "FOR.102", id="short form in a diploma"),
        pytest.param("bac professionnel commerce", "bac professionnel commerce", "FOR.106", id="diploma in full"),
        pytest.param("une licence de droit", "licence de droit", "FOR.107", id="mention left out"),
        pytest.param("master de psycho", "master de psycho", "FOR.108", id="apocope"),
        pytest.param("mention complémentaire vendeur conseil en alimentation",
                     "mention complémentaire vendeur conseil en alimentation", "FOR.109", id="old name"),
        pytest.param("DE infirmier", "DE infirmier", "FOR.110", id="DE in capitals"),
        pytest.param("école d'infirmière", "école d'infirmière", "FOR.110", id="school"),
        pytest.param("quelles études pour infirmier", "infirmier", "MET.1", id="studies for a métier"),
        pytest.param("titre pro peintre en bâtiment", "titre pro peintre en bâtiment", "FOR.111", id="titre pro"),
        pytest.param("CAP coiffeur", "CAP coiffeur", "FOR.112", id="trade for its field"),
        pytest.param("le dcg c'est dur ?", "dcg", "FOR.113", id="sigle alone"),
        pytest.param("la formation fleuriste dure ?", "formation fleuriste", "FOR.115", id="course of a métier's name"),
        pytest.param("quelle formation fleuriste ?", "fleuriste", "MET.6", id="ways to a métier"),
        pytest.param("formation de fleuriste", "fleuriste", "MET.6", id="training for a métier"),
        pytest.param("diplôme supérieur en gestion et commerce international",
                     "diplôme supérieur en gestion et commerce international", "FOR.116", id="bare diploma, long"),
        pytest.param(LONG_TITLE, LONG_TITLE, "FOR.118", id="more than twenty words"),
        pytest.param("bac ST2S", "bac ST2S", "FOR.114", id="capitals that open a title"),
    ],
)  # fmt: skip
def test_a_name_is_found(names: Names, message: str, text: str, sheet_id: str) -> None:
    mention = only(names.find(message))
    assert (mention.text, mention.sheet_ids[0]) == (text, sheet_id)
    assert message[mention.start : mention.end] == text
    assert mention.score > 0.5


@pytest.mark.parametrize(
    "message",
    [
        "", "🙂", "bonjour, quel métier ?", "je veux être champion", "le modèle", "du droit ou pas",
        "un diplôme en marketing",
        "on met 3 ans", "<b>'; --",
    ],
)
def test_ordinary_words_name_nothing(names: Names, message: str) -> None:
    assert names.find(message) == ()


@pytest.mark.parametrize(
    ("message", "sheet_id"),
    [("fiche MET.1", "MET.1"), ("met 11", "MET.11"), ("FOR 101", "FOR.101"), ("MET.99999", "MET.99999")],
)
def test_a_typed_id_is_found_known_or_not(names: Names, message: str, sheet_id: str) -> None:
    mention = only(names.find(message))
    assert (mention.sheet_ids, mention.source, mention.score) == ((sheet_id,), "id", 1.0)


def test_an_alias_of_two_sheets_gives_both(names: Names) -> None:
    mention = only(names.find("technicien de laboratoire"))
    assert (set(mention.sheet_ids), mention.source) == ({"MET.3", "MET.4"}, "alias")


def test_a_title_wins_over_an_alias_and_an_everyday_name(names: Names) -> None:
    assert only(names.find("gendarme")).sheet_ids == ("MET.9",)
    assert only(names.find("fleuriste")).sheet_ids == ("MET.6",)


def test_a_head_alone_gives_all_that_it_opens_in_part(names: Names) -> None:
    mention = only(names.find("je veux être technicienne"))
    assert mention.source == "partial" and mention.score < 0.5
    assert set(mention.sheet_ids) == {"MET.3", "MET.4", "MET.5"}


def test_twins_come_together(names: Names) -> None:
    assert set(only(names.find("but gea")).sheet_ids) == {"FOR.104", "FOR.105"}
    mention = only(names.find("BUT gestion des entreprises et des administrations parcours ressources humaines"))
    assert mention.sheet_ids == ("FOR.105",)


def test_mentions_follow_the_message(names: Names) -> None:
    found = names.find("fleuriste ou sage-femme, après un BTS CG ?")
    assert [mention.sheet_ids[0] for mention in found] == ["MET.6", "MET.8", "FOR.102"]


def test_every_name_in_the_data_names_a_sheet_of_the_corpus() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    ids = {path.name.partition("_")[0] for folder in ("metiers", "formations") for path in (CORPUS / folder).iterdir()}
    assert set(read_vocabulary().names) <= ids


def test_every_title_of_the_corpus_is_recognised_at_once() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    catalogue = Catalogue(read_sheets([CORPUS / "metiers"]).sheets.values())
    names = Names(catalogue, read_everyday(catalogue))
    started = time.perf_counter()
    missed = [
        form
        for sheet in catalogue.values()
        for form in sheet.names[0].forms
        if not any(sheet.sheet_id in mention.sheet_ids for mention in names.find(f"Quel salaire pour {form} ?"))
    ]
    spent = time.perf_counter() - started
    assert len(missed) <= 0.003 * len(catalogue), missed
    assert spent / len(catalogue) < 0.05, "a message takes some 1 ms (3 of them per sheet here)"
