"""The edges of the service: a finished application comes in, the same one that can stand on a network goes out.

From the outside in: who speaks through a proxy, security headers, other sites, then the gate (ways, keys, passwords,
rate), the size of bodies, and the shares of several processes. None of it logs an address, a key or what a request
holds.
"""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from chatbot.api.turns import TURNS
from chatbot.config import Settings
from chatbot.edges.bodies import MAX_BODY_BYTES, BodyLimit
from chatbot.edges.forwarding import Forwarding
from chatbot.edges.gate import Gate
from chatbot.edges.headers import SecurityHeaders
from chatbot.edges.origins import Origins
from chatbot.edges.spreading import Loads, Spreading
from chatbot.ui import FIRST

__all__ = ["MAX_BODY_BYTES", "Loads", "put_edges"]
PREFLIGHT_SECONDS = 600


def put_edges(application: ASGIApp, settings: Settings, loads: Loads | None = None) -> ASGIApp:
    """Put the edges around an application, one of several where there are loads to share.

    Raise SettingsError for a file of keys or users that can't be read.
    """
    if loads:
        loads.claim()
        TURNS.watch(loads.tell)
        application = Spreading(application, loads.is_lighter_elsewhere)
    edged: ASGIApp = Origins(Gate(BodyLimit(application), settings), settings)
    if settings.origins:
        edged = CORSMiddleware(
            edged,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=["Retry-After", "Content-Disposition", "Mcp-Session-Id"],
            max_age=PREFLIGHT_SECONDS,
        )
    return Forwarding(SecurityHeaders(edged, settings.origins, (FIRST,)), settings.proxies)
