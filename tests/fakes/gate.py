"""A wire between two programs that a test cuts, or stops from passing on what it names."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Gate:
    """Passes everything on until a client says something that is to be held or cut."""

    port_behind: int
    hold: bytes = b""
    """What the client must not get through: the line stays open and silent from there on."""
    cut: bytes = b""
    """What ends the connection at once."""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    cuts: int = 0
    connections: int = 0
    open: bool = True
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.drop()

    def drop(self) -> None:
        """Break every connection."""
        for writer in list(self._writers):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        with contextlib.suppress(OSError):
            if self.open:
                await self._join(reader, writer)
        writer.close()
        self._writers.discard(writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, beyond = await asyncio.open_connection("127.0.0.1", self.port_behind)
        back = asyncio.ensure_future(_pass(behind, writer))
        try:
            while data := await reader.read(65536):
                if self.cut and self.cut in data:
                    self.cuts += 1
                    return
                if self.hold and self.hold in data:
                    self.held.set()
                    await asyncio.Event().wait()
                beyond.write(data)
                await beyond.drain()
        finally:
            back.cancel()
            beyond.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
