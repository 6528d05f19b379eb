"""What stands between DATA and its end, and how much of it all connections hold together."""

import asyncio


class Load:
    """What all connections hold at the moment."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.connections = 0
        self.bytes = 0

    def has_room(self, size: int) -> bool:
        return self.bytes + size <= self._most


class Content:
    """The bytes between DATA and CRLF.CRLF, transparency dots removed."""

    def __init__(self, limit: int, load: Load) -> None:
        self.body = bytearray()
        self.too_big = False
        self._limit = limit
        self._load = load

    async def read(self, reader: asyncio.StreamReader) -> None:
        """A bare CR or LF is content like any other byte: it never ends anything (T35).

        Whole stretches are taken up to the next line that begins with a dot, so that a message of
        many short lines costs no more than one of few long ones.
        """
        at_start = True
        while True:
            if not (at_start and await self._dot_follows(reader)):
                await self._until_dot(reader)
            line, at_start = await _piece(reader, b"\r\n")
            if line == b"\r\n":
                return
            self._add(line)

    def forget(self) -> None:
        """Give the room back."""
        self._load.bytes -= len(self.body)
        self.body = bytearray()

    async def _dot_follows(self, reader: asyncio.StreamReader) -> bool:
        """At the start of a line: whether it begins with a dot, which is taken off.

        Empty lines before the dot are content. Without one the reader stands within a line, behind
        a byte that begins no line end.
        """
        byte = await reader.readexactly(1)
        if byte == b".":
            return True
        while byte == b"\r":
            self._add(byte)
            byte = await reader.readexactly(1)
            if byte == b"\n":
                self._add(byte)
                byte = await reader.readexactly(1)
                if byte == b".":
                    return True
        self._add(byte)
        return False

    async def _until_dot(self, reader: asyncio.StreamReader) -> None:
        """From within a line up to the next line that begins with a dot, which is taken off."""
        whole = False
        while not whole:
            piece, whole = await _piece(reader, b"\r\n.")
            self._add(piece[:-1] if whole else piece)

    def _add(self, piece: bytes) -> None:
        if len(self.body) + len(piece) > self._limit:
            self.too_big = True
            self.forget()
        if not self.too_big:
            self.body += piece
            self._load.bytes += len(piece)


async def _piece(reader: asyncio.StreamReader, separator: bytes) -> tuple[bytes, bool]:
    """Bytes up to and with the separator; a part of them and False when they are too many."""
    try:
        return await reader.readuntil(separator), True
    except asyncio.LimitOverrunError as over:
        return await reader.read(over.consumed), False
