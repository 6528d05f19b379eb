"""Facts of seeded tickets that listeners hold for ever: the first of their lines was never told.

The rows of a seeded desk were written where they lie. What then happens to one of its tickets is
the fifth or the tenth fact of a line whose beginning no service ever heard, so each holds it back
and looks for its turn again and again. A real desk has no such lines, and its figures are ours.
"""

import asyncio
from typing import Final

import asyncpg

_LISTENERS: Final = ("sla", "escalation", "intake", "notify")
_FORGET: Final = """delete from {schema}.dead_letter d
    where d.state = 'waiting' and d.attempts = 0 and d.sequence > 1 + coalesce(
        (select c.sequence from {schema}.checkpoint c
            where c.source = d.source and c.subject = d.subject), 0)"""
_FEW: Final = 20
_LOOK: Final = 2
_MOST: Final = 60


async def forget(dsn: str) -> None:
    """What trials on seeded tickets left in the waiting rooms, and what still comes there."""
    connection = await asyncpg.connect(dsn)
    try:
        for look in range(_MOST):
            found = await _emptied(connection)
            if found <= _FEW and look:
                return
            print(f"{found} facts without a beginning", flush=True)
            await asyncio.sleep(_LOOK)
    finally:
        await connection.close()


async def _emptied(connection: asyncpg.Connection) -> int:
    """How many were there."""
    found = 0
    for schema in _LISTENERS:
        told = await connection.execute(_FORGET.format(schema=schema))
        count = int(told.rpartition(" ")[2])
        if count > _FEW:
            await connection.execute(f"vacuum (analyze) {schema}.dead_letter")
        found += count
    return found
