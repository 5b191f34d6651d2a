"""What the page renders, without a browser: answers, sheets, what the browser kept, ratings."""

import asyncio
import json
from pathlib import Path

import pytest

from chatbot.browse import Browser
from chatbot.citations import Citation, public_url
from chatbot.telemetry.masking import mask
from chatbot.ui.chat import answer_events, render_answer
from chatbot.ui.compare import describe_comparison
from chatbot.ui.conversation import Ask, Exchange, history_of, read_ask, read_conversation
from chatbot.ui.feedback import Feedback
from chatbot.ui.files import FILES
from chatbot.ui.header import render_header
from chatbot.ui.passages import find_passage, render_prose
from chatbot.ui.rendering import address_of, choose_citation, link_out, render_markdown
from chatbot.ui.sheet import Wanted, render_wanted
from chatbot.ui.starters import questions_for, read_audiences, render_starters
from tests.apart import run_apart
from tests.fake_chatbot import FakeChatbot, FakeSearcher, FakeService
from tests.site import PAYLOAD, build_catalogue
from tests.small_world import BELL_BTS, FOUNDER, TAMER, TAMER_CAP, UNLOADED, WIND_GAUGER
from tests.test_stream import PATIENCE, Endless

SALAIRE = Citation("MET.1", "metier", "dompteur", "Salaire", "1 800\neuros", public_url("MET.1", "metier"))
NIVEAU = Citation("MET.1", "metier", "dompteur", "Niveau d'accès minimum", "bac + 5", public_url("MET.1", "metier"))


@pytest.fixture(scope="module")
def catalogued() -> Browser:
    return Browser(build_catalogue(), FakeSearcher())


def exchange(text: str = "oui [MET.1]", *citations: Citation) -> Exchange:
    return Exchange(question="Combien ?", text=text, citations=citations or (SALAIRE,), suggestions=("Et après ?",))


def test_a_marker_is_a_chip_that_opens_the_sheet_at_the_passage() -> None:
    html = render_answer(exchange())
    assert 'href="?fiche=MET.1&amp;section=Salaire&amp;passage=1+800%0Aeuros"' in html
    assert 'aria-label="MET.1, fiche\u00a0: dompteur, Salaire">MET.1</a>' in html


def test_a_marker_leads_to_the_citation_whose_words_stand_before_it() -> None:
    html = render_markdown("Il faut un bac + 5 [MET.1]. On gagne 1 800 euros [MET.1].", (SALAIRE, NIVEAU))
    sections = [part.split("&amp;")[0] for part in html.split("section=")[1:]]
    assert sections == ["Niveau+d%27acc%C3%A8s+minimum", "Salaire"]
    assert choose_citation("autre chose", (SALAIRE, NIVEAU)) is SALAIRE


def test_the_sources_of_an_answer_stand_under_it_sheet_by_sheet() -> None:
    html = render_answer(exchange("oui [MET.1]", NIVEAU, SALAIRE))
    assert "<summary>1 source</summary>" in html
    assert "<q>1\u00a0800 euros</q>" in html and "<q>bac + 5</q>" in html
    assert f'href="{public_url("MET.1", "metier")}" target="_blank" rel="noopener noreferrer"' in html


def test_a_sheet_of_ones_own_is_cited_by_its_kind_and_its_own_site() -> None:
    own = Citation("LYC.12", "formation", "BTS d'ici", "Titre", "BTS d'ici", "http://lycee.example/bts")
    html = render_answer(exchange("oui [LYC.12]", own))
    assert '<a class="chip formation"' in html and '>lycee.example<svg' in html
    unlinked = Citation("LYC.12", "formation", "BTS d'ici", "Titre", "BTS d'ici", "")
    assert "_blank" not in render_answer(exchange("oui [LYC.12]", unlinked))


def test_suggestions_and_ratings_are_buttons() -> None:
    assert '<button type="button" data-do="ask">Et après\u00a0?</button>' in render_answer(exchange())
    assert "rate-down" in render_answer(exchange(), rated=True)
    assert "rate-down" not in render_answer(exchange())


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("**a** *b*", "<p><strong>a</strong> <em>b</em></p>", id="emphasis"),
        pytest.param("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", id="list"),
        pytest.param("## a", "<p><strong>a</strong></p>", id="a heading would break the order of the page's"),
        pytest.param("a : « b » !", "<p>a\u00a0: «\u00a0b\u00a0»\u00a0!</p>", id="no break before punctuation"),
        pytest.param("[x](https://x.fr)", "<p>[x](https://x.fr)</p>", id="no link but markers"),
        pytest.param("![x](https://x.fr)", "<p>![x](https://x.fr)</p>", id="no picture"),
        pytest.param("<b>x</b> &lt;i>", "<p>&lt;b&gt;x&lt;/b&gt; &lt;i&gt;</p>", id="no HTML"),
        pytest.param("<script>\nx\n</script>", "<p>&lt;script&gt;\nx\n&lt;/script&gt;</p>", id="no block of HTML"),
    ],
)
def test_markdown_of_answers(text: str, html: str) -> None:
    assert render_markdown(text).strip() == html


