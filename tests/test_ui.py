"""The page: what it renders, and how it behaves in a real browser."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from chatbot.api import create_api
from chatbot.citations import Citation, public_url
from chatbot.ui import (
    EXAMPLES,
    Exchange,
    escape_markdown,
    history_of,
    mount_page,
    read_conversation,
    render_conversation,
    render_header,
)
from tests.fake_chatbot import FakeChatbot, FakeService

PAYLOAD = """<script>document.title='PWNED'</script><img src=x onerror="document.title='PWNED'"> **gras** </details>"""
CITATION = Citation("MET.1", "metier", "dompteur", "Salaire", "1 800\neuros", public_url("MET.1", "metier"))


def exchange(text: str = "oui [MET.1]", *citations: Citation) -> Exchange:
    return Exchange(question="Combien ?", text=text, citations=citations or (CITATION,), suggestions=("Et après ?",))


def test_markers_become_links_and_sources_stand_under_the_answer() -> None:
    [question, answer] = render_conversation([exchange()])
    assert question == {"role": "user", "content": r"Combien \?"}
    assert answer["content"].startswith("oui [MET.1](https://www.onisep.fr/http/redirection/metier/slug/MET.1)")
    assert "1 source<" in answer["content"]
    assert "«\u00a01 800 euros\u00a0»" in answer["content"]
    assert answer["options"] == [{"value": "Et après ?"}]


def test_no_line_breaks_before_french_punctuation() -> None:
    [_, answer] = render_conversation([exchange("Salaire : « 1 800 euros » ! [MET.1]")])
    assert answer["content"].startswith("Salaire\u00a0: «\u00a01 800 euros\u00a0»\u00a0! [MET.1](")


def test_only_the_last_answer_offers_suggestions() -> None:
    messages = render_conversation([exchange(), exchange()])
    assert ["options" in message for message in messages] == [False, False, False, True]


def test_nothing_in_a_citation_or_an_answer_stays_html() -> None:
    hostile = Citation("MET.1", "metier", PAYLOAD, PAYLOAD, PAYLOAD, 'https://x.fr/"><img src=x>')
    content = render_conversation([exchange(PAYLOAD + " ![x](https://x.fr/x.png)", hostile)])[1]["content"]
    assert "<img" not in content and "<script" not in content and "![" not in content
    assert content.count("</details>") == 1


def test_escaped_markdown_keeps_every_character() -> None:
    assert escape_markdown("a*b* <i> 1. [x](y)") == r"a\*b\* \<i\> 1\. \[x\]\(y\)"


@pytest.mark.parametrize("stored", [None, "x", {"a": 1}, [1], [{"question": "a"}], [{"question": 1, "text": "b"}]])
def test_what_is_no_conversation_is_an_empty_one(stored: object) -> None:
    assert read_conversation(stored) == []


def test_history_keeps_the_last_turns_within_the_contract() -> None:
    turns = history_of([Exchange(question=f"q{n}", text="r" * 9000) for n in range(30)])
    assert len(turns) == 40
    assert (turns[0].role, turns[0].content) == ("user", "q10")
    assert max(len(turn.content) for turn in turns) == 8000


def test_the_header_says_what_is_loaded_or_what_to_run() -> None:
    assert "1 métier et 0 formation, fiches indexées le 02/01/2026" in render_header(FakeService())
    assert "python -m chatbot index" in render_header(FakeService(None))


@dataclass
class Site:
    """A served page, and the fake service behind it."""

    url: str
    service: FakeService


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        message = "no Chromium found: the page was not tried in a browser"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    service = FakeService()
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(mount_page(create_api(service), service), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", service)
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A phone's page, fresh and open; requests to anywhere but the site are cut and fail the test."""
    site.service.chatbot = FakeChatbot()
    strangers: list[str] = []
    with browser.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR") as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: strangers.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: strangers.append(request.url) if _is_strange(request.url, site) else None)
        page.goto(site.url)
        expect(page.get_by_role("button", name=EXAMPLES[0])).to_be_visible(timeout=30_000)
        yield page
        assert strangers == []


def _is_strange(url: str, site: Site) -> bool:
    return not url.startswith((site.url, "data:", "blob:"))


def ask(page: Page, question: str) -> None:
    page.get_by_placeholder("Votre question…").fill(question)
    page.keyboard.press("Enter")


def test_a_question_gets_its_answer_with_links_and_sources(page: Page, site: Site) -> None:
    ask(page, "Quel diplôme ?")
    chat = page.locator("#chat")
    expect(chat.get_by_text("Il faut un bac + 5")).to_be_visible()
    expect(chat.get_by_role("link", name="MET.1", exact=True)).to_have_attribute("href", public_url("MET.1", "metier"))
    expect(chat.get_by_text("dompteur ou dompteuse de puces (MET.1)")).to_be_visible()
    expect(page.get_by_placeholder("Votre question…")).to_have_value("")
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_example_and_a_suggestion_ask_with_the_conversation(page: Page, site: Site) -> None:
    page.get_by_role("button", name=EXAMPLES[0]).click()
    page.get_by_role("button", name="Combien gagne un débutant ?").click()
    expect(page.get_by_text("Il faut un bac + 5")).to_have_count(2)
    assert site.service.chatbot is not None
    (first, _), (second, history) = site.service.chatbot.asked
    assert (first, second) == (EXAMPLES[0], "Combien gagne un débutant ?")
    assert [(turn.role, turn.content) for turn in history] == [
        ("user", EXAMPLES[0]),
        ("assistant", "Il faut un **bac + 5** [MET.1]."),
    ]


def test_a_reload_keeps_the_conversation_and_the_bin_erases_it(page: Page) -> None:
    ask(page, "Quel diplôme ?")
    expect(page.get_by_text("Il faut un bac + 5")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Il faut un bac + 5")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Effacer la conversation").click()
    expect(page.get_by_role("button", name=EXAMPLES[0])).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name=EXAMPLES[0])).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Il faut un bac + 5")).to_have_count(0)


def test_nothing_that_is_shown_is_executed(page: Page, site: Site) -> None:
    hostile = PAYLOAD + " [lien](javascript:document.title='PWNED') ![x](https://evil.example/x.png) [MET.1]"
    site.service.chatbot = FakeChatbot(hostile, PAYLOAD, (PAYLOAD,))
    ask(page, PAYLOAD)
    expect(page.get_by_text("1 source", exact=True)).to_be_visible()
    chat = page.locator("#chat")
    assert chat.locator("img, script, iframe, [onerror], a[href^='javascript']").count() == 0
    page.get_by_text("lien", exact=True).click()
    page.reload()
    expect(page.get_by_text("1 source", exact=True)).to_be_visible(timeout=15_000)
    assert page.title() == "Métiers et formations"


def test_without_an_index_the_page_says_what_to_run(page: Page, site: Site) -> None:
    site.service.chatbot = None
    ask(page, "Quel diplôme ?")
    expect(page.locator("#chat").get_by_text("python -m chatbot index")).to_be_visible()


def test_the_description_of_the_api_opens_without_a_network(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/docs")
    expect(page.get_by_text("/api/answer", exact=True).first).to_be_visible()
