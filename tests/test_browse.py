"""Browsing: what is typed finds its sheet, counts are those of the sheets, tables and ladders keep to the sheets."""

from xml.etree import ElementTree

import pytest

from chatbot.browse import (
    BrowseError,
    Browser,
    Filters,
    Parcours,
    UnknownSheet,
    describe_parcours,
    draw_parcours,
)
from chatbot.browse.levels import rung_of
from chatbot.catalogue import Catalogue
from chatbot.sheets import FORMATION, METIER, Link, Name, Niveau, Section, Sheet
from tests.fake_chatbot import FakeSearcher
from tests.small_world import (
    BELL_BTS,
    CAVE_GUIDE,
    FOUNDER,
    GATHERER,
    KEEPER,
    RINGER,
    SHEETS,
    TAMER,
    TAMER_CAP,
    UNLOADED,
    WIND_GAUGER,
    WIND_MASTER,
)

SVG = "{http://www.w3.org/2000/svg}"
PAYLOAD = "<script>alert(1)</script> \"x\" 'y' & ]]> \x08\ufffe"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("dresseur de puces", TAMER, id="name"),
        pytest.param("DRESSEUSE", TAMER, id="start of the other gender's name"),
        pytest.param("dres", TAMER, id="first letters"),
        pytest.param("bronze BTS", BELL_BTS, id="words in any order"),
        pytest.param("gardein de phare", KEEPER, id="slip"),
        pytest.param("montreur de puces", TAMER, id="everyday name"),
        pytest.param("for.90003", WIND_MASTER, id="ID"),
        pytest.param("FOR 90003", WIND_MASTER, id="ID with a space"),
        pytest.param("stalactites", CAVE_GUIDE, id="word of the text"),
    ],
)
def test_search_finds(small_browser: Browser, text: str, first: str) -> None:
    assert small_browser.search(text)[0].sheet_id == first


@pytest.mark.parametrize("text", ["", "  ", "'", "/", "MET.99999999", "\x00"])
def test_search_of_nothing_finds_nothing(small_browser: Browser, text: str) -> None:
    assert small_browser.search(text) == ()


def test_search_keeps_to_a_kind_and_a_limit(small_browser: Browser) -> None:
    cards = small_browser.search("puces", kind=FORMATION)
    assert cards and {card.kind for card in cards} == {FORMATION}
    assert len(small_browser.search("puces", limit=1)) == 1


def test_a_card_says_level_and_what_it_is(small_browser: Browser) -> None:
    metier, formation = small_browser.search(FOUNDER)[0], small_browser.search(BELL_BTS)[0]
    assert (metier.name, metier.level) == ("fondeur ou fondeuse de cloches", "bac + 2")
    assert metier.summary.startswith("Du moule en argile")
    assert formation.level == "niveau 5 (bac + 2)"
    assert formation.summary == "Brevet de technicien supérieur (BTS)"
    assert formation.url.endswith(f"/formation/slug/{BELL_BTS}")


def counts(browser: Browser, filters: Filters, name: str) -> dict[str, int]:
    return {option.value: option.count for option in browser.explore(filters).options[name]}


def test_without_filters_everything_is_there_metiers_first(small_browser: Browser) -> None:
    page = small_browser.explore(Filters())
    assert page.total == len(SHEETS) == len(page.cards)
    assert [card.kind for card in page.cards] == [METIER] * 8 + [FORMATION] * 3
    titles = [card.title for card in page.cards if card.kind == METIER]
    assert titles == sorted(titles)


def test_values_of_one_filter_add_up_and_filters_narrow(small_browser: Browser) -> None:
    outdoors, nature = "j'aimerais travailler dehors", "j'aime la nature"
    found = {card.sheet_id for card in small_browser.explore(Filters(interet=(nature, outdoors))).cards}
    assert found == {CAVE_GUIDE, KEEPER, WIND_GAUGER}
    narrowed = small_browser.explore(Filters(interet=(nature, outdoors), statut=("salarié",), niveau=("bac",)))
    assert [card.sheet_id for card in narrowed.cards] == [CAVE_GUIDE]


def test_counts_are_those_under_the_other_filters(small_browser: Browser) -> None:
    filters = Filters(niveau=("cap",), kind=(METIER,))
    assert counts(small_browser, filters, "niveau") == {"3e": 1, "cap": 3, "bac": 1, "bac+2": 1, "bac+3": 1, "bac+5": 1}
    assert counts(small_browser, filters, "kind") == {METIER: 3, FORMATION: 1}
    assert counts(small_browser, filters, "statut")["intermittent du spectacle"] == 0


def test_every_count_is_what_the_choice_gives(small_browser: Browser) -> None:
    filters = Filters(interet=("j'aime la nature",), text="le")
    for name, options in small_browser.explore(filters).options.items():
        for option in options:
            chosen = {field: getattr(filters, field) for field in ("kind", "interet", "niveau", "statut", "domaine")}
            assert small_browser.explore(Filters(**chosen | {name: (option.value,)}, text="le")).total == option.count


