"""Every view, narrow and wide, light and dark: axe-core finds nothing serious, and some of what it cannot tell."""

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fake_chatbot import FakeChatbot
from tests.site import DESK, PHONE, Site, ask, go, is_wider, open_page, skip_or_fail, visit
from tests.small_world import FOUNDER, TAMER

AXE = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"  # where `make test` puts it


def chat(page: Page, site: Site) -> None:
    ask(page, "Quel diplôme ?")
    page.get_by_role("button", name="Pas utile").click()


def sheet(page: Page, site: Site) -> None:
    visit(page, f"{site.url}/?fiche={TAMER}&section=Conditions+de+travail&passage=140+jours+par+an")
    expect(page.locator("mark")).to_be_visible()
    page.get_by_text("Le parcours en texte").click()


def explorer(page: Page, site: Site) -> None:
    go(page, "Explorer")
    expect(page.locator(".card").first).to_be_visible()
    page.evaluate("document.querySelectorAll('#vue-explorer details').forEach(details => { details.open = true })")
    page.get_by_role("checkbox", name="Métiers").check()
    expect(page.locator("#kept button")).to_be_visible()


def comparison(page: Page, site: Site) -> None:
    visit(page, f"{site.url}/?comparer={TAMER},{FOUNDER}")
    expect(page.get_by_role("table")).to_be_visible()
    page.get_by_label("Ajouter un métier ou une formation").fill("g")
    expect(page.locator(".picked button").first).to_be_visible()


def dossier(page: Page, site: Site) -> None:
    ask(page, "Quel diplôme ?")
    page.get_by_role("button", name="Ajouter au dossier").click()
    go(page, "Dossier")
    expect(page.get_by_label("Quel diplôme ?")).to_be_checked()


def welcome(page: Page, site: Site) -> None:
    expect(page.get_by_text("Bonjour")).to_be_visible()


VIEWS = [welcome, chat, sheet, explorer, comparison, dossier]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_no_serious_violation(
    browser: Browser,
    site: Site,
    chatbot: FakeChatbot,
    view: Callable[[Page, Site], None],
    size: tuple[int, int],
    dark: bool,
) -> None:
    if not AXE.exists():
        skip_or_fail(f"axe-core is not in {AXE.parent}: run make test where npm is installed")
    with open_page(browser, site, size, dark) as page:
        view(page, site)
        assert page.evaluate("document.body.classList.contains('dark')") == dark
        page.evaluate(AXE.read_text(encoding="utf-8") + "; null")  # the page allows no script of others
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        violations = [
            f"{each['impact']} {each['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
            for each in found["violations"]
            for node in each["nodes"]
            if each["impact"] in ("serious", "critical")
        ]
        assert violations == []
        assert not is_wider(page)


@pytest.mark.parametrize("view", VIEWS)
def test_headings_are_in_order(phone: Page, site: Site, view: Callable[[Page, Site], None]) -> None:
    view(phone, site)
    levels = phone.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].filter(h => h.checkVisibility()).map(h => +h.tagName[1])"
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels)), levels


def test_the_page_is_french_in_a_browser_that_is_not(phone: Page) -> None:
    assert phone.evaluate("document.documentElement.lang") == "fr"
    words = phone.locator("body").inner_text()
    for word in ("Send", "Clear", "Loading", "Error", "Submit", "Settings", "Built with"):
        assert word not in words


@pytest.mark.parametrize("view", VIEWS)
def test_targets_are_large_enough_to_touch(phone: Page, site: Site, view: Callable[[Page, Site], None]) -> None:
    view(phone, site)
    for button in phone.locator("button:visible, summary:visible").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 24, button.inner_text()
