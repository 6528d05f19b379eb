"""Contents sealed in chunks (STREAM, Hoang and others 2015): read from anywhere, never altered.

    header = "SND" | version 1 (1 byte) | nonce prefix (8)
    chunk  = AES-256-GCM of 64 KiB, the last one of what is left (also nothing), tag of 16 bytes
    nonce  = prefix (8) | chunk number, big-endian (3) | 1 for the last chunk, else 0 (1)
    additional data = header | name of the content (16)

The key belongs to one content alone. A chunk that was moved, repeated, left out or cut off does
not open: its number is in the nonce, and only the true last one opens as such.
"""

import secrets
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kit.crypto import SealBroken

CHUNK: Final = 64 * 1024
TAG: Final = 16
HEADER: Final = 12
_MARK: Final = b"SND\x01"
_PREFIX: Final = HEADER - len(_MARK)
_MOST: Final = 1 << 24
_BLOCK: Final = 16
"""Chunks fetched at a time: 1 MiB."""


def new_key() -> bytes:
    """A key for one content."""
    return secrets.token_bytes(32)


def sealed_size(size: int) -> int:
    """How many bytes a content of `size` becomes."""
    return HEADER + size + TAG * (_last_chunk(size) + 1)


@dataclass(frozen=True, slots=True)
class _Cipher:
    """One content's chunks under their numbers."""

    cipher: AESGCM
    header: bytes
    about: bytes

    def seal(self, number: int, chunk: bytes, *, last: bool) -> bytes:
        if number >= _MOST:
            raise OverflowError("a content of more than 2^24 chunks")
        return self.cipher.encrypt(self._nonce(number, last=last), chunk, self.about)

    def open(self, number: int, chunk: bytes, *, last: bool) -> bytes:
        try:
            return self.cipher.decrypt(self._nonce(number, last=last), chunk, self.about)
        except InvalidTag as error:
            raise SealBroken(f"chunk {number} was altered, moved or cut off") from error

    def _nonce(self, number: int, *, last: bool) -> bytes:
        return self.header[len(_MARK) :] + number.to_bytes(3, "big") + bytes([last])


class Sealer:
    """Takes a content in pieces of any size and gives its sealed form."""

    def __init__(self, key: bytes, name: UUID, prefix: bytes | None = None) -> None:
        header = _MARK + (secrets.token_bytes(_PREFIX) if prefix is None else prefix)
        self._cipher = _Cipher(AESGCM(key), header, header + name.bytes)
        self._held = bytearray()
        self._number = 0
        self._begun = False

    def add(self, piece: bytes) -> bytes:
        """What of the sealed form is certain now; a full chunk waits, since it may be the last."""
        self._held += piece
        return self._opening() + b"".join(self._full())

    def finish(self) -> bytes:
        """The rest of the sealed form."""
        last = self._cipher.seal(self._number, bytes(self._held), last=True)
        return self._opening() + last

    def _full(self) -> Iterator[bytes]:
        while len(self._held) > CHUNK:
            yield self._cipher.seal(self._number, bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
            self._number += 1

    def _opening(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        return self._cipher.header


async def seal(sealer: Sealer, content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The sealed form of a content that comes in pieces."""
    async for piece in content:
        if sealed := sealer.add(piece):
            yield sealed
    yield sealer.finish()


Read = Callable[[int, int], AsyncIterator[bytes]]
"""Bytes of the sealed form from one place up to another."""


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens a content of `size` bytes, all of it or a span."""

    key: bytes
    name: UUID
    size: int
    read: Read

    async def span(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `stop`; even of an empty content one chunk is opened."""
        header = await self._exactly(0, HEADER)
        if not header.startswith(_MARK):
            raise SealBroken("not a sealed content")
        cipher = _Cipher(AESGCM(self.key), header, header + self.name.bytes)
        end = _last_chunk(self.size)
        first, last = min(start // CHUNK, end), min(max(stop - 1, start) // CHUNK, end)
        for number in range(first, last + 1, _BLOCK):
            many = min(_BLOCK, last + 1 - number)
            plain = await self._chunks(cipher, number, many)
            base = number * CHUNK
            if wanted := plain[max(start - base, 0) : stop - base]:
                yield wanted

    async def _chunks(self, cipher: _Cipher, number: int, many: int) -> bytes:
        end, place = _last_chunk(self.size), HEADER + number * (CHUNK + TAG)
        stop = min(place + many * (CHUNK + TAG), sealed_size(self.size))
        sealed = await self._exactly(place, stop)
        return b"".join(
            cipher.open(
                number + index,
                sealed[index * (CHUNK + TAG) : (index + 1) * (CHUNK + TAG)],
                last=number + index == end,
            )
            for index in range(many)
        )

    async def _exactly(self, start: int, stop: int) -> bytes:
        found = b"".join([piece async for piece in self.read(start, stop)])
        if len(found) != stop - start:
            raise SealBroken("a sealed content is shorter than it was")
        return found


def _last_chunk(size: int) -> int:
    return max(0, -(-size // CHUNK) - 1)
