"""The Gradio page: its views, and the files that dress them, mounted beside the API."""

import hashlib
from functools import cache
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from chatbot.api import Service
from chatbot.ui.chat import build_chat
from chatbot.ui.feedback import Feedback
from chatbot.ui.header import TITLE, build_header
from chatbot.ui.sheet import build_sheet

FILES = Path(__file__).parent.parent / "data" / "page"
# Gradio takes its words from the browser's language: the page is in French for everybody.
LANGUAGE = (
    'document.documentElement.lang="fr";'
    'for(const[k,v]of[["language","fr-FR"],["languages",["fr-FR","fr"]]])'
    "Object.defineProperty(navigator,k,{get:()=>v});"
)


def mount_page(api: FastAPI, service: Service, feedback: Path | None = None) -> FastAPI:
    """Add the page at / to the application, and its style and scripts under /page; ratings go to `feedback`, if any."""
    api.mount("/page", StaticFiles(directory=FILES), name="page")
    fonts = ["system-ui", "sans-serif"]
    application: FastAPI = gr.mount_gradio_app(
        api,
        build_page(service, Feedback(feedback) if feedback else None),
        path="/",
        theme=gr.themes.Base(font=fonts, font_mono=["monospace"]),
        head=render_head(),
        footer_links=[],
        ssr_mode=False,
        favicon_path=FILES / "icon.svg",
    )
    return application


def build_page(service: Service, feedback: Feedback | None) -> gr.Blocks:
    """Build the views, one below the other; page.js shows one at a time."""
    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with page:
        build_header(service, page)
        build_chat(service, feedback)
        build_sheet(service)
    page.queue(default_concurrency_limit=8)
    return page


@cache
def render_head() -> str:
    """Link the style and the scripts; their address changes with their content, so no browser keeps old ones."""
    files = [path for path in sorted(FILES.iterdir()) if path.suffix in (".css", ".js")]
    version = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
    styles = [f'<link rel="stylesheet" href="/page/{path.name}?{version}">' for path in files if path.suffix == ".css"]
    scripts = [f'<script src="/page/{path.name}?{version}"></script>' for path in files if path.suffix == ".js"]
    meta = '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
    return "\n".join([f"<script>{LANGUAGE}</script>", meta, *styles, *scripts])


