"""What the form's uploads hold together, and which of them go when there is no room."""

from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping

from services.tickets.domain.formroom import (
    EMPTY_PATIENCE,
    RESERVE,
    UNFINISHED_PATIENCE,
    WHOLE_PATIENCE,
    Held,
)
from shared.kit.tx import Tx

_LOCK: Final = 7_230_022
_WEIGHT: Final = "received + least(greatest(length - received, 0), :reserve)"
_IDLE_AT: Final = """touched_at + case when completed_at is not null then cast(:whole as interval)
    when received > 0 then cast(:unfinished as interval) else cast(:empty as interval) end"""
_THEIRS: Final = "owner_id is null and (cast(:visitor as bytea) is null or visitor = :visitor)"
_PATIENCE: Final = {
    "whole": WHOLE_PATIENCE,
    "unfinished": UNFINISHED_PATIENCE,
    "empty": EMPTY_PATIENCE,
}


async def held(tx: Tx, visitor: bytes | None) -> Held:
    """What is held now; nobody else takes room until the transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(:key)", {"key": _LOCK})
    row = await tx.row(
        f"""select coalesce(sum({_WEIGHT}), 0)::bigint as everybody,
            coalesce(sum({_WEIGHT}) filter (where visitor = :visitor), 0)::bigint as visitor
        from tickets.upload where owner_id is null""",
        {"reserve": RESERVE, "visitor": visitor},
    )
    assert row is not None
    return Held(row["everybody"], row["visitor"])


async def evict(tx: Tx, visitor: bytes | None, need: int) -> list[RowMapping]:
    """Remove idle uploads, the emptiest and oldest first, until `need` bytes are free.

    Those of one visitor, or of anybody when it is None; where their bytes lie.
    """
    return await tx.rows(
        f"""with idle as (
            select id, {_WEIGHT} as weight, sum({_WEIGHT}) over (
                order by completed_at is not null, received, touched_at, id) as freed
            from tickets.upload where {_THEIRS} and {_IDLE_AT} <= :now
        ) delete from tickets.upload u using idle
        where u.id = idle.id and idle.freed - idle.weight < :need
        returning u.id, u.parts, u.file_id""",
        {"reserve": RESERVE, "visitor": visitor, "need": need, "now": tx.now, **_PATIENCE},
    )


async def next_idle(tx: Tx, visitor: bytes | None) -> datetime | None:
    """When the next of them may have to go."""
    found: datetime | None = await tx.scalar(
        f"select min({_IDLE_AT}) from tickets.upload where {_THEIRS}",
        {"visitor": visitor, **_PATIENCE},
    )
    return found
