"""Outbox and inbox are kept for days, and never a fact less than it takes."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.kit.context import Context
from shared.kit.ids import uuid7_floor
from shared.kit.relay import DAYS_AHEAD, KEEP_INBOX, KEEP_OUTBOX
from tests.shared.kit_bus.sides import Behind


async def rolled(context: Context) -> None:
    async with context.tx() as tx:
        await tx.only(
            f"select {context.schema}.roll_partitions({DAYS_AHEAD}, {KEEP_OUTBOX}, {KEEP_INBOX})"
        )


async def day_with_a_fact(behind: Behind, table: str, age: int) -> str:
    """A partition of some days ago with one row in it."""
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(age)
    name = f"{table}_{day:%Y%m%d}"
    low, high = uuid7_floor(day), uuid7_floor(day + timedelta(days=1))
    await behind.execute(
        f"create table tickets.{name} partition of tickets.{table}"
        f" for values from ('{low}') to ('{high}')"
    )
    await behind.execute(f"alter table tickets.{name} owner to tickets_owner")
    columns, values = {
        "outbox": ("id, route, subject, sequence, body, published_at", "'', '', 1, '', now()"),
        "inbox": ("event_id, handler", "''"),
    }[table]
    await behind.execute(
        f"insert into tickets.{table} ({columns}) values ('{uuid7_floor(day)}', {values})"
    )
    return name


async def exists(behind: Behind, name: str) -> bool:
    (found,) = await behind.one(f"select to_regclass('tickets.{name}') is not null")
    return bool(found)


@pytest.mark.parametrize(("table", "kept", "dropped"), [("outbox", 7, 8), ("inbox", 8, 9)])
async def test_days_past_keeping_are_dropped_whole(
    speaker: Context, behind: Behind, table: str, kept: int, dropped: int
) -> None:
    young = await day_with_a_fact(behind, table, kept)
    old = await day_with_a_fact(behind, table, dropped)
    await rolled(speaker)
    assert (await exists(behind, young), await exists(behind, old)) == (True, False)


async def test_a_day_that_still_holds_an_unpublished_fact_stays(
    speaker: Context, behind: Behind
) -> None:
    old = await day_with_a_fact(behind, "outbox", 10)
    await behind.execute(f"update tickets.{old} set published_at = null")
    await rolled(speaker)
    assert await exists(behind, old)
    await behind.execute(f"update tickets.{old} set published_at = now()")
    await rolled(speaker)
    assert not await exists(behind, old)


async def test_the_coming_days_are_ready(speaker: Context, behind: Behind) -> None:
    await rolled(speaker)
    for ahead in range(4):
        day = datetime.now(UTC) + timedelta(days=ahead)
        assert await exists(behind, f"outbox_{day:%Y%m%d}")
        assert await exists(behind, f"inbox_{day:%Y%m%d}")
