"""Deadlines and caps of a connection that uvicorn does not have of its own (reliability.md T22)."""

import asyncio
from typing import Any, Final

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD: Final = 32 * 1024
HEAD_WITHIN: Final = 10.0
BODY_WITHIN: Final = 30.0
SLOWEST_BODY: Final = 4 * 1024
SWEEP: Final = 1.0
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
"""In no language: what the reader asked for has not been read. The edge says it in words."""


class Guarded(HttpToolsProtocol):
    """Closes a connection whose request comes too slowly or whose head is too long."""

    _began: float | None = None
    _head_done = False
    _seen = 0

    @override
    def data_received(self, data: bytes) -> None:
        if self._began is None:
            self._began, self._seen = self.loop.time(), 0
        self._seen += len(data)
        super().data_received(data)
        if self._seen > MOST_HEAD and self._in_head():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def _in_head(self) -> bool:
        return self._began is not None and not self._head_done

    @override
    def on_headers_complete(self) -> None:
        self._head_done = True
        super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        self._began, self._head_done = None, False
        super().on_message_complete()

    def overdue(self, now: float) -> bool:
        if self._began is None:
            return False
        took = now - self._began
        if not self._head_done:
            return took > HEAD_WITHIN
        return took > BODY_WITHIN + self._seen / SLOWEST_BODY


async def sweep(connections: set[Any]) -> None:
    """Close what is overdue, once a second: one timer for all instead of two for each request."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(SWEEP)
        now = loop.time()
        for connection in list(connections):
            if isinstance(connection, Guarded) and connection.overdue(now):
                connection.transport.close()