def test_a_table_of_an_answer_scrolls_on_its_own() -> None:
    html = render_markdown("| a | b [MET.1] |\n|---|---|\n| 1 | 2 |", (SALAIRE,))
    assert '<div class="scrolls" tabindex="0" role="region" aria-label="Tableau"><table role="table">' in html
    assert '<th role="columnheader">b <a class="chip' in html


def test_a_table_that_compares_is_laid_out_as_one() -> None:
    html = render_markdown("| | a | b |\n|---|---|---|\n| x | 1 | 2 |")
    assert '<table role="table" class="compared" style="--columns: 2">' in html


def test_nothing_hostile_stays_html() -> None:
    hostile = Citation("MET.1", "metier", PAYLOAD, PAYLOAD, PAYLOAD, "javascript:alert(1)")
    answered = Exchange(question="x", text=PAYLOAD, status=PAYLOAD, citations=(hostile,), suggestions=(PAYLOAD,))
    html = render_answer(answered)
    assert "<img" not in html and "<script" not in html and "javascript:" not in html
    assert html.count("</details>") == 1


def test_only_addresses_of_the_web_become_links_out() -> None:
    assert link_out("https://x.fr/?a=1&b", "x").startswith('<a class="out " href="https://x.fr/?a=1&amp;b"')
    assert link_out("javascript:alert(1)", "<x>") == "&lt;x&gt;"


@pytest.mark.parametrize("stored", [None, "x", {"a": 1}, [1], [{"question": "a"}], [{"question": 1, "text": "b"}]])
def test_what_is_no_conversation_is_an_empty_one(stored: object) -> None:
    assert read_conversation(stored) == []


@pytest.mark.parametrize("sent", [None, {}, {"question": " \x00 "}, {"question": 3}, {"question": "x" * 9000}])
def test_what_is_no_question_is_none(sent: object) -> None:
    assert read_ask(sent) is None


def test_history_keeps_the_last_turns_within_the_contract() -> None:
    turns = history_of([Exchange(question=f"q{n}", text="r" * 9000) for n in range(30)])
    assert len(turns) == 40
    assert (turns[0].role, turns[0].content) == ("user", "q10")
    assert max(len(turn.content) for turn in turns) == 8000


def test_the_header_says_where_questions_go_when_they_leave() -> None:
    away = FakeService(FakeChatbot(generator="openai:<x>", remote_model=True))
    assert "modèle de langue, sur un autre serveur" in render_header(away)
    assert "openai:&lt;x&gt;" in render_header(away)
    here = FakeService(FakeChatbot(generator="ollama:x"))
    assert "modèle de langue" not in render_header(here)


def test_the_header_says_what_is_loaded_or_what_to_run() -> None:
    assert "1 métier et 0 formation, fiches indexées le 02/01/2026" in render_header(FakeService())
    assert "python -m chatbot index" in render_header(FakeService(None))


def test_starters_are_those_that_the_loaded_sheets_answer() -> None:
    for audience in read_audiences():
        assert audience.questions
        everything = {sheet_id for _, sheets in audience.questions for sheet_id in sheets}
        assert len(questions_for(audience, everything)) == min(4, len(audience.questions))
    assert "e-commerce" in render_starters({"MET.854"})
    assert "animaux" not in render_starters({"MET.854"})


@pytest.mark.parametrize(
    ("passage", "found"),
    [
        pytest.param("un deux", "un\ndeux", id="white space folded"),
        pytest.param("Un … quatre", "un|quatre", id="what is left out"),
        pytest.param("deux cinq", "", id="not verbatim"),
        pytest.param("", "", id="empty"),
        pytest.param("(.*", "", id="no pattern"),
    ],
)
def test_a_passage_is_found_verbatim_or_not_at_all(passage: str, found: str) -> None:
    text = "un\ndeux trois quatre"
    assert "|".join(text[start:end] for start, end in find_passage(text, passage)) == found


def test_a_passage_is_marked_across_paragraphs_and_bullets() -> None:
    text = "Un <b>\n- deux\n- trois"
    html = render_prose(text, find_passage(text, "<b> - deux"))
    assert html == "<p>Un <mark>&lt;b&gt;</mark></p><ul><li><mark>deux</mark></li><li>trois</li></ul>"


def test_a_sheet_shows_its_facts_sections_links_and_parcours(catalogued: Browser) -> None:
    html = render_wanted(catalogued, Wanted(fiche=TAMER.lower()))
    assert "CAP ou équivalent" in html and "1843 euros" in html and "Mettre en scène" in html
    assert f'href="?fiche={TAMER_CAP}"' in html and f'href="?fiche={UNLOADED}"' in html
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in html and "Le parcours en texte" in html
    assert f'href="?fiche={FOUNDER}"' in render_wanted(catalogued, Wanted(fiche=BELL_BTS))


@pytest.mark.parametrize(
    ("section", "passage", "marked"),
    [
        pytest.param("Niveau d'accès minimum", "CAP ou équivalent", "CAP ou équivalent", id="a fact"),
        pytest.param("Salaire", "A partir de 1843 euros brut par mois.", "A partir de 1843 euros", id="a salary"),
        pytest.param("Conditions de travail", "140 jours par an", "140 jours par an", id="a section"),
        pytest.param("Formations recommandées", "CAP dresseur de puces", '<a class="to-sheet', id="a link"),
        pytest.param("Titre", "dresseur/euse de puces", "Dresseur", id="the title"),
        pytest.param("Salaire", "2000 euros", "", id="words that the sheet doesn't say"),
    ],
)
def test_the_cited_passage_is_marked_once(catalogued: Browser, section: str, passage: str, marked: str) -> None:
    html = render_wanted(catalogued, Wanted(fiche=TAMER, section=section, passage=passage))
    assert html.count("<mark>") == int(bool(marked))
    assert f"<mark>{marked}" in html or not marked


def test_an_absent_fact_is_said_to_be_absent(catalogued: Browser) -> None:
    assert "La fiche ne le dit pas." in render_wanted(catalogued, Wanted(fiche=WIND_GAUGER))


@pytest.mark.parametrize(
    ("sheet_id", "said"),
    [("MET.404", "Fiche introuvable"), ("<b>", "«\u00a0&lt;b&gt;\u00a0»"), (UNLOADED, "pas chargée")],
)
def test_a_sheet_that_is_not_there_is_said_so(catalogued: Browser, sheet_id: str, said: str) -> None:
    assert said in render_wanted(catalogued, Wanted(fiche=sheet_id))


def test_every_cell_of_a_comparison_has_its_source(catalogued: Browser) -> None:
    table = describe_comparison(catalogued, (TAMER, FOUNDER.lower(), TAMER, "MET.404"))["table"]
    assert "A partir de 1843 euros" in table and "1912 euros" in table
    assert f'href="?fiche={FOUNDER}&amp;section=Salaire' in table
    for cell in table.split("<td ")[2:]:
        assert "chip" in cell or "unsaid" in cell


def test_a_comparison_that_cannot_be_says_why(catalogued: Browser) -> None:
    assert "au moins deux" in describe_comparison(catalogued, (TAMER,))["message"]
    mixed = describe_comparison(catalogued, (TAMER, BELL_BTS))
    assert "entre eux" in mixed["message"] and len(mixed["chosen"]) == 2


def test_an_address_leaves_out_what_is_empty() -> None:
    assert address_of("MET.1") == "?fiche=MET.1"


def test_a_rating_is_one_line_without_addresses_or_numbers(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "ratings.jsonl")
    rated = exchange().model_dump(mode="json") | {"question": "Je suis a.b@c.fr, 06 12 34 56 78. Salaire ?"}
    assert feedback.store({"exchange": rated, "useful": False, "reason": "wrong", "comment": "+33 6 12 34 56 78"})
    assert feedback.store({"exchange": rated, "useful": True})
    first, second = map(json.loads, (tmp_path / "ratings.jsonl").read_text(encoding="utf-8").splitlines())
    assert set(first) == {"date", "useful", "reason", "comment", "status", "question", "sheets"}
    assert first["question"] == "Je suis [adresse], [numéro]. Salaire ?"
    assert (first["comment"], first["reason"], first["sheets"]) == ("[numéro]", "wrong", ["MET.1"])
    assert second["useful"] is True


@pytest.mark.parametrize("rated", [None, {}, {"useful": True}, {"exchange": {}, "useful": True}, "x"])
def test_what_is_no_rating_is_not_stored(tmp_path: Path, rated: object) -> None:
    assert not Feedback(tmp_path / "ratings.jsonl").store(rated)
    assert not (tmp_path / "ratings.jsonl").exists()


def test_figures_of_a_question_are_no_phone_numbers() -> None:
    assert mask("1 800 euros, MET.854, bac + 5, 2026") == "1 800 euros, MET.854, bac + 5, 2026"


def test_skeletons_hold_nothing_that_gradio_would_fill_in() -> None:
    skeletons = [path.read_text(encoding="utf-8") for path in FILES.glob("*.html")]
    assert len(skeletons) == 5
    assert not any("${" in skeleton or "{{" in skeleton for skeleton in skeletons)


def test_when_a_reader_leaves_the_chatbot_is_left_too() -> None:
    async def leave() -> None:
        events = answer_events(FakeService(writer), Ask(question="Quel diplôme ?"), False)
        assert b"Il faut" in await anext(events)
        await events.aclose()

    writer = Endless()
    run_apart(asyncio.run, leave())
    assert writer.closed.wait(PATIENCE)
