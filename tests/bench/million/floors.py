"""F-L: the same number of plain rows in a database beside, for pages that PostgreSQL writes."""

from typing import Final

import asyncpg

DATABASE: Final = "floor"
_TABLE: Final = """
    drop schema if exists lists cascade;
    create schema lists;
    create table lists.ticket (
        id uuid primary key default uuidv7(), number bigint generated always as identity unique,
        subject text not null, status text not null, priority smallint not null, org uuid not null,
        requester uuid not null, assignee uuid, due_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(), version int not null default 1)"""
_ROWS: Final = """
    insert into lists.ticket (subject, status, priority, org, requester, assignee, due_at)
    select 'System down in branch ' || n, case when n % 7 = 0 then 'open' else 'closed' end,
        1 + n % 4, lpad(to_hex(n % 400), 32, '0')::uuid, lpad(to_hex(n % 4000), 32, '0')::uuid,
        lpad(to_hex(n % 120), 32, '0')::uuid, now() + n * interval '1 second'
    from generate_series(1, {tickets}) n"""
_INDEXES: Final = """
    create index ticket_org on lists.ticket (org, id desc);
    create index ticket_open on lists.ticket (status, priority, id desc);
    create index ticket_assignee on lists.ticket (assignee, id desc) where status = 'open';
    create index ticket_due on lists.ticket (due_at, id) where status = 'open'"""


async def make(dsn: str, tickets: int) -> None:
    """The floor's rows, once for each seeded desk."""
    connection = await asyncpg.connect(dsn)
    known = await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE)
    if not known:
        await connection.execute(f"create database {DATABASE}")
    await connection.close()
    connection = await asyncpg.connect(dsn.rpartition("/")[0] + f"/{DATABASE}")
    try:
        for statement in (_TABLE, _ROWS.format(tickets=tickets), _INDEXES):
            await connection.execute(statement)
        await connection.execute("vacuum (analyze, freeze) lists.ticket")
    finally:
        await connection.close()
