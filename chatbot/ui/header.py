"""The top of the page: what it is, what is loaded, how far to trust it; and the way to the views."""

from typing import Any

import gradio as gr

from chatbot.api import Service, say_unavailable
from chatbot.ui.icons import icon
from chatbot.ui.rendering import count, escape, link_out

TITLE = "Métiers et formations"
REMOTE = "Un modèle de langue, sur un autre serveur, met les réponses en forme : n'écrivez rien de personnel."
VIEWS = (
    ("chat", "Discuter", "chat"),
    ("explorer", "Explorer", "explore"),
    ("comparer", "Comparer", "compare"),
    ("dossier", "Dossier", "dossier"),
)


def build_header(service: Service) -> None:
    """Build the header and the navigation; what is loaded is said anew at each visit.

    By a server function and no event of Gradio's: those go through a queue that belongs to one process of several.
    """

    def loaded(_: Any = None) -> str:
        return render_header(service)

    started = "page.start('navigation', element);"
    gr.HTML(render_navigation(), elem_id="top", apply_default_css=False, js_on_load=started)
    gr.HTML(
        render_header(service),
        elem_id="loaded",
        apply_default_css=False,
        js_on_load="page.start('loaded', element, {server});",
        server_functions=[loaded],
    )


def render_navigation() -> str:
    """Render the title, the link that skips to the content, and the views."""
    links = "".join(
        f'<li><a href="?vue={key}" data-view="{key}">{icon(drawing)}<span>{words}</span>'
        f'<span class="tally" data-tally="{key}" hidden></span></a></li>'
        for key, words, drawing in VIEWS
    )
    return (
        '<a class="skip" href="#content">Aller au contenu</a>'
        f'<h1>{TITLE}</h1><nav id="views" aria-label="Vues"><ul>{links}</ul></nav>'
        '<p id="announcer" class="unseen" role="status" aria-live="polite"></p>'
    )


def render_header(service: Service) -> str:
    """Say what is loaded, and what the page is."""
    index, notice = service.open_index(), ""
    if index is None:
        loaded = say_unavailable(service)
    else:
        counts = index.chatbot.catalogue.counts()
        loaded = (
            f"{count(counts['metier'], 'métier')} et {count(counts['formation'], 'formation')}, "
            f"fiches indexées le {index.indexed_at:%d/%m/%Y}"
            + (f", version {index.corpus_version}" if index.corpus_version else "")
        )
        if index.remote_model:
            notice = f"<p><strong>{REMOTE}</strong> ({escape(index.generator)})</p>"
    source = link_out("https://www.onisep.fr", "Onisep")
    return (
        "<p><strong>Assistant automatique, qui peut se tromper\u00a0:</strong> vérifiez avec un conseiller ou une "
        f"conseillère d'orientation.</p><p>{escape(loaded)}. Source\u00a0: {source} (Idéo, licence ODbL).</p>{notice}"
    )
