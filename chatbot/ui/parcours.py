"""The parcours of a sheet: the drawn ladder of levels, and the same in words."""

from chatbot.browse import Parcours, describe_parcours, draw_parcours
from chatbot.ui.rendering import address_of, render_markdown


def render_parcours(parcours: Parcours) -> str:
    """Render the ladder as a picture whose steps are links, and under it as a text."""
    return (
        f'<div class="ladder">{draw_parcours(parcours, lambda sheet_id, kind: address_of(sheet_id))}</div>'
        f"<details><summary>Le parcours en texte</summary>{render_markdown(describe_parcours(parcours))}</details>"
    )