def test_chosen_values_are_marked_and_unknown_ones_give_nothing(small_browser: Browser) -> None:
    page = small_browser.explore(Filters(statut=("artisan", "pirate")))
    assert [option.value for option in page.options["statut"] if option.selected] == ["artisan"]
    assert {card.sheet_id for card in page.cards} == {TAMER, FOUNDER}
    assert small_browser.explore(Filters(statut=("pirate",))).total == 0


def test_text_filters_and_ranks(small_browser: Browser) -> None:
    assert [card.sheet_id for card in small_browser.explore(Filters(text="puces carrosse")).cards] == [TAMER]
    assert small_browser.explore(Filters(text="xyzzy")).total == 0
    puces = small_browser.explore(Filters(text="puces"))
    assert {card.sheet_id for card in puces.cards[:2]} == {TAMER, TAMER_CAP}


def test_pages_follow_each_other(small_browser: Browser) -> None:
    whole = small_browser.explore(Filters()).cards
    parts = [small_browser.explore(Filters(), offset, 4) for offset in (0, 4, 8)]
    assert tuple(card for part in parts for card in part.cards) == whole
    assert {part.total for part in parts} == {len(whole)}
    assert small_browser.explore(Filters(), 1_000).cards == ()


def test_a_comparison_says_who_says_what_and_what_is_absent(small_browser: Browser) -> None:
    comparison = small_browser.compare([FOUNDER, WIND_GAUGER])
    rows = {row.label: row.cells for row in comparison.rows}
    assert [cell.text for cell in rows["Niveau d'accès minimum"]] == ["bac + 2", "bac + 5"]
    pay = rows["Salaire du débutant"]
    assert (pay[0].sheet_id, pay[0].text, pay[0].section) == (FOUNDER, "1912 euros brut par mois.", "Salaire")
    assert pay[1].is_absent and pay[1].text == "non précisé"
    assert "Emploi et évolution" not in rows
    assert rows["Missions"][0].text.startswith("Le bronze est versé")


def test_formations_compare_with_formations(small_browser: Browser) -> None:
    rows = {row.label: row.cells for row in small_browser.compare([TAMER_CAP, WIND_MASTER]).rows}
    assert [cell.text for cell in rows["Durée de la formation"]] == ["2 ans", "2 ans"]
    assert [cell.text for cell in rows["Niveau de sortie"]] == ["niveau 3 (CAP ou équivalent)", "niveau 7"]


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        pytest.param([TAMER], "deux à quatre", id="one"),
        pytest.param([TAMER, TAMER], "deux à quatre", id="one twice"),
        pytest.param([TAMER, FOUNDER, RINGER, KEEPER, GATHERER], "deux à quatre", id="five"),
        pytest.param([TAMER, TAMER_CAP], "entre", id="two kinds"),
        pytest.param([TAMER, UNLOADED], UNLOADED, id="unknown"),
    ],
)
def test_what_does_not_compare_is_refused(small_browser: Browser, ids: list[str], words: str) -> None:
    with pytest.raises(BrowseError, match=words):
        small_browser.compare(ids)


def steps(parcours: Parcours) -> dict[str, list[str]]:
    return {stage.rung.key: [step.sheet_id for step in stage.steps] for stage in parcours.stages}


def test_a_metier_stands_on_its_level_with_its_formations_on_theirs(small_browser: Browser) -> None:
    parcours = small_browser.parcours(WIND_GAUGER)
    assert steps(parcours) == {"3e": [], "cap": [], "bac": [], "bac+2": [], "bac+3": [], "bac+5": [WIND_MASTER]}
    assert [stage.rung.key for stage in parcours.stages if stage.target] == ["bac+5"]
    step = parcours.stages[-1].steps[0]
    assert (step.level, step.duration, step.sources) == ("niveau 7", "2 ans", (WIND_GAUGER,))


def test_a_formation_without_a_sheet_stands_apart(small_browser: Browser) -> None:
    parcours = small_browser.parcours(TAMER)
    assert [(step.sheet_id, step.loaded, step.level) for step in parcours.apart] == [(UNLOADED, False, "")]
    assert [excerpt.subheading for excerpt in parcours.excerpts] == ["Après la 3e"]
    assert f"cirque miniature, fiche non chargée ici [{TAMER}]" in describe_parcours(parcours)


def test_level_field_and_text_that_disagree_are_both_given(small_browser: Browser) -> None:
    parcours = small_browser.parcours(CAVE_GUIDE)
    assert parcours.level == "bac ou équivalent"
    assert parcours.excerpts[-1].text.startswith("Aucun diplôme n'est exigé")


