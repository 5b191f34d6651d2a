"""An answer comes in; it goes out with the headers that tell a browser what not to do with it.

The policy of a page allows its own inline scripts by their hashes, and nothing from elsewhere. Gradio makes functions
of text (`js_on_load`) and puts styles inline: its page needs 'unsafe-eval' and inline styles. What the server renders
into scripts is settings and a host name, as JSON that can't end its script: nothing that a reader wrote.
"""

import base64
import gzip
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

GRADIO_PAGE = "/"
SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)
FIXED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
HSTS = (b"strict-transport-security", b"max-age=31536000")
Headers = list[tuple[bytes, bytes]]


class SecurityHeaders:
    """Middleware that adds these headers where the application has not set its own."""

    def __init__(self, app: ASGIApp, origins: Sequence[str] = (), scripts: Sequence[str] = ()) -> None:
        """Take the sites that may hold the page in a frame, and the inline scripts that the page adds to itself."""
        self.app = app
        self._scripts = tuple(script.encode() for script in scripts)
        self._ancestors = " ".join(("'self'", *origins))
        self._fixed = [(name.encode(), value.encode()) for name, value in FIXED.items()]
        if not origins:  # it can't name any, and frame-ancestors can
            self._fixed.append((b"x-frame-options", b"SAMEORIGIN"))
        self._plain = (
            b"content-security-policy",
            f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors {self._ancestors}".encode(),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with its headers; a page whole, for its policy."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        page = scope["path"] == GRADIO_PAGE
        zipped = page and accepts_gzip(scope)
        if page:  # it is compressed here, once its scripts are read
            headers = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
            scope = {**scope, "headers": headers}
        fixed = [*self._fixed, HSTS] if scope.get("scheme") == "https" else self._fixed
        begun: Message | None = None
        pieces: list[bytes] = []

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                given = dict(message["headers"])
                message["headers"] = [*message["headers"], *(pair for pair in fixed if pair[0] not in given)]
                if b"content-security-policy" not in given:
                    if scope["method"] == "GET" and given.get(b"content-type", b"").startswith(b"text/html"):
                        begun = message
                        return
                    message["headers"].append(self._plain)
            elif begun is not None and message["type"] == "http.response.body":
                pieces.append(message.get("body", b""))
                if message.get("more_body", False):
                    return
                policy, body, packed = seal(b"".join(pieces), self._ancestors, self._scripts if page else ())
                begun["headers"] = renew(begun["headers"], policy, packed if zipped else body, page, zipped)
                await send(begun)
                begun = None
                message = {"type": "http.response.body", "body": packed if zipped else body}
            await send(message)

        await self.app(scope, receive, send_guarded)


@lru_cache(maxsize=8)
def seal(body: bytes, ancestors: str, added: tuple[bytes, ...]) -> tuple[bytes, bytes, bytes]:
    """Give the policy that allows the inline scripts of a page, the page, and the page compressed."""
    scripts = (*SCRIPT.findall(body), *added)
    hashes = [hashlib.sha256(script.replace(b"\r\n", b"\n")).digest() for script in scripts]
    allowed = ["", *(f"'sha256-{base64.b64encode(each).decode()}'" for each in hashes)]
    if added:
        allowed.append("'unsafe-eval'")
    policy = POLICY.format(scripts=" ".join(allowed), ancestors=ancestors)
    return policy.encode(), body, gzip.compress(body, 6, mtime=0)


def renew(headers: Headers, policy: bytes, body: bytes, page: bool, zipped: bool) -> Headers:
    """Give the headers of a page with its policy, as it is sent."""
    kept = [pair for pair in headers if pair[0] != b"content-length"]
    kept += [(b"content-length", b"%d" % len(body)), (b"content-security-policy", policy)]
    if page:
        kept.append((b"vary", b"Accept-Encoding"))
    if zipped:
        kept.append((b"content-encoding", b"gzip"))
    return kept


def accepts_gzip(scope: Scope) -> bool:
    """Tell whether a client takes gzip."""
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
