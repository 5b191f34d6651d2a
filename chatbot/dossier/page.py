"""A dossier in; one HTML page that prints well, with its own style and nothing from elsewhere, out."""

from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

from chatbot.answering.wording import unbreak
from chatbot.dossier.markdown import HEADING, render_markdown, say_date
from chatbot.dossier.model import Dossier

STYLE = Path(__file__).parent.parent / "data" / "dossier.css"
MARKDOWN = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})


def render_page(dossier: Dossier) -> str:
    """Render the whole dossier as a page of its own."""
    body = MARKDOWN.render(unbreak(render_markdown(dossier)))
    style = STYLE.read_text(encoding="utf-8")
    title = f"{HEADING}, {say_date(dossier.made_on)}"
    return (
        '<!doctype html>\n<html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>\n{style}</style></head>\n<body><main>\n{body}</main></body></html>\n"
    )
