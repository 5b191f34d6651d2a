"""A request comes in; it goes on with a body that is neither too large nor too slow, or is refused."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.api.problems import Refusal
from chatbot.edges.refusals import answer_refusal

# The largest body that the contract allows: 322,000 characters, each at most 12 bytes when escaped. A conversation of
# the page, with its citations, is a tenth of it.
MAX_BODY_BYTES = 4 * 1024 * 1024
BODY_SECONDS = 60.0
CLOSE = {"Connection": "close"}  # what is left of the body isn't read
TOO_LARGE = Refusal(413, f"La requête est trop volumineuse : {MAX_BODY_BYTES // 1024**2} Mio au plus.", CLOSE)
TOO_SLOW = Refusal(408, "Le corps de la requête n'est pas arrivé en entier à temps.", CLOSE)


class BodyLimit:
    """Middleware that refuses a body by its announced length, or as soon as it grows too large, before it is parsed."""

    def __init__(self, app: ASGIApp, seconds: float = BODY_SECONDS) -> None:
        self.app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what is read of its body."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if announced_length(scope) > MAX_BODY_BYTES:
            return await answer_refusal(scope, TOO_LARGE)(scope, receive, send)
        size, whole, begun = 0, False, False
        refusal: Refusal | None = None
        deadline = asyncio.get_running_loop().time() + self._seconds

        # The application sees a client that left; whatever it makes of that, the client gets the refusal.
        async def receive_limited() -> Message:
            nonlocal size, whole, refusal
            if whole:
                return await receive()
            if refusal is None:
                try:
                    async with asyncio.timeout_at(deadline):
                        message = await receive()
                except TimeoutError:
                    refusal = TOO_SLOW
                else:
                    size += len(message.get("body", b""))
                    whole = not message.get("more_body", False)
                    if size <= MAX_BODY_BYTES:
                        return message
                    refusal, whole = TOO_LARGE, False
            return {"type": "http.disconnect"}

        async def send_unless_refused(message: Message) -> None:
            nonlocal begun
            if begun or refusal is None:
                begun = True
                await send(message)

        try:
            await self.app(scope, receive_limited, send_unless_refused)
        except Exception:
            if refusal is None or begun:
                raise
        if refusal is not None and not begun:
            await answer_refusal(scope, refusal)(scope, receive, send)


def announced_length(scope: Scope) -> int:
    """Give the Content-Length of a request, 0 without one; the server has refused what is no number."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
