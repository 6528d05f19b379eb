"""What is received of an upload before it is a file: sealed parts, named in the upload's row."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from uuid import UUID

from services.tickets.adapters.files import once
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.ids import uuid7
from shared.kit.objects import Objects, name_of
from shared.kit.stores import objects_of

LARGEST = 1024 * 1024
"""Bytes of one part: what a broken line may cost its sender."""
_LABEL = "tickets.upload.part"


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of uploads in the store; each is written before the row that names it."""

    objects: Objects
    box: Box

    async def put(self, content: bytes) -> UUID:
        part_id = uuid7()
        sealed = self.box.seal(_LABEL, part_id, content)
        await self.objects.put(name_of(part_id), once(sealed))
        return part_id

    async def read(self, ids: Iterable[UUID]) -> AsyncIterator[bytes]:
        """All of them in their order."""
        for part_id in ids:
            pieces = [one async for one in self.objects.read(name_of(part_id))]
            yield self.box.open_bytes(_LABEL, part_id, b"".join(pieces))

    async def drop(self, ids: Iterable[UUID]) -> None:
        for part_id in ids:
            await self.objects.drop(name_of(part_id))


def parts_of(context: Context, box: Box) -> Parts:
    return Parts(objects_of(context.settings), box)
