"""What stands between DATA and its end, and how much of it all connections hold together."""

import asyncio
from collections import Counter


class Load:
    """What all connections hold at the moment, and each peer of them.

    The peer without a name is one of the house: only what holds for all together holds for it.
    """

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self.connections = 0
        self.bytes = 0
        self.connections_of = Counter[str]()
        self._bytes_of = Counter[str]()

    def come(self, peer: str) -> None:
        self.connections += 1
        self.connections_of[peer] += 1

    def leave(self, peer: str) -> None:
        self.connections -= 1
        _lower(self.connections_of, peer, 1)

    def has_room(self, peer: str, size: int) -> bool:
        if peer and self._bytes_of[peer] + size > self._most_of_one:
            return False
        return self.bytes + size <= self._most

    def hold(self, peer: str, size: int) -> None:
        self.bytes += size
        self._bytes_of[peer] += size

    def give_back(self, peer: str, size: int) -> None:
        self.bytes -= size
        _lower(self._bytes_of, peer, size)


def _lower(counts: Counter[str], peer: str, by: int) -> None:
    """Who holds nothing is forgotten: strangers come without end."""
    counts[peer] -= by
    if counts[peer] <= 0:
        del counts[peer]


class Content:
    """The bytes between DATA and CRLF.CRLF, transparency dots removed."""

    def __init__(self, limit: int, load: Load, peer: str) -> None:
        self.body = bytearray()
        self._held = 0
        self.too_big = False
        self.too_much = False
        """It might be taken when others have ended."""
        self._limit = limit
        self._load = load
        self._peer = peer

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

    def taken(self) -> bytearray:
        """The whole of it, which is here no longer; its room is still held."""
        whole, self.body = self.body, bytearray()
        return whole

    def forget(self) -> None:
        """Give the room back."""
        self._load.give_back(self._peer, self._held)
        self._held, self.body = 0, bytearray()

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
        elif not self._load.has_room(self._peer, len(piece)):
            self.too_much = True
        if self.too_big or self.too_much:
            self.forget()
        else:
            self.body += piece
            self._held += len(piece)
            self._load.hold(self._peer, len(piece))


async def _piece(reader: asyncio.StreamReader, separator: bytes) -> tuple[bytes, bool]:
    """Bytes up to and with the separator; a part of them and False when they are too many."""
    try:
        return await reader.readuntil(separator), True
    except asyncio.LimitOverrunError as over:
        return await reader.read(over.consumed), False
