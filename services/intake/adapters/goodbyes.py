"""How a conversation is ended from our side, and with which words."""

import asyncio
from typing import Final, cast

BUSY: Final = b"421 4.3.2 too many connections, try again later\r\n"
CROWD: Final = b"421 4.7.0 too many connections from your address, try again later\r\n"
STRANGER: Final = b"554 5.7.1 mail is not taken from your address\r\n"
_SILENT: Final = b"421 4.4.2 no mail came in time\r\n"
_LINGER: Final = 1.0
"""How long whoever has talked may go on: a reset would take our last word from them."""


def peer(transport: asyncio.BaseTransport) -> str:
    """The address at the other end."""
    place = transport.get_extra_info("peername")
    return str(place[0]) if place else ""


def send_away(transport: asyncio.BaseTransport, words: bytes) -> None:
    """At once: nothing was said yet that could stand unread."""
    told = _told(transport)
    told.write(words)
    told.close()


def tire_of(transport: asyncio.BaseTransport) -> None:
    """No mail came. What is said meanwhile must still be read, by whoever has this transport."""
    told = _told(transport)
    told.write(_SILENT)
    if told.can_write_eof():
        told.write_eof()
    asyncio.get_running_loop().call_later(_LINGER, told.abort)


def _told(transport: asyncio.BaseTransport) -> asyncio.WriteTransport:
    # uvloop's transports are no subclasses of asyncio's.
    return cast("asyncio.WriteTransport", transport)
