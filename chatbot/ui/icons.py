"""Icons and buttons; the drawings stand in `data/page/icons.svg` and are decoration only, words stand beside."""


def icon(name: str) -> str:
    """Draw an icon."""
    return f'<svg class="icon" aria-hidden="true"><use href="/page/icons.svg#{name}"/></svg>'


def button(name: str, words: str, action: str, css: str = "") -> str:
    """Draw a button: icon and words; the page's scripts do what `action` says."""
    return f'<button type="button" class="button {css}" data-do="{action}">{icon(name)}<span>{words}</span></button>'
