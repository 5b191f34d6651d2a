"""Where a request says to come from comes in; it goes on with what a declared proxy says, and with nobody else's."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

UNDECLARED = "chatbot.undeclared_proxy"


class Forwarding:
    """Middleware that believes X-Forwarded-* from the proxies alone, and hides it from the application otherwise."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self.app = app
        networks = [str(ip_network(proxy, strict=False)) for proxy in proxies]
        self._trusting = ProxyHeadersMiddleware(app, networks) if networks else None  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its client and scheme as the proxy gave them."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        client = scope.get("client")
        if self._trusting and client and client[0] in self._trusting.trusted_hosts:
            return await self._trusting(scope, receive, send)  # type: ignore[arg-type]
        told = [name for name, _ in scope["headers"] if is_forwarded(name)]
        if told:
            headers = [(name, value) for name, value in scope["headers"] if name not in told]
            scope = {**scope, "headers": headers, UNDECLARED: True}
        await self.app(scope, receive, send)


def is_forwarded(name: bytes) -> bool:
    """Tell whether a header, in lower case, is one that proxies add."""
    return name.startswith(b"x-forwarded-") or name in (b"forwarded", b"x-real-ip")


def is_local(scope: Scope) -> bool:
    """Tell whether a request comes from this machine; what came through a proxy nobody declared is from anywhere."""
    client = scope.get("client")
    if client is None or UNDECLARED in scope:
        return False
    try:
        return ip_address(client[0]).is_loopback
    except ValueError:
        return False
