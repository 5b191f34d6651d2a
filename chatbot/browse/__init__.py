"""The catalogue and what someone looks for in; cards, pages of them, comparisons and ladders out."""

from chatbot.browse.browser import MOST_CARDS, MOST_COMPARED, Browser
from chatbot.browse.compare import label_of
from chatbot.browse.model import (
    FILTERS,
    BrowseError,
    Card,
    Cell,
    Comparison,
    Excerpt,
    Filters,
    Option,
    Page,
    Parcours,
    Row,
    Rung,
    Stage,
    Step,
    UnknownSheet,
)
from chatbot.browse.picture import draw_parcours
from chatbot.browse.text import describe_parcours

__all__ = [
    "FILTERS",
    "MOST_CARDS",
    "MOST_COMPARED",
    "BrowseError",
    "Browser",
    "Card",
    "Cell",
    "Comparison",
    "Excerpt",
    "Filters",
    "Option",
    "Page",
    "Parcours",
    "Row",
    "Rung",
    "Stage",
    "Step",
    "UnknownSheet",
    "describe_parcours",
    "draw_parcours",
    "label_of",
]
