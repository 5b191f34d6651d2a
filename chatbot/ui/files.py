"""The files that dress the page: skeletons of views, style, scripts."""

from pathlib import Path

FILES = Path(__file__).parent.parent / "data" / "page"


def read_template(name: str) -> str:
    """Read the skeleton of a view; Gradio takes it as a template, so it holds no `${` and no `{{`."""
    return (FILES / f"{name}.html").read_text(encoding="utf-8")
