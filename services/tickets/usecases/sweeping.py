"""What nobody claims is removed: contents without a row, forgotten uploads, run-out proofs (T41).

A content's name is used once, and its row follows within its request. So what has none a day
later was left by a process that died, and nobody can be about to want it.
"""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.tickets.store import files, proofs, uploads
from services.tickets.usecases.leftovers import forget
from services.tickets.usecases.uploading import oldest
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.objects import Objects, id_of, made_at, name_of
from shared.kit.stores import objects_of

ORPHAN_AFTER: Final = timedelta(hours=24)
_BATCH: Final = 500
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class Broom:
    """Remembers which days are swept for good, so that an old store costs nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._objects = objects_of(context.settings)
        self._clean: set[str] = set()

    async def sweep(self) -> int:
        """One round; how many contents without a row were removed."""
        context = self._context
        async with context.tx() as tx:
            gone = await uploads.drop_older(tx, oldest(tx))
            await uploads.forget_spent(tx, oldest(tx))
            await proofs.forget(tx)
        await forget(context, gone)
        await self._objects.tidy(ORPHAN_AFTER.total_seconds())
        before = made_at(uuid7()) - ORPHAN_AFTER
        return await self._drop_orphans(before)

    async def _drop_orphans(self, before: datetime) -> int:
        dropped, last = 0, f"{before:%Y-%m-%d}"
        for day in await self._objects.days():
            if day in self._clean or day > last or not _DAY.fullmatch(day):
                continue
            async for ids in _old(self._objects, day, before):
                dropped += await self._drop(ids)
            if day < last:
                self._clean.add(day)
        return dropped

    async def _drop(self, ids: list[UUID]) -> int:
        async with self._context.tx() as tx:
            needed = await files.needed(tx, ids)
        orphans = [one for one in ids if one not in needed]
        for one in orphans:
            await self._objects.drop(name_of(one))
        await self._context.courtesy.give_way()
        return len(orphans)


async def sweep(context: Context) -> int:
    """One round by itself."""
    return await Broom(context).sweep()


async def _old(objects: Objects, day: str, before: datetime) -> AsyncIterator[list[UUID]]:
    batch: list[UUID] = []
    async for name in objects.names(day):
        object_id = id_of(name)
        if object_id is None or made_at(object_id) >= before:
            continue
        batch.append(object_id)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