def test_a_formation_leads_to_the_metiers_of_both_directions() -> None:
    """One named by the formation's own sheet, one that recommends it, one of both."""
    metiers = [
        metier("MET.1", "nommé", "bac + 2"),
        metier("MET.2", "conseille", "CAP", Link("FOR.1", "BTS puces")),
        metier("MET.3", "les deux", "autre formation", Link("FOR.1", "BTS puces")),
    ]
    formation = Sheet("FOR.1", FORMATION, "BTS puces", certification="niveau 5", metiers=("nommé", "les deux"))
    parcours = Browser(Catalogue([*metiers, formation]), FakeSearcher()).parcours("FOR.1")
    assert steps(parcours) == {"3e": [], "cap": ["MET.2"], "bac": [], "bac+2": ["MET.1"]}
    assert [(step.sheet_id, step.sources) for step in parcours.apart] == [("MET.3", ("FOR.1", "MET.3"))]


def metier(sheet_id: str, title: str, level: str, *formations: Link) -> Sheet:
    ranks = {"CAP": -2.0, "bac + 2": 2.0, "sans diplôme": -4.0}
    niveau = Niveau(level, ranks.get(level))
    return Sheet(sheet_id, METIER, title, names=(Name(title),), niveau=niveau, formations=formations)


@pytest.mark.parametrize(
    ("sheet", "key"),
    [
        pytest.param(metier("MET.1", "a", "sans diplôme"), "3e", id="no diploma"),
        pytest.param(metier("MET.1", "a", "autre formation"), "autre", id="off the ladder"),
        pytest.param(Sheet("MET.1", METIER, "a"), "autre", id="unsaid"),
        pytest.param(Sheet("FOR.1", FORMATION, "a", niveau=Niveau("seconde", -2.0)), "lycee", id="a class, no diploma"),
        pytest.param(Sheet("FOR.1", FORMATION, "a", certification="niveau 6"), "bac+3", id="certification only"),
        pytest.param(Sheet("FOR.1", FORMATION, "a", niveau=Niveau("bac + 9 et plus", 9.0)), "bac+9", id="highest"),
        pytest.param(
            Sheet("FOR.1", FORMATION, "a", certification="niveau 7", niveau=Niveau("bac + 6", 6.0)),
            "bac+6",
            id="level wins over certification",
        ),
    ],
)
def test_rung_of_a_sheet(sheet: Sheet, key: str) -> None:
    assert rung_of(sheet).key == key


def test_an_unknown_id_has_no_ladder(small_browser: Browser) -> None:
    with pytest.raises(UnknownSheet, match=UNLOADED):
        small_browser.parcours(UNLOADED)


@pytest.mark.parametrize("sheet_id", SHEETS)
def test_the_picture_is_xml_and_says_the_same_as_the_text(small_browser: Browser, sheet_id: str) -> None:
    parcours = small_browser.parcours(sheet_id)
    root = ElementTree.fromstring(draw_parcours(parcours))
    shown = " ".join(root.itertext())
    assert root.find(f"{SVG}title").text and root.find(f"{SVG}desc").text  # type: ignore[union-attr]
    for step in (*parcours.apart, *(step for stage in parcours.stages for step in stage.steps)):
        assert f"[{step.sheet_id}]" in shown
        assert step.title in describe_parcours(parcours)
    assert root.get("role") == "img" and not list(root.iter(f"{SVG}a"))


def test_steps_are_links_where_asked(small_browser: Browser) -> None:
    drawn = draw_parcours(small_browser.parcours(TAMER), lambda sheet_id, kind: f"?{kind}={sheet_id}&x")
    links = [link.get("href") for link in ElementTree.fromstring(drawn).iter(f"{SVG}a")]
    assert links == [f"?metier={TAMER}&x", f"?formation={TAMER_CAP}&x", f"?formation={UNLOADED}&x"]


def test_nothing_of_a_sheet_becomes_markup_in_the_picture() -> None:
    link = Link("FOR.1", PAYLOAD)
    sheet = Sheet(
        "MET.1",
        METIER,
        PAYLOAD,
        niveau=Niveau(PAYLOAD, 2.0),
        formations=(link,),
        sections=(Section("Durée des études", PAYLOAD, PAYLOAD),),
    )
    drawn = draw_parcours(Browser(Catalogue([sheet]), FakeSearcher()).parcours("MET.1"), lambda *_: PAYLOAD, alone=True)
    root = ElementTree.fromstring(drawn)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "style", "path", "circle", "rect", "text", "tspan", "a"),
    }
    assert "<script" not in drawn


def test_a_long_list_is_cut_in_the_picture_not_in_the_text() -> None:
    links = [Link(f"FOR.{n}", f"formation {n}") for n in range(1, 31)]
    formations = [Sheet(link.sheet_id, FORMATION, link.title, niveau=Niveau("CAP", -2.0)) for link in links]
    catalogue = Catalogue([metier("MET.1", "puce", "CAP", *links), *formations])
    parcours = Browser(catalogue, FakeSearcher()).parcours("MET.1")
    assert "et 22 de plus" in draw_parcours(parcours)
    assert describe_parcours(parcours).count("\n  - ") == 30
