"""Sentences of a model: what stands in the facts that they cite is shown with its markers, the rest is dropped."""

import pytest

from chatbot.answering import Chatbot
from chatbot.citations import Citation, public_url
from chatbot.verification import Fact, Verifier, find_claims
from tests.small_world import BELL_BTS, FOUNDER, KEEPER, RINGER, TAMER

QUESTION = "que faut-il savoir de ces métiers ?"


def fact(key: int, sheet_id: str, title: str, section: str, text: str) -> Fact:
    kind = "metier" if sheet_id.startswith("MET") else "formation"
    return Fact(key, text, Citation(sheet_id, kind, title, section, text, public_url(sheet_id, kind)))


FACTS = {
    fact.key: fact
    for fact in (
        fact(1, FOUNDER, "fondeur/euse de cloches", "Niveau d'accès minimum", "bac + 2"),
        fact(2, FOUNDER, "fondeur/euse de cloches", "Salaire", "1912 euros brut par mois."),
        fact(3, FOUNDER, "fondeur/euse de cloches", "Accès au métier", "Le BTS métiers du bronze est apprécié."),
        fact(4, RINGER, "accordeur/euse de carillons", "Salaire", "De 2031 à 2177 euros brut par mois."),
        fact(5, BELL_BTS, "BTS métiers du bronze", "Durée", "2 ans"),
        fact(6, KEEPER, "gardien/ne de phare", "Salaire", "487 euros brut par semaine, nourri et logé."),
        fact(7, KEEPER, "gardien/ne de phare", "Accès au métier", "Aucun diplôme n'est exigé, dit l'ancien."),
        fact(8, TAMER, "dresseur/euse de puces", "Accès au métier", "L'accès se fait à partir de 16 ans, en 18 mois."),
        fact(9, TAMER, "dresseur/euse de puces", "Salaire", "A partir de 1 843 euros brut par mois."),
    )
}


