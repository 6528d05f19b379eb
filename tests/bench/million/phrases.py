"""A phrase in Arabic tickets too: desks of before have it in English ones only.

The texts change where they lie, and the desk's own indexer reads them at its next start.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.tickets.store import seals
from shared.kit.crypto import Box, Keys
from tests.bench.million.words import PHRASES

STAGE: Final = "arabic phrases"
_OPENINGS: Final = """select distinct on (t.id) m.id, m.organization_id, m.body_text
    from tickets.ticket t join tickets.message m on m.ticket_id = t.id
    where t.locale = 'ar' and t.number % 100 = 78 order by t.id, m.created_at, m.id"""
_RETOLD: Final = "update tickets.message set body_text = $2, indexed = false where id = $1"
_LEFT: Final = "select count(*) from tickets.message where not indexed"
_PATIENCE: Final = 600


async def tell(connection: asyncpg.Connection, master: str, wrapped: Mapping[UUID, bytes]) -> None:
    """One Arabic ticket in a hundred says it; said before, it is only read again."""
    keys = Keys(master)
    boxes = {owner: Box(owner, {1: keys.unwrap(key, owner)}) for owner, key in wrapped.items()}
    found = await connection.fetch(_OPENINGS)
    rows = [row for row in found if row["organization_id"] in boxes]  # trials left others behind
    async with connection.transaction():
        await connection.executemany(_RETOLD, [_retold(row, boxes) for row in rows])
    print(f"{STAGE}: {len(rows):,}", flush=True)


def _retold(row: Any, boxes: Mapping[UUID, Box]) -> tuple[UUID, bytes]:
    box = boxes[row["organization_id"]]
    text = box.open(seals.BODY, row["id"], row["body_text"])
    if PHRASES[0] not in text:
        text = f"{text}. {PHRASES[0]}"
    return row["id"], box.seal(seals.BODY, row["id"], text)


async def indexed(dsn: str) -> None:
    """Until the desk has read all that was written."""
    connection = await asyncpg.connect(dsn)
    try:
        for _ in range(_PATIENCE):
            if not await connection.fetchval(_LEFT):
                return
            await asyncio.sleep(1)
        raise AssertionError("the desk does not read what was written")
    finally:
        await connection.close()
