"""The page with its edges, in a browser: its policy holds, and a refusal is said in French."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chatbot.edges.hashes import hash_password
from tests.fake_chatbot import FakeChatbot
from tests.site import Site, ask, find_port, go, serve_apart, visit

LOADING = 30_000  # milliseconds
QUERIES = "**/gradio_api/component_server/**"
WAIT = "Trop de demandes en une minute : réessayez dans 7 secondes."
PICKERS = [("Comparer", "Ajouter un métier ou une formation"), ("Dossier", "Ajouter une fiche")]


def refuse(page: Page, path: str = QUERIES, status: int = 429) -> None:
    """Have requests refused from now on, as the gate refuses them."""
    problem = json.dumps({"status": status, "detail": WAIT})
    headers = {"Content-Type": "application/problem+json", "Retry-After": "7"}
    page.route(path, lambda route: route.fulfill(status=status, headers=headers, body=problem))


def test_scripts_and_requests_that_the_policy_does_not_name_are_blocked(
    browser: Browser, site: Site, chatbot: FakeChatbot
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(site.url)
        blocked = page.evaluate(
            """async () => {
                const told = [];
                addEventListener("securitypolicyviolation", (event) => told.push(event.effectiveDirective));
                const script = document.createElement("script");
                script.textContent = "document.title = 'PWNED'";
                document.head.append(script);
                const image = new Image();
                image.src = "http://127.0.0.1:9/x.png";
                document.body.append(image);
                await fetch("http://127.0.0.1:9/x").catch(() => null);
                await new Promise((done) => setTimeout(done));
                return told;
            }"""
        )
        assert {"script-src-elem", "img-src", "connect-src"} <= set(blocked)
        assert page.title() != "PWNED"


def test_a_reader_who_asks_too_much_is_told_to_wait_and_keeps_the_question(browser: Browser, tmp_path: Path) -> None:
    users = tmp_path / "users.json"
    users.write_text(json.dumps({"zoe": {"hash": hash_password("un long mot"), "since": "2026"}}))
    settings = {"CHATBOT_RATE_LIMIT": "1", "CHATBOT_PAGE_USERS": str(users)}
    who = {"username": "zoe", "password": "un long mot"}
    with serve_apart(find_port(), **settings) as site, browser.new_context(http_credentials=who) as context:  # type: ignore[arg-type]
        page = context.new_page()
        visit(page, site.url)
        field = page.get_by_label("Votre question", exact=True)
        for _ in range(2):  # the visit counted, too
            field.fill("Quel diplôme ?")
            page.keyboard.press("Enter")
            expect(page.locator("[aria-busy]")).to_have_count(0)
        expect(page.locator("#notice")).to_contain_text("Trop de demandes en une minute : réessayez dans")
        expect(page.locator("#notice")).to_contain_text("Votre question est gardée")
        expect(field).to_have_value("Quel diplôme ?")
        page.evaluate("Promise.all([...Array(20)].map(() => fetch('gradio_api/component_server/', {method: 'POST'})))")
        page.get_by_role("navigation", name="Vues").get_by_role("link", name="Explorer").click()
        expect(page.locator("#total")).to_contain_text("Trop de demandes en une minute")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("view", "label"), PICKERS)
def test_a_field_that_finds_sheets_says_that_it_must_wait(desk: Page, view: str, label: str, status: int) -> None:
    go(desk, view)
    refuse(desk, status=status)
    found = desk.locator(f"#vue-{view.lower()} .picked li")
    desk.get_by_label(label).fill("gard")
    expect(found).to_have_text(WAIT)
    expect(desk.locator("#announcer")).to_have_text(WAIT)
    desk.unroute(QUERIES)
    desk.get_by_label(label).fill("gardien")
    expect(found.first).to_contain_text("Gardien ou gardienne de phare")


def test_a_server_that_is_gone_is_not_said_to_be_busy(desk: Page) -> None:
    go(desk, "Comparer")
    refuse(desk)
    field, found = desk.get_by_label(PICKERS[0][1]), desk.locator("#vue-comparer .picked li")
    field.fill("gard")
    expect(found).to_have_text(WAIT)
    desk.unroute(QUERIES)
    desk.route(QUERIES, lambda route: route.abort())
    field.fill("gardien")
    expect(found).to_have_text("Le serveur ne répond pas.")


def test_an_erased_conversation_that_cannot_be_shown_again_yet_is_not_lost(desk: Page) -> None:
    ask(desk, "Quel diplôme ?")
    desk.get_by_role("button", name="Effacer la conversation").click()
    refuse(desk)
    desk.get_by_role("button", name="Annuler").click()
    expect(desk.locator("#notice")).to_contain_text(WAIT)
    desk.unroute(QUERIES)
    desk.get_by_role("button", name="Annuler").click()
    expect(desk.locator(".exchange .actions")).to_have_count(1)


def test_a_rating_that_is_refused_is_said_so_and_can_be_given_again(desk: Page, site: Site) -> None:
    ask(desk, "Quel diplôme ?")
    refuse(desk)
    desk.get_by_role("button", name="Utile", exact=True).click()
    expect(desk.locator(".rating")).to_contain_text(f"{WAIT} Votre avis n'a pas pu être enregistré.")
    desk.unroute(QUERIES)
    desk.get_by_role("button", name="Utile", exact=True).click()
    expect(desk.locator(".rating")).to_have_text("Merci pour votre avis.")


def test_the_explorer_asks_again_for_filters_that_it_was_refused(desk: Page, site: Site) -> None:
    refuse(desk)
    desk.goto(f"{site.url}/?vue=explorer")
    expect(desk.locator("#groups")).to_have_text(WAIT, timeout=LOADING)
    expect(desk.locator("#total")).to_have_text(WAIT)
    expect(desk.locator("#notice")).to_contain_text(WAIT)
    desk.unroute(QUERIES)
    go(desk, "Discuter")
    go(desk, "Explorer")
    expect(desk.locator("#total")).to_have_text("13 fiches")
    expect(desk.locator("#groups .group").first).to_be_visible()


def test_a_sheet_a_comparison_and_a_dossier_say_why_there_is_none(desk: Page, site: Site) -> None:
    visit(desk, f"{site.url}/?comparer=MET.1,MET.2")
    refuse(desk)
    refuse(desk, "**/api/dossier", 503)
    desk.reload()
    expect(desk.locator("#compare-message")).to_have_text(WAIT, timeout=LOADING)
    desk.goto(f"{site.url}/?fiche=MET.1")
    expect(desk.locator("#sheet h2")).to_have_text(WAIT, timeout=LOADING)
    desk.unroute(QUERIES)
    visit(desk, site.url)
    ask(desk, "Quel diplôme ?")
    desk.get_by_role("button", name="Ajouter au dossier").click()
    go(desk, "Dossier")
    desk.get_by_role("button", name="Imprimer").click()
    expect(desk.locator("#dossier-message")).to_have_text(WAIT)


def test_without_an_index_every_view_says_so(desk: Page, site: Site) -> None:
    site.service.chatbot = None
    missing = "Les fiches ne sont pas encore indexées."
    desk.goto(f"{site.url}/?fiche=MET.1")
    expect(desk.locator("#sheet h2")).to_contain_text(missing, timeout=LOADING)
    for view, label in PICKERS:
        go(desk, view)
        desk.get_by_label(label).fill("gardien")
        expect(desk.locator(f"#vue-{view.lower()} .picked li")).to_contain_text(missing)
