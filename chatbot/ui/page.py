"""The Gradio page: its views, and the files that dress them, mounted beside the API."""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from chatbot.api import Service
from chatbot.ui.chat import build_chat, chat_routes
from chatbot.ui.compare import build_compare
from chatbot.ui.dossier import build_dossier
from chatbot.ui.explorer import build_explorer
from chatbot.ui.feedback import Feedback
from chatbot.ui.files import FILES
from chatbot.ui.header import TITLE, build_header
from chatbot.ui.sheet import build_sheet
from chatbot.ui.tools import build_tools

# Gradio takes its words from the browser's language: the page is in French for everybody. It may put a view in its
# place before the scripts are there: their calls wait.
FIRST = """
document.documentElement.lang = "fr";
for (const [name, value] of [["language", "fr-FR"], ["languages", ["fr-FR", "fr"]]]) {
  Object.defineProperty(navigator, name, { get: () => value });
}
window.page ??= {
  calls: [],
  start(...given) { this.calls.push(["start", given]); },
};
"""


def mount_page(api: FastAPI, service: Service, feedback: Path | None = None) -> FastAPI:
    """Add the page at / to the application, its style and scripts under /page; ratings go to `feedback`, if any."""
    ratings = Feedback(feedback) if feedback else None
    api.include_router(chat_routes(service, ratings))
    files = StaticFiles(directory=FILES)
    api.mount(f"/page/{version_files()}", files)
    api.mount("/page", files)
    fonts = ["system-ui", "sans-serif"]
    application: FastAPI = gr.mount_gradio_app(
        api,
        build_page(service, ratings),
        path="/",
        theme=gr.themes.Base(font=fonts, font_mono=["monospace"]),
        head=render_head(),
        footer_links=[],
        ssr_mode=False,
        mcp_server=find_spec("mcp") is not None,  # comes with gradio[mcp]
        favicon_path=FILES / "icon.svg",
    )
    return application


def build_page(service: Service, feedback: Feedback | None) -> gr.Blocks:
    """Build the views, one below the other; page.js shows one at a time."""
    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with page:
        build_header(service)
        build_chat(service, feedback)
        build_sheet(service)
        build_explorer(service)
        build_compare(service)
        build_dossier(service)
        build_tools(service)
    page.app_id = int(version_page(), 16)  # the same in every process: by it a browser knows that its page is old
    return page


def version_page() -> str:
    """Give what changes with the views themselves, as far as a browser that has the page open must know."""
    sources = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return hashlib.sha256(version_files().encode() + sources + gr.__version__.encode()).hexdigest()[:12]


@cache
def version_files() -> str:
    """Give what changes with the content of any file, so that no browser keeps an old one."""
    content = b"".join(path.read_bytes() for path in sorted(FILES.iterdir()))
    return hashlib.sha256(content).hexdigest()[:12]


def render_head() -> str:
    """Link the style and the scripts."""
    folder = f"/page/{version_files()}"
    return (
        f'<script>{FIRST}</script><meta name="color-scheme" content="light dark">'
        f'<meta name="referrer" content="no-referrer"><link rel="stylesheet" href="{folder}/main.css">'
        f'<script type="module" src="{folder}/main.js"></script>'
    )
