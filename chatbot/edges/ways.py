"""The path of a request comes in; who may take that way, and what it counts for, goes out; None for what is closed.

All that isn't named here is closed. Gradio brings routes that write files, fetch addresses, read folders, keep links or
edit the program: the page needs none of them.
"""

from dataclasses import dataclass
from enum import Enum


class Guard(Enum):
    """Who may pass."""

    OPEN = "anybody"
    PAGE = "whoever may open the page"
    API = "whoever has a key, where keys are asked for"
    METRICS = "this machine, or whoever has a key"


@dataclass(frozen=True, slots=True)
class Way:
    """A way into the application: its guard, and how many requests it counts for under the rate limit."""

    guard: Guard
    cost: float = 0.0


SMALL = 0.1  # a filter or a word typed on the page: a tenth of an answer's time, and ten times as frequent
OPEN, METRICS = Way(Guard.OPEN), Way(Guard.METRICS)
FILES, QUERY, PAGE_ANSWER = Way(Guard.PAGE), Way(Guard.PAGE, SMALL), Way(Guard.PAGE, 1.0)
CALL, RESULT = Way(Guard.API, 1.0), Way(Guard.API)
EXACT = {
    "/": QUERY,
    "/api/health": OPEN,
    "/api/ready": OPEN,
    "/api/dossier": PAGE_ANSWER,  # the page makes its dossiers there
    "/metrics": METRICS,
    "/docs": FILES,
    "/docs/oauth2-redirect": FILES,
    "/openapi.json": FILES,
    "/config": FILES,
    "/favicon.ico": FILES,
    "/manifest.json": OPEN,  # browsers fetch it without the page's password
    "/robots.txt": OPEN,
    "/theme.css": FILES,
}
PREFIXES = {
    "/api/": CALL,
    "/v1/": CALL,
    "/page/": FILES,
    "/assets/": FILES,
    "/static/": FILES,
    "/static-offline-docs/": FILES,
    "/pwa_icon": FILES,
}
GRADIO = "/gradio_api/"
GRADIO_EXACT = {
    "queue/join": PAGE_ANSWER,
    "queue/data": FILES,
    "component_server": QUERY,
    "app_id": FILES,
    "cancel": FILES,
    "reset": FILES,
    "info": FILES,
    "startup-events": FILES,
    "theme.css": FILES,
}
GRADIO_PREFIXES = {"heartbeat/": FILES, "api/": CALL, "call/": CALL, "run/": CALL, "mcp/": CALL}


def find_way(method: str, path: str) -> Way | None:
    """Give the way that a request takes."""
    if path.startswith(GRADIO):
        rest = path.removeprefix(GRADIO)
        way = GRADIO_EXACT.get(rest.rstrip("/")) or (CALL if rest == "mcp" else _under(rest, GRADIO_PREFIXES))
        return RESULT if way is CALL and method == "GET" and rest.startswith("call/") else way
    way = EXACT.get(path) or _under(path, PREFIXES)
    return PAGE_ANSWER if way is FILES and method == "POST" and path.startswith("/page/") else way


def _under(path: str, prefixes: dict[str, Way]) -> Way | None:
    return next((way for prefix, way in prefixes.items() if path.startswith(prefix)), None)
