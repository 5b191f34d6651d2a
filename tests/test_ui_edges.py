"""The page with its edges, in a browser: its policy holds, and a refusal is said in French."""

import json
from pathlib import Path

from playwright.sync_api import Browser, expect

from chatbot.edges.hashes import hash_password
from tests.fake_chatbot import FakeChatbot
from tests.site import Site, find_port, serve_apart, visit


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
    settings = {"CHATBOT_RATE_LIMIT": "2", "CHATBOT_PAGE_USERS": str(users)}
    who = {"username": "zoe", "password": "un long mot"}
    with serve_apart(find_port(), **settings) as site, browser.new_context(http_credentials=who) as context:  # type: ignore[arg-type]
        page = context.new_page()
        visit(page, site.url)
        field = page.get_by_label("Votre question", exact=True)
        for _ in range(3):  # the visit counted, too
            field.fill("Quel diplôme ?")
            page.keyboard.press("Enter")
            expect(page.locator("[aria-busy]")).to_have_count(0)
        expect(page.locator("#notice")).to_contain_text("Trop de demandes en une minute : réessayez dans")
        expect(page.locator("#notice")).to_contain_text("Votre question est gardée")
        expect(field).to_have_value("Quel diplôme ?")
        page.evaluate("Promise.all([...Array(20)].map(() => fetch('gradio_api/component_server/', {method: 'POST'})))")
        page.get_by_role("navigation", name="Vues").get_by_role("link", name="Explorer").click()
        expect(page.locator("#total")).to_contain_text("Trop de demandes en une minute")
