"""Fixtures for the page's tests: it is served over invented sheets and a fake chatbot, and opened in a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from chatbot.api import create_api
from chatbot.catalogue import Catalogue
from chatbot.config import Settings
from chatbot.edges import put_edges
from chatbot.sheets import parse_sheet
from chatbot.ui import mount_page
from chatbot.workers import OPTIONS
from tests.fake_chatbot import SHEET, FakeChatbot, FakeService
from tests.small_world import SHEETS

PHONE = (360, 740)
DESK = (1280, 900)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAYLOAD = """<script>document.title='PWNED'</script><img src=x onerror="document.title='PWNED'"> **gras** </details>"""
POLICY = "Content Security Policy"
SETTINGS = Settings()
PATIENCE = 15_000  # milliseconds: machines that test are busy
HOSTILE = f"""# {PAYLOAD}
**ID:** MET.90666

## Présentation

{PAYLOAD} [lien](javascript:document.title='PWNED') ${{document.title='PWNED'}} {{{{constructor}}}}

**Niveau d'accès minimum:** bac + 2

**Statuts possibles:**
- {PAYLOAD}
"""


def build_catalogue() -> Catalogue:
    """Make a catalogue of invented sheets, one of them full of payloads."""
    texts = {**SHEETS, "MET.90666": HOSTILE}
    return Catalogue([SHEET, *(parse_sheet(text, f"{sheet_id}_x.md") for sheet_id, text in texts.items())])


@dataclass
class Site:
    """A served page, the fake service behind it, and the file of its ratings."""

    url: str
    service: FakeService
    ratings: Path


def build_server(
    service: FakeService, ratings: Path | None = None, settings: Settings = SETTINGS
) -> uvicorn.Server:
    """Make a server of the page and the API, with its edges on."""
    app = put_edges(mount_page(create_api(service), service, ratings), settings)
    return uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1, **OPTIONS))


@contextmanager
def serve_apart(port: int, **settings: str) -> Iterator[Site]:
    """Serve the page in a process of its own: Gradio bears only one server in each; killed when the block ends."""
    command, environment = [sys.executable, "-m", "tests.site", str(port)], os.environ | settings
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == b"listening"
        yield Site(f"http://127.0.0.1:{port}", FakeService(), Path())
    finally:
        process.kill()
        process.wait()


def find_port() -> int:
    """Find a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        skip_or_fail("no Chromium found: the page was not tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    service, ratings = FakeService(), tmp_path_factory.mktemp("ratings") / "ratings.jsonl"
    server, listener = build_server(service, ratings), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", service, ratings)
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture
def chatbot(site: Site) -> FakeChatbot:
    """The chatbot behind the page, new for each test."""
    site.service.chatbot = FakeChatbot(catalogue=build_catalogue())
    return site.service.chatbot


@pytest.fixture
def phone(browser: Browser, site: Site, chatbot: FakeChatbot) -> Iterator[Page]:
    """The page on a phone, fresh and open; a request to anywhere but the site, or a dialog, fails the test."""
    with open_page(browser, site, PHONE) as page:
        yield page


@pytest.fixture
def desk(browser: Browser, site: Site, chatbot: FakeChatbot) -> Iterator[Page]:
    """The page on a desk's screen, as `phone`."""
    with open_page(browser, site, DESK) as page:
        yield page


@contextmanager
def open_page(browser: Browser, site: Site, size: tuple[int, int], dark: bool = False) -> Iterator[Page]:
    """Open the page in a browser of its own, set to English to show that the page is French all the same."""
    strangers: list[str] = []
    scheme = "dark" if dark else "light"
    viewport = {"width": size[0], "height": size[1]}
    with browser.new_context(viewport=viewport, locale="en-US", color_scheme=scheme) as context:  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("dialog", lambda dialog: strangers.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: strangers.append(f"error {error}"))
        page.on("console", lambda said: strangers.append(said.text) if POLICY in said.text else None)
        own = (site.url, "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(own) else strangers.append(request.url))
        visit(page, site.url)
        yield page
        assert strangers == []


def visit(page: Page, address: str) -> None:
    """Open an address and wait until the page can be used."""
    page.goto(address)
    expect(page.locator("#welcome h3")).to_be_attached(timeout=30_000)


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the whole answer."""
    answered = page.locator(".exchange").count()
    page.get_by_label("Votre question", exact=True).fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".exchange .actions")).to_have_count(answered + 1, timeout=PATIENCE)


def go(page: Page, view: str) -> None:
    """Follow a link of the navigation."""
    page.get_by_role("navigation", name="Vues").get_by_role("link", name=view).click()


def tab_to(page: Page, wanted: Locator, key: str = "Tab", most: int = 80) -> None:
    """Press a key until the focus is there; it must be seen."""
    for _ in range(most):
        page.keyboard.press(key)
        if wanted.evaluate("element => element === document.activeElement"):
            outline = wanted.evaluate(
                "element => [element, element.parentElement, element.nextElementSibling].filter(Boolean)"
                ".some(each => getComputedStyle(each).outlineStyle !== 'none'"
                " || getComputedStyle(each).boxShadow !== 'none')"
            )
            assert outline, f"the focus on {wanted} cannot be seen"
            return
    raise AssertionError(f"{wanted} is not reached by {key}")


def is_wider(page: Page) -> bool:
    """Tell whether the page has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def skip_or_fail(message: str) -> None:
    """Skip where a tool is missing; on CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def grant_clipboard(context: BrowserContext) -> None:
    """Let the page copy, and the test read what it copied."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    print("listening", flush=True)
    chosen = Settings.from_environment(dotenv=None)
    build_server(FakeService(FakeChatbot(catalogue=build_catalogue())), settings=chosen).run(sockets=[listener])
