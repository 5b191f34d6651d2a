"""A dossier: answers given again from the sheets, with their sources, in a form that prints and runs nothing."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from chatbot.answering import Chatbot
from chatbot.browse import UnknownSheet
from chatbot.catalogue import Catalogue
from chatbot.citations import cited_ids
from chatbot.dossier import Asked, Corpus, Dossier, gather_dossier, render_markdown, render_page, render_pdf
from chatbot.dossier.markdown import escape_markdown, say_date
from chatbot.dossier.pdf import flow
from chatbot.question import Turn
from chatbot.sheets import METIER, Niveau, Section, Sheet
from tests.fake_chatbot import FakeChatbot
from tests.small_world import TAMER, TAMER_CAP, UNLOADED, WIND_GAUGER

CORPUS = Corpus(6819, datetime(2026, 11, 25, 17, 34, tzinfo=UTC), "20261125T173405-ad657d63")
TODAY = date(2026, 12, 1)
PAYLOAD = '<img src=x onerror="alert(1)"> [x](javascript:alert(1)) ![y](http://z) **b** | c | `d` # e & f'


def gather(bot: Chatbot, *questions: str | Asked, sheets: tuple[str, ...] = (), title: str = "") -> Dossier:
    asked = [Asked(one) if isinstance(one, str) else one for one in questions]
    return gather_dossier(bot, bot.catalogue, CORPUS, TODAY, asked, sheets, title)


class Tags(HTMLParser):
    """Collects the tags and addresses of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("href", "src")]
        assert not any(name.startswith("on") for name, _ in attributes)

    def handle_data(self, data: str) -> None:
        self.text += data


def pdf_text(dossier: Dossier) -> str:
    """Give the words that go onto the pages of the PDF."""
    return "\n".join(block.getPlainText() for block in flow(dossier) if hasattr(block, "getPlainText"))


def test_questions_are_answered_as_in_their_conversation(bot: Chatbot) -> None:
    first, second = "Quel salaire pour un dresseur de puces ?", "et les conditions de travail ?"
    dossier = gather(bot, first, second)
    answers = [exchange.answer for exchange in dossier.exchanges]
    assert answers[0] == bot.answer(first)
    assert answers[1] == bot.answer(second, [Turn("user", first), Turn("assistant", answers[0].text)])
    assert TAMER in cited_ids(answers[1].text)


def test_a_question_that_is_not_kept_still_gives_its_meaning_to_the_next(bot: Chatbot) -> None:
    first = Asked("Quel salaire pour un dresseur de puces ?", kept=False)
    [exchange] = gather(bot, first, "et les conditions de travail ?").exchanges
    assert TAMER in cited_ids(exchange.answer.text)


def test_only_the_last_turns_are_told() -> None:
    fake = FakeChatbot()
    gather_dossier(fake, fake.catalogue, CORPUS, TODAY, [Asked(str(n)) for n in range(30)])
    assert [len(history) for _, history in fake.asked] == [min(2 * n, 40) for n in range(30)]
    assert fake.asked[-1][1][-2] == Turn("user", "28")


def test_sources_are_each_sheet_once_with_the_words_cited(bot: Chatbot) -> None:
    questions = ("Quel salaire pour un dresseur de puces ?", "et le niveau ?")
    dossier = gather(bot, *questions, sheets=(TAMER, TAMER_CAP, TAMER))
    ids = [source.sheet_id for source in dossier.sources]
    assert ids[0] == TAMER and len(ids) == len(set(ids)) and TAMER_CAP in ids
    assert ("Salaire", "A partir de 1843 euros brut par mois.") in dossier.sources[0].excerpts
    assert [shown.sheet.sheet_id for shown in dossier.sheets] == [TAMER, TAMER_CAP]


def test_an_unknown_sheet_is_refused(bot: Chatbot) -> None:
    with pytest.raises(UnknownSheet, match=UNLOADED):
        gather(bot, sheets=(UNLOADED,))


def test_absent_facts_of_a_sheet_are_said(bot: Chatbot) -> None:
    [shown] = gather(bot, sheets=(WIND_GAUGER,)).sheets
    assert dict(shown.facts)["Salaire du débutant"] == "non précisé"


