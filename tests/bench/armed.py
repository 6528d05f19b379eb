"""A million armed clocks: a few real tickets of a real policy, told as often as wanted in SQL."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from services.sla.settings import SlaSettings
from tests.bench.house import House
from tests.services.sla.desk import Desk, Ticket, make_service

HOUR = timedelta(hours=1)
ALWAYS = {"calendar": "always_open"}
TARGETS = {
    "first_response": {"target": "PT20H", **ALWAYS},
    "resolution": {"target": "PT400H", **ALWAYS},
}
STEP = {"metric": "first_response", "after": "breach", "to": "manager", "action": ["notify"]}
_COPIED = ("clock", "clock_event", "outcome")
_DUPLICATE = """
    insert into sla.{table} (ticket_id, {columns})
    select copy.ticket_id, {columns} from copy join sla.{table} t on t.ticket_id = copy.template
    order by copy.ticket_id"""
_REARM = """
    insert into sla.timer (key, kind, ticket_id, due_at, generation, owner)
    select replace(t.key, t.ticket_id::text, copy.ticket_id::text), t.kind, copy.ticket_id,
        t.due_at, t.generation, t.owner
    from copy join sla.timer t on t.ticket_id = copy.template order by copy.ticket_id"""


@dataclass(frozen=True)
class Slice:
    """Tickets whose first promise is due in the same second."""

    due_at: datetime
    tickets: int


@contextlib.asynccontextmanager
async def _desk(house: House) -> AsyncIterator[Desk]:
    """The sla service in this process, as its tests have it."""
    service = make_service()
    settings = SlaSettings(
        profile="test",
        home=house.home.root,
        database=house.administrator.public(),
        nats_url=house.nats_url,
        rate_limit=0,
        doors="http",
    )
    async with contextlib.AsyncExitStack() as stack:
        context = await stack.enter_async_context(service.running(settings, bus=False))
        doors = [
            await stack.enter_async_context(
                httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://desk")
            )
            for app in (service.app, service.ops)
        ]
        yield Desk(context, *doors)


async def arm(house: House, slices: int, tickets: int) -> Sequence[Slice]:
    """Slices an hour apart, the first an hour from now; each ticket has two armed clocks."""
    async with _desk(house) as desk:
        policy = await desk.policy_in_seconds(
            targets=dict.fromkeys(("P1", "P2", "P3", "P4"), TARGETS), warn_at=[], ladder=[STEP]
        )
        organization = await desk.customer(policy)
        now = desk.context.clock.now()
        dues = [now + number * HOUR for number in range(1, slices + 1)]
        templates = [await Ticket(desk, organization, due - 20 * HOUR).open() for due in dues]
    connection = await asyncpg.connect(house.dsn)
    try:
        await _multiply(connection, [one.id for one in templates], tickets)
    finally:
        await connection.close()
    return [Slice(due, tickets) for due in dues]


async def _multiply(connection: Any, templates: Sequence[UUID], tickets: int) -> None:
    """Their rows again and again under new ids; the templates themselves then go."""
    await connection.execute("create temp table copy (template uuid, ticket_id uuid)")
    await connection.execute(
        "insert into copy select t, uuidv7() from (select t from unnest($1::uuid[]) t,"
        " generate_series(1, $2) n order by n)",
        templates,
        tickets,
    )
    await connection.execute("analyze copy")
    for table in _COPIED:
        columns = ", ".join(
            row["column_name"]
            for row in await connection.fetch(
                "select column_name from information_schema.columns where table_schema = 'sla'"
                " and table_name = $1 and column_name <> 'ticket_id' and is_generated = 'NEVER'",
                table,
            )
        )
        await connection.execute(_DUPLICATE.format(table=table, columns=columns))
    await connection.execute(_REARM)
    for table in (*_COPIED, "timer"):
        await connection.execute(
            f"delete from sla.{table} where ticket_id = any($1::uuid[])", templates
        )
        await connection.execute(f"vacuum analyze sla.{table}")
    await connection.execute("checkpoint")
