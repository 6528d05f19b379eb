"""The scanner: clamd's INSTREAM over TCP or a local socket (`SANAD_TICKETS_CLAMD`)."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from typing import Final, Protocol

_COMMAND: Final = b"zINSTREAM\x00"
_LENGTH: Final = struct.Struct(">I")
_LONGEST_ANSWER: Final = 4096
_CONNECT: Final = 5.0
_SCAN: Final = 120.0


class ScannerAway(Exception):
    """Nobody answers: every file waits."""


class ScanBroken(Exception):
    """The line was cut or went silent over this file: perhaps by the file, perhaps by chance."""


class Scanner(Protocol):
    """Says in clamd's words what it found in a content."""

    async def ask(self, content: AsyncIterator[bytes]) -> bytes: ...


class Clamd:
    """One connection for each content, which passes through in pieces."""

    def __init__(self, place: str) -> None:
        self._place = place

    async def ask(self, content: AsyncIterator[bytes]) -> bytes:
        reader, writer = await self._connect()
        answer = asyncio.ensure_future(reader.read(_LONGEST_ANSWER))
        try:
            async with asyncio.timeout(_SCAN):
                await _send(writer, content, answer)
                if said := await answer:
                    return said
            raise ScanBroken("no answer")
        except (ConnectionError, TimeoutError) as error:
            raise ScanBroken(type(error).__name__) from error
        finally:
            answer.cancel()
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(_CONNECT):
                if self._place.startswith("/"):
                    return await asyncio.open_unix_connection(self._place)
                host, _, port = self._place.rpartition(":")
                return await asyncio.open_connection(host.strip("[]"), int(port))
        except (OSError, ValueError) as error:
            raise ScannerAway(type(error).__name__) from error


async def _send(
    writer: asyncio.StreamWriter, content: AsyncIterator[bytes], answer: "asyncio.Future[bytes]"
) -> None:
    """Pieces with their lengths, then a length of nothing; one that answers has heard enough."""
    with contextlib.suppress(ConnectionError):
        writer.write(_COMMAND)
        async for piece in content:
            if answer.done():
                return
            writer.write(_LENGTH.pack(len(piece)) + piece)
            await writer.drain()
        writer.write(_LENGTH.pack(0))
        await writer.drain()