@pytest.mark.parametrize("render", [render_markdown, render_page, pdf_text])
def test_every_form_says_what_it_rests_on(bot: Chatbot, render: object) -> None:
    dossier = gather(bot, "Quel salaire pour un dresseur de puces ?", sheets=(WIND_GAUGER,), title="Entretien du 1er")
    text = re.sub(r"[\s\\]+", " ", render(dossier))  # type: ignore[operator]
    for words in (
        *("Dossier d'orientation", "Entretien du 1er", "1er décembre 2026", "6 819 fiches", "25 novembre 2026"),
        *("20261125T173405-ad657d63", "qui peut se tromper", "Onisep", "ODbL", "[MET.90001", "1843 euros"),
        *("Jaugeur ou jaugeuse de vent", "mâts de 80 mètres", "master mesure du vent", "Sources"),
    ):
        assert words in text.replace("&#x27;", "'"), words


def hostile(bot: Chatbot) -> Dossier:
    sheet = Sheet(
        "MET.1", METIER, PAYLOAD, niveau=Niveau(PAYLOAD, 0.0), sections=(Section("Présentation", PAYLOAD, PAYLOAD),)
    )
    fake = FakeChatbot(catalogue=Catalogue([sheet]), excerpt=PAYLOAD)
    return gather_dossier(fake, fake.catalogue, CORPUS, TODAY, [Asked(PAYLOAD)], ["MET.1"], PAYLOAD)


def test_nothing_becomes_markup_on_the_page(bot: Chatbot) -> None:
    page = Tags(render_page(hostile(bot)))
    assert not page.tags & {"img", "script", "code", "iframe"}
    assert all(address.startswith("https://www.onisep.fr/") for address in page.addresses)
    assert page.text.count('<img src=x onerror="alert(1)">') >= 5
    assert page.text.count("| c | `d` # e & f") >= 5


def test_nothing_becomes_markup_in_the_pdf(bot: Chatbot) -> None:
    document = render_pdf(hostile(bot))
    assert b"javascript" not in document and b"/JS" not in document
    assert pdf_text(hostile(bot)).count('<img src=x onerror="alert(1)"> [x](javascript:alert(1))') >= 4


def test_the_pdf_has_pages_links_and_a_language(bot: Chatbot) -> None:
    document = render_pdf(gather(bot, "Quel salaire pour un dresseur de puces ?", sheets=(TAMER, WIND_GAUGER)))
    assert document.startswith(b"%PDF-")
    assert b"/Lang (fr-FR)" in document
    assert len(re.findall(rb"/Type /Page\b", document)) >= 2
    assert b"https://www.onisep.fr/http/redirection/metier/slug/MET.90001" in document


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        pytest.param("cœur, Œuvre, À, « l’été », – —…", "cœur, Œuvre, À, « l’été », – —…", id="French"),
        pytest.param("1\u202f800\u00a0€", "1\u00a0800\u00a0€", id="amount"),
        pytest.param("bravo 🎓 المهنة", "bravo ? ??????", id="letters that the font lacks"),
        pytest.param("a < b & c > d", "a < b & c > d", id="signs of markup"),
    ],
)
def test_letters_of_the_pdf(bot: Chatbot, written: str, printed: str) -> None:
    fake = FakeChatbot(text=written)
    assert printed.replace(" »", "\u00a0»").replace("« ", "«\u00a0") in pdf_text(
        gather_dossier(fake, fake.catalogue, CORPUS, TODAY, [Asked("a")])
    )


def test_rows_taller_than_a_page_and_words_wider_than_a_line_are_broken() -> None:
    tall, wide = "mot " * 3_000, "x" * 2_000
    fake = FakeChatbot(text=f"| a | b |\n|---|---|\n| {tall} | {wide} |")
    document = render_pdf(gather_dossier(fake, fake.catalogue, CORPUS, TODAY, [Asked(wide)]))
    assert len(re.findall(rb"/Type /Page\b", document)) >= 3


def test_headings_stay_with_what_follows(bot: Chatbot) -> None:
    kept = {block.style.name for block in flow(gather(bot, sheets=(TAMER,))) if block.getKeepWithNext()}
    assert kept == {"h1", "h2", "h3", "h4", "h5"}


@pytest.mark.parametrize(
    ("day", "said"),
    [(date(2026, 3, 1), "1er mars 2026"), (date(2026, 8, 15), "15 août 2026"), (date(2027, 2, 2), "2 février 2027")],
)
def test_dates_are_french(day: date, said: str) -> None:
    assert say_date(day) == said


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        pytest.param("- bac + 2, 1.5 an", "\\- bac + 2, 1.5 an", id="no list"),
        pytest.param("12. puces", "12\\. puces", id="no number"),
        pytest.param("# a *b* [c](d) <e> f|g", "\\# a \\*b\\* \\[c\\](d) \\<e\\> f\\|g", id="no markup"),
        pytest.param("a\nb", "a b", id="one line"),
    ],
)
def test_markdown_shows_a_text_as_it_is(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped
