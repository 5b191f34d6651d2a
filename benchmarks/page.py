"""Measure the page in a real browser over a whole catalogue; print a Markdown table.

Run as `python benchmarks/page.py`: it starts `app.py` over CHATBOT_VECTORSTORE (an index that exists) on a port of its
own and opens it in Chromium, as a visitor with an empty cache.
"""

import argparse
import shutil
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from run import ROOT, is_ready, start_server

ROUNDS = 7
QUESTIONS = (
    "Quel diplôme pour devenir infirmière ?",
    "Combien gagne un pâtissier ?",
    "Que fait un ou une responsable e-commerce ?",
    "J'aime les animaux, mais je ne veux pas faire de longues études.",
    "Quelle différence entre le BTS MCO et le BTS comptabilité et gestion ?",
    "Quels métiers après un master marketing, vente ?",
    "Comment devenir plombier ?",
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# What a reader waits for: from the key to the first words of the answer, to all of it.
ASK = """async ([question]) => {
  const log = document.querySelector("#log");
  const field = document.querySelector("#question");
  field.value = question;
  const started = performance.now();
  const first = new Promise((resolve) => new MutationObserver((_, observer) => {
    if (!log.lastElementChild?.querySelector(".answer .text")?.textContent.trim()) return;
    observer.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - started));
  }).observe(log, { childList: true, subtree: true, characterData: true }));
  const whole = new Promise((resolve) => new MutationObserver((_, observer) => {
    if (!log.lastElementChild?.querySelector(".actions")) return;
    observer.disconnect();
    resolve(performance.now() - started);
  }).observe(log, { childList: true, subtree: true }));
  document.querySelector("#composer").requestSubmit();
  return [await first, await whole];
}"""
# From the click on a filter, or the letter typed, to the new cards; typing waits 60 ms for the next letter.
CHANGE = """async ([act]) => {
  const cards = document.querySelector("#cards");
  const started = performance.now();
  const changed = new Promise((resolve) => new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - started));
  }).observe(cards, { childList: true }));
  if (act.text === undefined) {
    document.querySelector(`#groups input[name="${act.name}"][value="${CSS.escape(act.value)}"]`).click();
  } else {
    const field = document.querySelector("#text");
    field.value = act.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return await changed;
}"""


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectorstore", type=Path, nargs="?", default=ROOT / "vectorstore", help="(%(default)s)")
    parser.add_argument("--sessions", type=int, default=0, help="pages that others keep open meanwhile (%(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="processes that serve (%(default)s)")
    options = parser.parse_args()
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        sys.exit("No Chromium found. Install it, Debian's `chromium` for one.")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    print("\n| measure | median | worst |\n|---|---|---|")
    settings = {"CHATBOT_WORKERS": str(options.workers)}
    with start_server(options.vectorstore, port, settings), sync_playwright() as playwright:
        assert is_ready(port)
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        others = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        for _ in range(options.sessions):
            visit(others.new_page(), f"http://127.0.0.1:{port}")
        for name, times in measure(browser, f"http://127.0.0.1:{port}"):
            print(f"| {name} | {statistics.median(times):,.0f} ms | {max(times):,.0f} ms |", flush=True)
        others.close()
        browser.close()


def measure(browser: Browser, url: str) -> Iterator[tuple[str, list[float]]]:
    """Give each measure with the milliseconds of its rounds."""
    yield "page usable, empty cache, from `ready` on", [open_page(browser, url) for _ in range(ROUNDS)]
    page = browser.new_page(viewport={"width": 390, "height": 844})
    visit(page, url)
    times = [page.evaluate(ASK, [question]) for question in QUESTIONS]
    yield "first words of an answer", [first for first, _ in times]
    yield "whole answer on the screen", [whole for _, whole in times]
    page.goto(f"{url}/?vue=explorer")
    page.locator(".card").first.wait_for()
    clicks = [("kind", "metier"), ("niveau", "bac"), ("niveau", "bac+2"), ("kind", "formation"), ("statut", "salarié")]
    yield "explorer, a filter clicked", [page.evaluate(CHANGE, [{"name": n, "value": v}]) for n, v in clicks]
    texts = ("an", "animaux", "bois", "véto", "informatique", "soigner les gens", "bts")
    page.goto(f"{url}/?vue=explorer")
    page.locator(".card").first.wait_for()
    yield "explorer, a word typed", [page.evaluate(CHANGE, [{"text": text}]) for text in texts]
    yield "a sheet opened", [open_sheet(page, sheet) for sheet in ("MET.38", "MET.561", "FOR.2317")]


def open_page(browser: Browser, url: str) -> float:
    """Open the page in a new browser; give the milliseconds until a question can be typed and starters be clicked."""
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        started = time.perf_counter()
        visit(page, url)
        return (time.perf_counter() - started) * 1000


def visit(page: Page, url: str) -> None:
    """Open the page and wait until it can be used."""
    page.goto(url, wait_until="commit")
    page.locator("#welcome .starter:visible").first.wait_for()


def open_sheet(page: Page, sheet_id: str) -> float:
    """Go to a sheet inside the page; give the milliseconds until it can be read."""
    started = time.perf_counter()
    go = "id => { const link = document.querySelector('#views a'); link.href = `?fiche=${id}`; link.click(); }"
    page.evaluate(go, sheet_id)
    page.locator(f'.sheet [data-sheet="{sheet_id}"]').wait_for()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
