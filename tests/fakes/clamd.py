"""A scanner that speaks INSTREAM as clamd does, and knows one virus: the EICAR test file."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"
LOCKED = b"password protected"
_LENGTH = struct.Struct(">I")


@dataclass
class FakeClamd:
    """Limits and moods are set by the tests; `heard` = sizes of what was scanned."""

    limit: int = 30 * 1024 * 1024
    cut: bool = False
    """Hangs up over every content without a word."""
    confused: bool = False
    """Answers with an error that says nothing about the file."""
    heard: list[int] = field(default_factory=list)
    pieces: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            asked = await reader.readuntil(b"\x00")
            said = b"PONG" if asked == b"zPING\x00" else b""
            if asked == b"zINSTREAM\x00":
                said = await self._listen(reader)
            if said:
                writer.write(said + b"\x00")
                await writer.drain()
        writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> bytes:
        content = b""
        while length := _LENGTH.unpack(await reader.readexactly(4))[0]:
            if self.cut:
                return b""
            if len(content) + length > self.limit:
                return b"INSTREAM size limit exceeded. ERROR"
            content += await reader.readexactly(length)
            self.pieces += 1
        self.heard.append(len(content))
        return self._judge(content)

    def _judge(self, content: bytes) -> bytes:
        if self.confused:
            return b"stream: Can't allocate memory ERROR"
        if LOCKED in content:
            return b"stream: Heuristics.Encrypted.Zip FOUND"
        if EICAR in content:
            return b"stream: Eicar-Test-Signature FOUND"
        return b"stream: OK"


@contextlib.asynccontextmanager
async def clamd(fake: FakeClamd, place: str = "") -> AsyncIterator[str]:
    """Where it listens: a port of the kernel's, or the socket at `place`."""
    if place.startswith("/"):
        server = await asyncio.start_unix_server(fake.serve, place)
    else:
        port = int(place.rpartition(":")[2] or 0)
        server = await asyncio.start_server(fake.serve, "127.0.0.1", port)
    async with server:
        at = server.sockets[0].getsockname()
        yield place if place.startswith("/") else f"{at[0]}:{at[1]}"
