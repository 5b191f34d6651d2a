"""Icons by name: line drawings of our own, 24 by 24, in the colour of the text; decoration only, words stand beside."""

_PATHS = {
    "chat": "M4 5h16v11H10l-5 4v-4H4z",
    "explore": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm4 5-2.5 5.5L8 16l2.5-5.5z",
    "compare": "M4 4h6v16H4zM14 4h6v16h-6z",
    "dossier": "M3 6h6l2 2h10v11H3zM3 11h18",
    "copy": "M9 9h11v11H9zM15 9V4H4v11h5",
    "retry": "M20 11a8 8 0 1 0-2.3 6.7M20 5v6h-6",
    "edit": "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    "stop": "M6 6h12v12H6z",
    "send": "M4 12 20 4l-5 16-3.5-6.5z",
    "up": "M7 11l4-8c1.7 0 2.5 1 2.2 2.8L12.6 9H19l-1.5 10H7zM7 11H3v8h4",
    "down": "M7 13l4 8c1.7 0 2.5-1 2.2-2.8L12.6 15H19L17.5 5H7zM7 13H3V5h4",
    "back": "M11 5l-7 7 7 7M4 12h16",
    "print": "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z",
    "download": "M12 4v11M7 11l5 5 5-5M4 20h16",
    "plus": "M12 5v14M5 12h14",
    "check": "M5 13l4 4L19 7",
    "bin": "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
    "path": "M4 20h4v-5h4v-5h4V5h4",
    "out": "M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20 20",
    "close": "M6 6l12 12M18 6L6 18",
}


def icon(name: str) -> str:
    """Draw an icon."""
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{_PATHS[name]}"/></svg>'


def button(name: str, words: str, action: str, css: str = "") -> str:
    """Draw a button: icon and words; page.js does what `action` says."""
    return f'<button type="button" class="button {css}" data-do="{action}">{icon(name)}<span>{words}</span></button>'


def small_button(name: str, words: str, action: str) -> str:
    """Draw a button that shows its icon alone, its words on hovering and to those who listen."""
    return (
        f'<button type="button" class="button quiet" data-do="{action}" title="{words}">{icon(name)}'
        f'<span class="unseen">{words}</span></button>'
    )
