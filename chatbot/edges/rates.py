"""Clients and what their requests cost come in; who may go on, or how long to wait, goes out.

Token buckets: a client has as many requests as the limit allows a minute, gets them back evenly, and may spend a whole
minute's at once. Each process counts its own.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

MAX_CLIENTS = 50_000  # some 12 MB; beyond them, whoever was heard of longest ago starts anew


class Buckets:
    """A token bucket for each client, the latest `most` of them."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic, most: int = MAX_CLIENTS) -> None:
        self._limit, self._clock, self._most = float(limit), clock, most
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when there were so many

    @property
    def clients(self) -> int:
        """Give how many clients are remembered."""
        return len(self._clients)

    def take(self, client: str, cost: float = 1.0) -> float:
        """Take a request from a client's bucket and give 0; where it isn't there, take none and give the seconds."""
        tokens, now = self._tokens(client)
        if tokens < cost - 1e-9:  # tenths don't sum up exactly
            return (cost - tokens) * 60 / self._limit
        self._clients[client] = (tokens - cost, now)
        self._clients.move_to_end(client)
        if len(self._clients) > self._most:
            self._clients.popitem(last=False)
        return 0.0

    def wait(self, client: str) -> float:
        """Give the seconds until a client has a request to spend, without taking it."""
        tokens, _ = self._tokens(client)
        return max(0.0, 1.0 - tokens) * 60 / self._limit

    def _tokens(self, client: str) -> tuple[float, float]:
        now = self._clock()
        tokens, then = self._clients.get(client, (self._limit, now))
        return min(self._limit, tokens + (now - then) * self._limit / 60), now


def name_address(host: str) -> str:
    """Give what an address counts as: an IPv6 one as its /64, that one household or machine has for itself."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host[:100]
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped) if address.ipv4_mapped else f"{int(address) >> 64:x}/64"
    return host


def whole_seconds(wait: float) -> int:
    """Give a wait as Retry-After says it."""
    return max(1, math.ceil(wait - 1e-6))
