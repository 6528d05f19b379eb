"""A desk's two years in rows: closed tickets with their promises, by plain SQL."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import asyncpg

from shared.vocabulary import COMPANY_CALENDAR, DEFAULT_POLICY

DAYS: Final = 730
ORGANIZATIONS: Final = 200
CHUNK: Final = 50_000
_CLOCKS: Final = f"""
    insert into sla.clock (ticket_id, organization_id, number, requester_id, department_id,
        assignee_id, priority, status, policy_id, policy_version, contract_id, calendar_id,
        opened_at, settled_at, open, clocks, stated)
    select lpad(to_hex(n), 32, '0')::uuid, sla_bench.id(hashint4(n), {ORGANIZATIONS}), n,
        sla_bench.id(hashint4(n + 1), 5000), sla_bench.id(hashint4(n + 2), 20),
        sla_bench.id(hashint4(n + 3), 200), 'P' || 1 + abs(hashint4(n + 4)) % 4,
        case when n <= $3 / 200 then 'open' else 'closed' end, '{DEFAULT_POLICY}', 1,
        sla_bench.id(hashint4(n), {ORGANIZATIONS}), '{COMPANY_CALENDAR}',
        $4::timestamptz - n * interval '{DAYS} days' / $3, $4::timestamptz,
        n <= $3 / 200, '[]', '{{}}'
    from generate_series($1::int, $2::int) n"""
"""The newest one in two hundred is still open."""
_OUTCOMES: Final = """
    with drawn as (
        select c.*, m.metric, m.cycle, m.target,
            (m.mean * -ln(1 - random()))::bigint as counted,
            case when m.metric = 'resolution' and random() < 0.4
                then (random() * 20000)::bigint else 0 end as paused
        from sla.clock c cross join (values ('first_response', 1, 14400, 6000),
            ('resolution', 1, 86400, 36000), ('next_response', 1, 28800, 9000),
            ('next_response', 2, 28800, 9000)) m (metric, cycle, target, mean)
        where c.number between $1 and $2
            and (m.metric <> 'next_response' or c.number % (3 * m.cycle) = 0))
    insert into sla.outcome (ticket_id, organization_id, department_id, assignee_id, contract_id,
        opened_at, noted_at, due_at, ended_at, breached_at, number, target_seconds,
        counted_seconds, paused_seconds, late_seconds, cycle, reopens, metric, state, priority,
        standing, last, excused)
    select ticket_id, organization_id, department_id, assignee_id, contract_id, opened_at,
        case when open then opened_at else settled_at end,
        opened_at + target * interval '1 second',
        case when not open then opened_at + (counted + paused) * interval '1 second' end,
        case when not open and counted > target then opened_at + target * interval '1 second' end,
        number, target, case when open then 0 else counted end,
        case when open then 0 else paused end,
        case when not open and counted > target then counted - target end, cycle,
        case when metric = 'resolution' and number % 19 = 0 then 1 else 0 end, metric,
        case when open then 'open' when counted > target then 'late' else 'met' end, priority,
        not open, not open and (metric = 'next_response' or metric = 'first_response'
            and number % 3 <> 0), not open and counted > target and number % 10 = 0
    from drawn"""
_PREPARE: Final = """
    create schema if not exists sla_bench;
    create or replace function sla_bench.id(seed int, among int) returns uuid language sql immutable
        as $$ select lpad(to_hex(1 + abs(seed::bigint) % among), 32, '0')::uuid $$;
    select setseed(0.5)"""


async def fill(
    connection: asyncpg.Connection,
    tickets: int,
    now: datetime,
    say: Callable[[int], object] = lambda done: done,
) -> None:
    """The same promises whenever it is asked for the same number; needs the seeded policy."""
    await connection.execute(_PREPARE)
    for first in range(1, tickets + 1, CHUNK):
        last = min(first + CHUNK - 1, tickets)
        async with connection.transaction():
            await connection.execute(_CLOCKS, first, last, tickets, now)
            await connection.execute(_OUTCOMES, first, last)
        say(last)
    await connection.execute("drop schema sla_bench cascade")
    await connection.execute("vacuum analyze sla.clock, sla.outcome")
