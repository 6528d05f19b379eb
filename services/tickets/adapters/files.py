"""Files as sealed contents: each under a key of its own, which lies wrapped in the file's row.

So a file changes hands by wrapping its key anew, and without its row it opens for nobody.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from services.tickets.adapters.kinds import find
from services.tickets.domain.kinds import HEAD, TAIL, Finding
from shared.kit import sealedstream
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.ids import uuid7
from shared.kit.objects import Objects, name_of
from shared.kit.problems import PayloadTooLarge
from shared.kit.stores import objects_of

KEY: Final = "tickets.file.key"
_FORMERLY: Final = "tickets.file.content"
_DIGEST: Final = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a content lies and what opens it; `key` is wrapped for one organization."""

    id: UUID
    key: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A content that is safe, and what its bytes say."""

    place: Place
    sha256: str
    finding: Finding


@dataclass(slots=True)
class _Look:
    """Watches a content pass: its size, digest, first and last bytes."""

    most: int
    size: int = 0
    head: bytes = b""
    tail: bytes = b""
    digest: Any = field(default_factory=sha256)

    async def over(self, content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        async for piece in content:
            self.size += len(piece)
            if self.size > self.most:
                raise PayloadTooLarge
            self.head = (self.head + piece[:HEAD])[:HEAD]
            self.tail = (self.tail + piece)[-TAIL:]
            self.digest.update(piece)
            yield piece


class Files:
    """Puts and reads contents of any size with little memory."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects

    async def put(
        self, box: Box, content: AsyncIterable[bytes], most: int, told: tuple[str, str] = ("", "")
    ) -> Stored:
        """Keep a content of at most `most` bytes; `told` = its name and type as declared."""
        look = _Look(most)
        place = await self._put(box, look.over(content), look)
        finding = find(look.head, look.tail, *told)
        return Stored(place, look.digest.hexdigest(), finding)

    async def _put(self, box: Box, content: AsyncIterator[bytes], look: _Look) -> Place:
        file_id, key = uuid7(), sealedstream.new_key()
        sealed = sealedstream.seal(sealedstream.Sealer(key, file_id), content)
        await self.objects.put(name_of(file_id), sealed)
        return Place(file_id, box.seal(KEY, file_id, key), look.size)

    def read(
        self, box: Box, place: Place, start: int = 0, stop: int | None = None
    ) -> AsyncIterator[bytes]:
        """Its bytes, or some of them; FileNotFoundError when they are gone."""
        stop = place.size if stop is None else stop
        if len(place.key) == _DIGEST:
            return self._formerly(box, place, start, stop)
        key = box.open_bytes(KEY, place.id, place.key)
        read = partial(self.objects.read, name_of(place.id))
        opener = sealedstream.Opener(key, place.id, place.size, read)
        return opener.span(start, stop)

    async def _formerly(
        self, box: Box, place: Place, start: int, stop: int
    ) -> AsyncIterator[bytes]:
        """A content from before they had keys of their own: sealed whole, named by a digest."""
        name = f"{box.organization_id}/{place.key.hex()[:2]}/{place.key.hex()}"
        pieces = [piece async for piece in self.objects.read(name)]
        label = UUID(bytes=place.key[:16])
        yield box.open_bytes(_FORMERLY, label, b"".join(pieces))[start:stop]

    async def drop(self, ids: Iterable[UUID]) -> None:
        for file_id in ids:
            await self.objects.drop(name_of(file_id))


def hand_over(place: Place, giver: Box, taker: Box) -> Place:
    """The same content for another organization: its key is wrapped anew (decisions.md 29)."""
    key = giver.open_bytes(KEY, place.id, place.key)
    return Place(place.id, taker.seal(KEY, place.id, key), place.size)


def files_of(context: Context) -> Files:
    """The files of this process."""
    return Files(objects_of(context.settings))


async def once(content: bytes) -> AsyncIterator[bytes]:
    """A content that is at hand."""
    yield content
