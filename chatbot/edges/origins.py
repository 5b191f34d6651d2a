"""A request comes in; it goes on unless a page of another site sent it, or one that calls itself this machine.

A browser says where a request comes from: `Sec-Fetch-Site`, or else `Origin`. What is no browser says neither, and
passes. A listed site passes here, and `CORSMiddleware` lets it read the answer.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.api.problems import Refusal
from chatbot.config import Settings
from chatbot.edges.refusals import answer_refusal

SAFE = {"GET", "HEAD", "OPTIONS"}
FOREIGN = Refusal(403, "La page d'un autre site n'a pas le droit d'envoyer des demandes ici (CHATBOT_ORIGINS).")
ODD_HOST = Refusal(403, "Ce serveur n'écoute que sa propre machine : ouvrez-le par http://127.0.0.1 ou localhost.")


class Origins:
    """Middleware against requests that other sites have a reader's browser send."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._allowed = frozenset(settings.origins)
        self._only_local = is_loopback(settings.host) and not settings.proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, without the Origin that Gradio would answer by opening itself to it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        origin = site = host = ""
        for name, value in scope["headers"]:
            if name == b"origin":
                origin = value.decode("latin-1")
            elif name == b"sec-fetch-site":
                site = value.decode("latin-1")
            elif name == b"host":
                host = value.decode("latin-1")
        # DNS rebinding: a site whose name is made to lead to this machine would count as the same one.
        if self._only_local and host and not is_loopback(hostname(f"//{host}")) and comes_from_here(scope):
            return await answer_refusal(scope, ODD_HOST)(scope, receive, send)
        if scope["method"] not in SAFE and origin not in self._allowed and is_foreign(origin, site, host):
            return await answer_refusal(scope, FOREIGN)(scope, receive, send)
        if origin:
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"origin"]}
        await self.app(scope, receive, send)


def is_foreign(origin: str, site: str, host: str) -> bool:
    """Tell whether a request comes from a page of another site; the port is part of a site."""
    if site:
        return site not in ("same-origin", "none")
    return bool(origin) and (origin == "null" or origin.partition("://")[2].lower() != host.lower())


def hostname(address: str) -> str:
    """Give the host of an address, empty for an impossible one."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its name or address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def comes_from_here(scope: Scope) -> bool:
    """Tell whether the connection itself comes from this machine."""
    client = scope.get("client")
    return client is not None and is_loopback(client[0])
