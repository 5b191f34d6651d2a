"""The dossier: what to take away of the conversation and the sheets, to print, as PDF or as Markdown.

The document is made by `POST /api/dossier`, from the sheets; here are the choices only.
"""

import gradio as gr

from chatbot.api import Service
from chatbot.ui.compare import make_finder
from chatbot.ui.files import read_template

STARTED = "page.start('dossier', element, {server});"


def build_dossier(service: Service) -> None:
    """Build the view where a dossier is put together."""
    gr.HTML(
        html_template=read_template("dossier"),
        elem_id="vue-dossier",
        elem_classes="view",
        apply_default_css=False,
        js_on_load=STARTED,
        server_functions=[make_finder(service)],
    )
