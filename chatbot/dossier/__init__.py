"""A conversation and chosen sheets in; one document with sources, date and corpus version out."""

from chatbot.dossier.gather import gather_dossier
from chatbot.dossier.markdown import render_markdown
from chatbot.dossier.model import Asked, Corpus, Dossier, Exchange, Source
from chatbot.dossier.page import render_page
from chatbot.dossier.pdf import render_pdf

__all__ = [
    "Asked",
    "Corpus",
    "Dossier",
    "Exchange",
    "Source",
    "gather_dossier",
    "render_markdown",
    "render_page",
    "render_pdf",
]
