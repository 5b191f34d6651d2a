"""A request comes in; it goes on where its way is open, to whom it is open, and not more often than allowed."""

import base64
import binascii
import hashlib
import logging
import secrets
import time
from collections.abc import Callable

import anyio
import anyio.to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.api.problems import DETAILS, Refusal
from chatbot.config import DEFAULT_RATE_LIMIT, Settings
from chatbot.edges.forwarding import UNDECLARED, is_local
from chatbot.edges.hashes import MAX_PASSWORD, Register, is_password, owner_of_key
from chatbot.edges.rates import Buckets, name_address, whole_seconds
from chatbot.edges.refusals import answer_refusal
from chatbot.edges.ways import Guard, Way, find_way

LOG = logging.getLogger("chatbot.edges")
WRONG_PASSWORDS = 20  # a minute and client
HASHERS = 2  # passwords checked at once: each takes 16 MiB
KNOWN_USERS = 10_000
KEY_WANTED = Refusal(
    401, "Cette adresse demande une clé : Authorization: Bearer …, ou X-API-Key.", {"WWW-Authenticate": "Bearer"}
)
BASIC = {"WWW-Authenticate": 'Basic realm="Metiers et formations", charset="UTF-8"'}
PASSWORD_WANTED = Refusal(401, "Cette page demande un nom et un mot de passe.", BASIC)
METRICS_CLOSED = Refusal(403, "Les mesures ne se lisent que sur le serveur lui-même, ou avec une clé (CHATBOT_KEYS).")
CLOSED = Refusal(404, DETAILS[404])


class Gate:
    """Middleware that closes what the service doesn't offer, asks for keys and passwords, and limits the rate."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self._keys = Register(settings.keys) if settings.keys else None
        self._users = Register(settings.page_users) if settings.page_users else None
        for register in filter(None, (self._keys, self._users)):
            if not register.hashes():
                LOG.warning("'%s' holds no name: nobody passes. Run: python -m chatbot keys --help", register.path)
        self._spares_local = settings.rate_limit is None
        limit = DEFAULT_RATE_LIMIT if settings.rate_limit is None else settings.rate_limit
        self._buckets = Buckets(limit, clock) if limit else None
        self._wrong = Buckets(WRONG_PASSWORDS, clock)
        self._known: dict[bytes, tuple[str, str]] = {}  # of credentials that were right: name and hash
        self._salt = secrets.token_bytes(16)
        self._hashers = anyio.Semaphore(HASHERS)
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        if scope["type"] == "http":
            try:
                await self._check(scope)
            except Refusal as refusal:
                return await answer_refusal(scope, refusal)(scope, receive, send)
        await self.app(scope, receive, send)

    async def _check(self, scope: Scope) -> None:
        way = find_way(scope["method"], scope["path"])
        if way is None:
            raise CLOSED
        if way.guard is Guard.OPEN:
            return
        if UNDECLARED in scope and not self._warned:
            self._warned = True
            LOG.warning("Requests come through a proxy that CHATBOT_PROXIES doesn't name: they count as one client.")
        authorization, key = _credentials(scope)
        owner = owner_of_key(key, self._keys.hashes()) if self._keys and key else None
        await self._admit(way, scope, owner, authorization)
        if self._buckets is not None and way.cost and not (self._spares_local and is_local(scope)):
            wait = self._buckets.take(f"key {owner}" if owner else _address(scope), way.cost)
            if wait:
                raise _too_many("Trop de demandes en une minute", wait)

    async def _admit(self, way: Way, scope: Scope, owner: str | None, authorization: str) -> None:
        """Let a request pass its guard, or refuse it.

        Whoever has a key may open the page too. Where only the page has passwords, they open the API as well: else it
        would say to anybody what the page says to some.
        """
        if owner or (self._keys is None and self._users is None and way.guard is not Guard.METRICS):
            return
        if way.guard is Guard.METRICS:
            if not is_local(scope):
                raise KEY_WANTED if self._keys else METRICS_CLOSED
        elif way.guard is Guard.PAGE:
            if self._users and not await self._is_user(scope, authorization, self._users):
                raise PASSWORD_WANTED
        elif not (self._users and await self._is_user(scope, authorization, self._users)):
            raise KEY_WANTED if self._keys else PASSWORD_WANTED

    async def _is_user(self, scope: Scope, authorization: str, users: Register) -> bool:
        credentials = _read_basic(authorization)
        if credentials is None:
            return False
        name, password = credentials
        hashed = users.hashes().get(name)
        mark = hashlib.sha256(self._salt + authorization.encode("utf-8", "surrogateescape")).digest()
        if hashed and self._known.get(mark) == (name, hashed):
            return True
        address = _address(scope)
        wait = self._wrong.wait(address)
        if wait:
            raise _too_many("Trop de mots de passe faux", wait)
        async with self._hashers:
            right = await anyio.to_thread.run_sync(is_password, password, hashed)
        if right and hashed:
            if len(self._known) >= KNOWN_USERS:
                self._known.clear()
            self._known[mark] = (name, hashed)
        else:
            self._wrong.take(address)
        return right


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return name_address(client[0]) if client else "unknown"


def _credentials(scope: Scope) -> tuple[str, str]:
    """Give what `Authorization` holds, and the key that was given, there or in `X-API-Key`."""
    authorization = key = ""
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = value.decode("latin-1")
        elif name == b"x-api-key":
            key = value.decode("latin-1").strip()
    scheme, _, rest = authorization.partition(" ")
    return authorization, key or (rest.strip() if scheme.lower() == "bearer" else "")


def _read_basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon and len(password) <= MAX_PASSWORD else None


def _too_many(what: str, wait: float) -> Refusal:
    seconds = whole_seconds(wait)
    plural = "s" if seconds > 1 else ""
    return Refusal(429, f"{what} : réessayez dans {seconds} seconde{plural}.", {"Retry-After": str(seconds)})