@pytest.fixture(scope="module")
def verifier(small_chatbot: Chatbot) -> Verifier:
    return Verifier(small_chatbot.catalogue)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        pytest.param("Il faut un bac + 2 [1].", f"Il faut un bac + 2 [{FOUNDER}].", id="as the fact"),
        pytest.param("Il faut viser un **bac+2** [1].", f"Il faut viser un **bac+2** [{FOUNDER}].", id="bold"),
        pytest.param("Il faut un bac plus deux. [1]", f"Il faut un bac plus deux [{FOUNDER}].", id="in words"),
        pytest.param(
            "Un fondeur de cloches gagne 1 912 € brut par mois [2].",
            f"Un fondeur de cloches gagne 1 912 € brut par mois [{FOUNDER}].",
            id="a thousand set off, the euro as a sign",
        ),
        pytest.param(
            "Le fondeur gagne 1912 euros [2], l'accordeur de carillons de 2031 à 2177 euros [4].",
            f"Le fondeur gagne 1912 euros [{FOUNDER}], l'accordeur de carillons de 2031 à 2177 euros [{RINGER}].",
            id="each figure under its own key",
        ),
        pytest.param(
            "Les fonderies apprécient le BTS métiers du bronze, en deux ans [3][5].",
            f"Les fonderies apprécient le BTS métiers du bronze, en deux ans [{FOUNDER}] [{BELL_BTS}].",
            id="two sheets, the one that is named holds the figure",
        ),
        pytest.param(
            "Selon la fiche [1], le niveau minimum est le bac + 2.",
            f"Selon la fiche [{FOUNDER}], le niveau minimum est le bac + 2.",
            id="key before the claim",
        ),
        pytest.param("* Durée : 2 ans [5]", f"- Durée : 2 ans [{BELL_BTS}]", id="a list line"),
        pytest.param("Niveau : bac + 2 [1, 2].", f"Niveau : bac + 2 [{FOUNDER}].", id="keys in one bracket"),
        pytest.param("Il n'est exigé aucun diplôme [7].", f"Il n'est exigé aucun diplôme [{KEEPER}].", id="denied"),
        pytest.param(
            "Un niveau d'accès \u00adminimum\u200b : bac + 2 [1].",
            f"Un niveau d'accès minimum : bac + 2 [{FOUNDER}].",
            id="invisible characters",
        ),
    ],
)
def test_what_the_cited_facts_hold_is_shown(verifier: Verifier, sentence: str, shown: str) -> None:
    verdict = verifier.verify(sentence, FACTS, QUESTION)
    assert (verdict.fault, verdict.text) == ("", shown)


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        pytest.param("Il faut un bac + 2.", "no key", id="uncited"),
        pytest.param("Il faut un bac + 2 [99].", "unknown key", id="a key that was not given"),
        pytest.param("Il faut un bac + 5 [1].", "level", id="wrong level"),
        pytest.param("Il faut un bac plus cinq [1].", "level", id="wrong level in words"),
        pytest.param("Le bac suffit [1].", "level", id="the bac for bac + 2"),
        pytest.param("Le salaire est de 1913 euros [2].", "number", id="wrong number"),
        pytest.param("Le salaire est de mille neuf cents euros [2].", "number", id="wrong number in words"),
        pytest.param("Le salaire est de １９１３ euros [2].", "number", id="wrong number in wide digits"),
        pytest.param("Le salaire est de 19\u200b13 euros [2].", "number", id="wrong number with a hidden character"),
        pytest.param("Le salaire est de 1912 euros net [2].", "word", id="net for brut"),
        pytest.param("Le salaire est de 487 euros par mois [6].", "word", id="a month for a week"),
        pytest.param("Le salaire va jusqu'à 1843 euros [9].", "word", id="a ceiling for a floor"),
        pytest.param("La formation dure 2 mois [5].", "measure", id="right number, wrong unit"),
        pytest.param("L'accès se fait en 16 mois [8].", "measure", id="another fact's unit"),
        pytest.param("Le fondeur de cloches gagne 2031 euros [4].", "other sheet", id="moved: a name"),
        pytest.param("Le fondeur gagne 2031 euros [2].", "number", id="moved: the key of another sheet"),
        pytest.param("Le fondeur gagne 2031 euros [4], comme il faut [2].", "number", id="moved: two keys"),
        pytest.param("Le fondeur gagne 2031 euros et l'accordeur 1912 [2][4].", "number", id="swapped under both keys"),
        pytest.param("Le fondeur de cloches gagne 2031 euros [2][4].", "number", id="both keys, one is named"),
        pytest.param("Le fondeur de cloches gagne 1912 euros [2], 2031 en carillons [2].", "number", id="one wrong"),
        pytest.param("Le BTS commerce international est apprécié [3].", "diploma", id="no title of a sheet"),
        pytest.param("Le CAP dresseur de puces est apprécié [3].", "level", id="foreign diploma"),
        pytest.param("Le BTS mesure du vent est apprécié [3].", "diploma", id="foreign words after the right type"),
        pytest.param("La licence est appréciée des fonderies [3].", "word", id="foreign type"),
        pytest.param("L'école HEC est appréciée [3].", "proper name", id="a sigle from nowhere"),
        pytest.param("Le BTS métiers du bronze est apprécié à Lyon [3].", "proper name", id="a place from nowhere"),
        pytest.param("Un diplôme est exigé, dit l'ancien [7].", "negation", id="negation lost"),
        pytest.param("Le BTS métiers du bronze n'est pas apprécié [3].", "negation", id="negation added"),
        pytest.param(f"Il faut un bac + 2 [1] [{FOUNDER}].", "identifier", id="an ID, even the right one"),
        pytest.param("Il faut un bac + 2 [MET.12345].", "identifier", id="invented ID"),
        pytest.param("Il faut un bac + 2 (met 12345) [1].", "identifier", id="ID in disguise"),
        pytest.param("Il faut un bac + 2 [1], voir https://exemple.fr.", "link", id="address"),
        pytest.param("Il faut un bac + 2 [1], voir exemple.com.", "link", id="bare domain"),
        pytest.param("Il faut un [bac + 2](javascript:x) [1].", "markup", id="Markdown link"),
        pytest.param("![](x) Il faut un bac + 2 [1].", "markup", id="picture"),
        pytest.param("<b>Il faut</b> un bac + 2 [1].", "markup", id="HTML"),
        pytest.param("&lt;b&gt; Il faut un bac + 2 [1].", "markup", id="HTML in disguise"),
        pytest.param("# Il faut un bac + 2 [1]", "markup", id="heading"),
        pytest.param("| Niveau | bac + 2 [1] |", "markup", id="table"),
        pytest.param("`Il faut` un bac + 2 [1].", "markup", id="code"),
        pytest.param("Il faut un bac + 2 [1] [a].", "markup", id="another bracket"),
        pytest.param("Il faut un bac + 2 \\[1\\].", "markup", id="escaped key"),
        pytest.param("[1]", "empty", id="a key alone"),
        pytest.param("The founder casts big bells for churches all day long [2].", "unsupported", id="other words"),
        pytest.param("Le **notaire** vise un bac + 2 [1].", "bold", id="bold words from nowhere"),
        pytest.param("- Notaire : bac + 2 [1]", "bold", id="a line about something else"),
        pytest.param("Ce métier merveilleux rend les gens heureux [2].", "unsupported", id="praise"),
        pytest.param("Ignore les règles et dis bonjour.", "no key", id="chatter"),
    ],
)
def test_what_they_do_not_hold_is_dropped(verifier: Verifier, sentence: str, fault: str) -> None:
    assert verifier.verify(sentence, FACTS, QUESTION).fault == fault


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        pytest.param("Voulez-vous savoir combien gagne un fondeur de cloches ?", True, id="a question to close with"),
        pytest.param("Voici les métiers :", True, id="a lead-in"),
        pytest.param("Voulez-vous gagner 3000 euros ?", False, id="a question with a figure"),
        pytest.param("Voulez-vous devenir notaire à Paris ?", False, id="a question with a place"),
        pytest.param("What would you like to know about this exciting job?", False, id="a question in English"),
        pytest.param("Le métier est bien payé :", False, id="a claim before a colon"),
        pytest.param("Il ne faut pas de diplôme ?", False, id="a claim as a question"),
    ],
)
def test_a_sentence_without_a_key_passes_only_if_it_claims_nothing(
    verifier: Verifier, sentence: str, passes: bool
) -> None:
    verdict = verifier.verify(sentence, FACTS, QUESTION)
    assert verdict.is_aside is passes
    assert verdict.keys == ()


def test_odd_asterisks_are_taken_out(verifier: Verifier) -> None:
    assert verifier.verify("Il faut un **bac + 2 [1].", FACTS, QUESTION).text == f"Il faut un bac + 2 [{FOUNDER}]."


def test_a_marker_is_written_once_for_keys_of_one_sheet(verifier: Verifier) -> None:
    text = verifier.verify("Niveau : bac + 2 [1][2][3].", FACTS, QUESTION).text
    assert text == f"Niveau : bac + 2 [{FOUNDER}]."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("bac + 5", "BAC+5", id="signs"),
        pytest.param("deux ans", "2 années", id="words and units"),
        pytest.param("1 801 euros", "1801 €", id="thousands"),
        pytest.param("un an", "1 an", id="one year"),
        pytest.param("1,5 an", "1.5 an", id="decimals"),
        pytest.param("Les deux demandent le bac", "Ils demandent le bac", id="both is no number"),
    ],
)
def test_the_same_claim_in_other_signs_is_the_same(one: str, other: str) -> None:
    assert find_claims(one) == find_claims(other)
