"""Bytes of a connection come in; requests whose line and headers are neither endless nor too slow go to uvicorn.

uvicorn's fast reader (httptools) keeps whatever comes: an address of 50 MB was taken in whole. Its slow one (h11) has a
limit of 64 KiB, at twice the cost of a request.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 30.0


class HeadLimit(HttpToolsProtocol):
    """uvicorn's reader that gives up on a head that doesn't end."""

    head_seconds = HEAD_SECONDS

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._in_head, self._read = False, 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, unless a head that began in earlier bytes is too long by now."""
        if self._in_head:
            self._read += len(data)
            if self._read > MAX_HEAD_BYTES:
                return self._refuse()
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._in_head, self._read = True, 0
        if self._timer is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """End a head."""
        self._in_head = False
        self._rest()
        super().on_headers_complete()

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.send_400_response("The line and headers of a request are too long or too slow.")

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self._refuse)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
