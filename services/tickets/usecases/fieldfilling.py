"""What old tickets still owe: rows of newly filtered fields, new names of tags, folded counts.

Each step is one short transaction that remembers how far it is: a stopped process goes on there.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from services.tickets.domain.fields import Filling
from services.tickets.domain.tags import retagged
from services.tickets.store import fields, fieldvalues, tags
from services.tickets.store.rows import Row
from services.tickets.usecases import fieldbook, tagging
from services.tickets.usecases.fielding import rows_of
from services.tickets.usecases.life import HOUSE, Life
from shared.kit.context import Context
from shared.kit.tx import Tx

BATCH: Final = 200
DROPPED: Final = 5000
TICKETS: Final = 100
SETTLING: Final = timedelta(seconds=3)
"""Whoever still holds the old name of a tag in hand has written it by then."""


async def fill_some(context: Context) -> bool:
    """A batch of rows for a field that is newly filtered by, or no longer; whether more waits."""
    async with context.tx() as tx:
        row = await fields.next_filling(tx)
        if row is None:
            return False
        if row["filling"] == Filling.DROPPING:
            done = await fieldvalues.drop(tx, row["id"], DROPPED) < DROPPED
            last: UUID | None = None if done else row["id"]
        else:
            last = await _build(tx, row)
        if last is None:
            fieldbook.distrust(context)
        await fields.filled(tx, row, last)
    return True


async def rename_some(context: Context) -> bool:
    """A batch of tickets that still bear an old name; whether more waits."""
    async with context.tx() as tx:
        job = await tags.next_job(tx)
        if job is None:
            return False
        to = (await tagging.known(context, [job["from_tag"]]))[0]
        rows = [] if to == job["from_tag"] else await tags.bearing(tx, job["from_tag"], TICKETS)
        for row in rows:
            await _rename(tx, row, job["from_tag"], to)
        if rows:
            await tags.worked(tx, job["id"], len(rows))
        else:
            await tags.rested(tx, job["id"], job["created_at"] + SETTLING)
    return True


async def fold_some(context: Context) -> bool:
    """Add up some changes of tag counts; whether more wait."""
    async with context.tx() as tx:
        return await tags.fold_counts(tx) == tags.FOLDED


async def owed(context: Context) -> bool:
    """Whether something waits that is not due yet."""
    async with context.tx() as tx:
        return await fields.owed(tx)


async def _build(tx: Tx, row: Row) -> UUID | None:
    """How far the field's rows are made; None when that was the last of them."""
    found = await fieldvalues.waiting(tx, row["filled_to"], BATCH)
    for ticket in found:
        await rows_of(tx, ticket, fields.to_field(row))
    if row["filling"] == Filling.HIDING:
        await fieldvalues.index_again(tx, [ticket["id"] for ticket in found])
    last: UUID | None = found[-1]["id"] if len(found) == BATCH else None
    return last


async def _rename(tx: Tx, row: Row, old: str, new: str) -> None:
    box = await tx.context.vault.box(row["organization_id"])
    life = Life(tx, row, box, HOUSE)
    # By its very name: the new one may well be another writing of the same tag.
    life.change(tags=retagged([one for one in life.ticket.tags if one != old], [new], []))
    life.note("tag_renamed", {"from_tag": old, "to_tag": new}, public=False)
    tagging.state_edited(life, ["tags"], life.ticket.tags)
    await life.save()
