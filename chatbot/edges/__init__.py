"""The edges of the service: a finished application comes in, the same one that can stand on a network goes out.

From the outside in: who speaks through a proxy, security headers, other sites, then the gate (ways, keys, passwords,
rate) and the size of bodies. None of it logs an address, a key or what a request holds.
"""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from chatbot.config import Settings
from chatbot.edges.bodies import MAX_BODY_BYTES, BodyLimit
from chatbot.edges.forwarding import Forwarding
from chatbot.edges.gate import Gate
from chatbot.edges.headers import SecurityHeaders
from chatbot.edges.origins import Origins
from chatbot.ui import FIRST

__all__ = ["MAX_BODY_BYTES", "put_edges"]
PREFLIGHT_SECONDS = 600


def put_edges(application: ASGIApp, settings: Settings) -> ASGIApp:
    """Put the edges around an application; raise SettingsError for a file of keys or users that can't be read."""
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
