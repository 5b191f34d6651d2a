"""The chat in a real browser: asking, citations, the conversation that stays, ratings, and what can go wrong."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from chatbot.answering import Answer
from chatbot.question import Turn
from tests.fake_chatbot import FakeChatbot
from tests.site import (
    PAYLOAD,
    PHONE,
    Site,
    ask,
    find_port,
    go,
    grant_clipboard,
    is_wider,
    open_page,
    serve_apart,
    visit,
)

QUESTION = "Votre question"


@dataclass
class SlowChatbot(FakeChatbot):
    """Answers when it is let."""

    gate: threading.Event = field(default_factory=threading.Event)

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        self.gate.wait(20)
        return super().answer(question, history)


class HaltingChatbot(SlowChatbot):
    """Shows its first words, then goes on when it is let."""

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[str | Answer]:
        yield "Il faut"
        yield self.answer(question, history)


class BrokenChatbot(FakeChatbot):
    """Never answers."""

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        raise RuntimeError("broken on purpose")


def test_a_question_gets_its_answer_with_chips_and_sources(phone: Page) -> None:
    ask(phone, "Quel diplôme ?")
    log = phone.get_by_role("log")
    expect(log.get_by_text("Il faut un bac + 5")).to_be_visible()
    expect(phone.get_by_label(QUESTION, exact=True)).to_have_value("")
    expect(log.get_by_text("« bac + 5 »")).to_be_hidden()  # collapsed on a phone
    log.get_by_text("1 source").click()
    expect(log.locator("q", has_text="bac + 5")).to_be_visible()
    expect(log.get_by_role("link", name="onisep.fr")).to_have_attribute("target", "_blank")
    expect(phone.locator("#announcer")).to_have_text("Réponse : Il faut un bac + 5 .")
    assert phone.evaluate("document.documentElement.lang") == "fr"
    assert not is_wider(phone)


def test_on_a_wide_screen_sources_stand_open(desk: Page) -> None:
    ask(desk, "Quel diplôme ?")
    expect(desk.locator("q", has_text="bac + 5")).to_be_visible()


def test_a_citation_opens_its_sheet_at_the_passage_and_back_is_the_chat(phone: Page) -> None:
    ask(phone, "Quel diplôme ?")
    phone.get_by_role("link", name="MET.1, fiche").first.click()
    expect(phone.get_by_role("heading", name="Dompteur ou dompteuse de puces")).to_be_visible()
    expect(phone.locator("mark")).to_have_text("bac + 5")
    expect(phone.locator("mark")).to_be_in_viewport()
    assert "fiche=MET.1" in phone.url
    phone.go_back()
    expect(phone.locator("#log").get_by_text("Il faut un bac + 5")).to_be_visible()


def test_starters_follow_the_audience_and_ask(desk: Page, chatbot: FakeChatbot) -> None:
    assert desk.locator(".starter:visible").count() == 0  # no sheet of the invented ones answers them
    expect(desk.get_by_role("radio", name="Au collège")).to_be_checked()
    desk.get_by_text("Conseiller, conseillère").click()
    desk.reload()
    expect(desk.get_by_role("radio", name="Conseiller, conseillère")).to_be_checked()


def test_a_suggestion_asks_with_the_conversation(phone: Page, chatbot: FakeChatbot) -> None:
    ask(phone, "Quel diplôme ?")
    phone.get_by_role("button", name="Combien gagne un débutant ?").click()
    expect(phone.locator("#log").get_by_text("Il faut un bac + 5")).to_have_count(2)
    (first, _), (second, history) = chatbot.asked
    assert (first, second) == ("Quel diplôme ?", "Combien gagne un débutant ?")
    assert [(turn.role, turn.content) for turn in history] == [
        ("user", "Quel diplôme ?"),
        ("assistant", "Il faut un **bac + 5** [MET.1]."),
    ]
    expect(phone.get_by_role("group", name="Questions à poser ensuite").locator("visible=true")).to_have_count(1)


def test_a_long_answer_starts_in_view_word_by_word(phone: Page, chatbot: FakeChatbot) -> None:
    chatbot.text = "Premier.\n\n" + "Encore des mots à lire. " * 120 + "Dernier [MET.1]."
    phone.evaluate(
        """() => {
            const log = document.querySelector("#log");
            window.lengths = new Set();
            new MutationObserver(() => lengths.add(log.textContent.length)).observe(log,
                { childList: true, subtree: true });
        }"""
    )
    ask(phone, "Raconte")
    log = phone.get_by_role("log")
    expect(log.get_by_text("Premier.")).to_be_in_viewport()
    expect(log.get_by_text("Dernier")).to_have_count(1)
    expect(phone.get_by_role("heading", name="Raconte")).to_be_in_viewport()
    assert phone.evaluate("window.lengths.size") > 10


def test_stop_keeps_what_was_said_and_another_question_can_be_asked(phone: Page, chatbot: FakeChatbot) -> None:
    chatbot.text = "Un mot " * 5_000
    phone.get_by_label(QUESTION, exact=True).fill("Raconte")
    phone.keyboard.press("Enter")
    expect(phone.locator("#log").get_by_text("Un mot")).to_be_visible()
    phone.get_by_role("button", name="Arrêter").click()
    expect(phone.locator(".exchange .notice")).to_have_text("Réponse arrêtée.")
    chatbot.text = "Bien."
    ask(phone, "Et après ?")
    expect(phone.locator("#log").get_by_text("Bien.")).to_be_visible()
    [turn] = [turn for turn in chatbot.asked[1][1] if turn.role == "assistant"]
    assert 0 < len(turn.content) < 8_000


def test_stop_before_the_first_word(phone: Page, site: Site) -> None:
    site.service.chatbot = slow = SlowChatbot()
    phone.get_by_label(QUESTION, exact=True).fill("Raconte")
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("Je cherche dans les fiches…")).to_be_visible()
    phone.get_by_role("button", name="Arrêter").click()
    slow.gate.set()
    expect(phone.locator(".exchange .notice")).to_be_visible()
    ask(phone, "Et après ?")
    expect(phone.locator("#log").get_by_text("Il faut un bac + 5")).to_have_count(1)


def test_the_first_words_show_before_the_last_are_written(phone: Page, site: Site) -> None:
    site.service.chatbot = halting = HaltingChatbot(generator="ollama:x")
    phone.get_by_label(QUESTION, exact=True).fill("Quel diplôme ?")
    phone.keyboard.press("Enter")
    expect(phone.locator("#log").get_by_text("Il faut", exact=True)).to_be_visible()
    halting.gate.set()
    expect(phone.locator("#log").get_by_text("Il faut un bac + 5")).to_be_visible()


def test_retry_and_edit_replace_the_answer(phone: Page, chatbot: FakeChatbot) -> None:
    ask(phone, "Quel diplôme ?")
    phone.get_by_role("button", name="Réessayer").click()
    expect(phone.locator("#log").get_by_text("Il faut un bac + 5")).to_have_count(1)
    phone.get_by_role("button", name="Modifier").click()
    field = phone.get_by_label(QUESTION, exact=True)
    expect(field).to_have_value("Quel diplôme ?")
    field.fill("Quel salaire ?")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="Quel salaire ?")).to_be_visible()
    expect(phone.locator(".exchange")).to_have_count(1)
    assert [question for question, _ in chatbot.asked] == ["Quel diplôme ?", "Quel diplôme ?", "Quel salaire ?"]
    assert [len(history) for _, history in chatbot.asked] == [0, 0, 0]


def test_copy_takes_the_text_with_its_sources(phone: Page) -> None:
    grant_clipboard(phone.context)
    ask(phone, "Quel diplôme ?")
    phone.get_by_role("button", name="Copier").click()
    expect(phone.get_by_role("button", name="Copié")).to_be_visible()
    copied = phone.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Il faut un **bac + 5** [MET.1].") and "onisep.fr" in copied and "ODbL" in copied


def test_a_reload_keeps_the_conversation_and_erasing_is_for_good(phone: Page) -> None:
    ask(phone, "Quel diplôme ?")
    phone.reload()
    expect(phone.locator("#log").get_by_text("Il faut un bac + 5")).to_be_visible()
    phone.get_by_role("button", name="Effacer la conversation").click()
    expect(phone.get_by_text("Bonjour")).to_be_visible()
    assert phone.evaluate("localStorage.getItem('conversation')") is None
    phone.get_by_role("button", name="Annuler").click()
    expect(phone.locator("#log").get_by_text("Il faut un bac + 5")).to_be_visible()
    phone.get_by_role("button", name="Effacer la conversation").click()
    phone.reload()
    expect(phone.get_by_text("Bonjour")).to_be_visible()
    expect(phone.locator("#log").get_by_text("Il faut un bac + 5")).to_have_count(0)


def test_the_conversation_goes_on_after_the_server_has_been_restarted(browser: Browser) -> None:
    port = find_port()
    with ExitStack() as stack:
        with serve_apart(port) as site:
            page = stack.enter_context(open_page(browser, site, PHONE))
            ask(page, "Quel diplôme ?")
            expect(page.get_by_role("button", name="Utile", exact=True)).to_have_count(0)  # no file of ratings
        page.get_by_label(QUESTION, exact=True).fill("Et le salaire ?")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Le serveur ne répond pas.")).to_be_visible()
        expect(page.get_by_label(QUESTION, exact=True)).to_have_value("Et le salaire ?")
        stack.enter_context(serve_apart(port))
        expect(page.locator("#log").get_by_text("Il faut un bac + 5")).to_have_count(1)
        expect(page.get_by_label(QUESTION, exact=True)).to_have_value("Et le salaire ?")
        ask(page, "Et le salaire ?")
        expect(page.locator("#log").get_by_text("Il faut un bac + 5")).to_have_count(2)


def test_a_page_that_is_older_than_the_server_is_loaded_again(phone: Page, site: Site) -> None:
    ask(phone, "Quel diplôme ?")
    phone.context.set_offline(True)
    phone.get_by_label(QUESTION, exact=True).fill("Et le salaire ?")
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("Le serveur ne répond pas.")).to_be_visible()
    phone.route("**/gradio_api/app_id", lambda route: route.fulfill(json={"app_id": 1}))
    with phone.expect_event("load", timeout=30_000):
        phone.context.set_offline(False)
    expect(phone.locator("#log").get_by_text("Il faut un bac + 5")).to_have_count(1)
    expect(phone.get_by_label(QUESTION, exact=True)).to_have_value("Et le salaire ?")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        pytest.param(429, '{"detail": "Trop de questions à la fois."}', "Trop de questions à la fois.", id="busy"),
        pytest.param(413, '{"detail": "La requête est trop volumineuse."}', "trop volumineuse", id="large"),
        pytest.param(502, "<html>Bad Gateway</html>", "Le serveur ne répond pas.", id="proxy"),
        pytest.param(403, "no", "Une erreur est survenue.", id="unsaid"),
        pytest.param(200, ": ping\n\n", "Le serveur ne répond pas.", id="cut"),
    ],
)
def test_a_refusal_is_told_in_its_own_words_and_the_question_kept(
    phone: Page, status: int, body: str, words: str
) -> None:
    phone.route("**/page/answer", lambda route: route.fulfill(status=status, body=body))
    phone.get_by_label(QUESTION, exact=True).fill("Quel diplôme ?")
    phone.keyboard.press("Enter")
    expect(phone.get_by_text(words)).to_be_visible()
    expect(phone.get_by_label(QUESTION, exact=True)).to_have_value("Quel diplôme ?")
    phone.unroute("**/page/answer")
    ask(phone, "Quel diplôme ?")


def test_ratings_are_stored_with_their_reason(phone: Page, site: Site) -> None:
    ask(phone, "Quel diplôme ? Mon adresse : lea@exemple.fr")
    phone.get_by_role("button", name="Pas utile").click()
    phone.get_by_label("Il manque quelque chose").check()
    phone.get_by_role("button", name="Envoyer l'avis").click()
    expect(phone.get_by_text("Merci pour votre avis.").first).to_be_visible()
    line = json.loads(site.ratings.read_text(encoding="utf-8").splitlines()[-1])
    assert (line["useful"], line["reason"], line["sheets"]) == (False, "incomplete", ["MET.1"])
    assert "[adresse]" in line["question"]


def test_nothing_that_is_shown_is_executed(phone: Page, site: Site, chatbot: FakeChatbot) -> None:
    chatbot.text = PAYLOAD + " [lien](javascript:document.title='PWNED') ![x](https://evil.example/x.png) [MET.1] ${1}"
    chatbot.excerpt, chatbot.suggestions = PAYLOAD, (PAYLOAD,)
    ask(phone, PAYLOAD)
    phone.get_by_text("1 source").click()
    phone.reload()
    expect(phone.get_by_text("1 source")).to_be_visible()
    for sheet_id in ("MET.90666", PAYLOAD):
        phone.goto(f"{site.url}/?fiche={sheet_id}&passage={PAYLOAD}&section={PAYLOAD}")
        expect(phone.locator("#sheet h2")).to_be_visible()
    phone.goto(f"{site.url}/?vue={PAYLOAD}&question={PAYLOAD}")
    expect(phone.get_by_label(QUESTION, exact=True)).to_have_value(PAYLOAD)
    assert phone.locator("main").locator("img, script, iframe[src], [onerror], a[href^='javascript']").count() == 0
    assert phone.title() == "Métiers et formations"


def test_what_others_wrote_in_the_storage_of_the_browser_is_data(phone: Page, site: Site) -> None:
    sheet = {"id": "\"><img src=x onerror=\"document.title='PWNED'\">", "title": PAYLOAD}
    stored = {
        "conversation": [{"question": PAYLOAD, "text": PAYLOAD, "status": PAYLOAD, "suggestions": [PAYLOAD]}],
        "compared": [sheet],
        "kept": [sheet, {"id": 1}, None],
        "audience": PAYLOAD,
    }
    store(phone, {name: json.dumps(value) for name, value in stored.items()})
    visit(phone, site.url)
    expect(phone.locator(".exchange .answer")).to_have_count(1)
    for view in ("Comparer", "Dossier", "Discuter"):
        go(phone, view)
    assert phone.locator("main").locator("img, script, [onerror]").count() == 0
    for broken in ("[1, 2]", "{", '"x"', '[{"question": "a"}]'):
        store(phone, dict.fromkeys(("conversation", "compared", "kept"), broken))
        visit(phone, site.url)
        ask(phone, "Quel diplôme ?")
    assert phone.title() == "Métiers et formations"


def store(page: Page, texts: dict[str, str]) -> None:
    """Put texts into the browser's storage."""
    for name, text in texts.items():
        page.evaluate("([name, text]) => localStorage.setItem(name, text)", [name, text])


def test_without_an_index_the_page_says_what_to_run(phone: Page, site: Site) -> None:
    site.service.chatbot = None
    ask(phone, "Quel diplôme ?")
    expect(phone.get_by_role("log").get_by_text("python -m chatbot index")).to_be_visible()


def test_the_description_of_the_api_opens_without_a_network(phone: Page, site: Site) -> None:
    phone.goto(f"{site.url}/docs")
    expect(phone.get_by_text("/api/answer", exact=True).first).to_be_visible()


def test_a_question_that_breaks_the_chatbot_is_given_back(phone: Page, site: Site) -> None:
    site.service.chatbot = BrokenChatbot()
    phone.get_by_label(QUESTION, exact=True).fill("Quel diplôme ?")
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("Une erreur est survenue")).to_be_visible()
    expect(phone.get_by_label(QUESTION, exact=True)).to_have_value("Quel diplôme ?")
