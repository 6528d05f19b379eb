"""Rows by COPY from several processes; what is loaded stays loaded when somebody interrupts."""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.kit.crypto import Box, Keys
from tests.bench.million import rows, tokens
from tests.bench.million.people import Cast

CHUNK: Final = 8192
_PREPARE: Final = """
    create schema if not exists bench;
    create table if not exists bench.done (stage text, chunk int, primary key (stage, chunk));
    create table if not exists bench.later (statement text primary key, first bool not null)"""
_INDEXES: Final = """select format('drop index %s', i.indexrelid::regclass) as drop,
        pg_get_indexdef(i.indexrelid) as make, false as first
    from pg_index i left join pg_constraint c on c.conindid = i.indexrelid
    where i.indrelid = any($1::regclass[]) and c.oid is null
    union all
    select format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname),
        format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname,
            pg_get_constraintdef(c.oid)), true
    from pg_constraint c where c.conrelid = any($1::regclass[]) and c.contype = 'p'
        and not exists (select from pg_constraint f where f.confrelid = c.conrelid)"""


@dataclass(frozen=True)
class Source:
    """All that a loading process must know."""

    dsn: str
    cast: Path
    tickets: int
    until: datetime
    master: str
    keys: dict[UUID, bytes]

    def scene(self) -> rows.Scene:
        known = Keys(self.master)
        boxes = {
            owner: Box(owner, {1: known.unwrap(wrapped, owner)})
            for owner, wrapped in self.keys.items()
        }
        return rows.Scene(Cast.load(self.cast), self.tickets, self.until, boxes)


async def load(source: Source, stage: str, tables: tuple[str, ...]) -> None:
    """Fill what is still missing of a stage, then its indexes, then the planner's figures."""
    connection = await asyncpg.connect(source.dsn)
    try:
        await connection.execute(_PREPARE)
        await _bare(connection, tables)
        done = await connection.fetch("select chunk from bench.done where stage = $1", stage)
        chunks = -(-source.tickets // CHUNK)
        left = sorted(set(range(chunks)) - {row["chunk"] for row in done})
        await asyncio.to_thread(_spread, source, stage, left)
        await _dress(source.dsn, connection)
        print(f"counting what {stage} are like", file=sys.stderr, flush=True)
        for table in tables:
            await connection.execute(f"vacuum (analyze, freeze) tickets.{table}")
    finally:
        await connection.close()


async def _bare(connection: asyncpg.Connection, tables: tuple[str, ...]) -> None:
    """Take the indexes away, noting how they are made: a sorted build is many times faster."""
    names = [f"tickets.{table}" for table in tables]
    async with connection.transaction():
        for row in await connection.fetch(_INDEXES, names):
            await connection.execute(
                "insert into bench.later values ($1, $2) on conflict do nothing",
                row["make"],
                row["first"],
            )
            await connection.execute(row["drop"])


async def _dress(dsn: str, connection: asyncpg.Connection) -> None:
    waiting = await connection.fetch("select statement from bench.later order by first desc")
    statements = iter([row["statement"] for row in waiting])
    began, count = time.monotonic(), len(waiting)

    async def hand(number: int) -> None:
        own = await asyncpg.connect(dsn)
        await own.execute("set maintenance_work_mem = '1GB'; set statement_timeout = 0")
        for statement in statements:
            async with own.transaction():
                await own.execute(statement)
                await own.execute("delete from bench.later where statement = $1", statement)
            print(f"index: {statement[:90]}", file=sys.stderr, flush=True)
        await own.close()

    await asyncio.gather(*(hand(number) for number in range(os.cpu_count() or 1)))
    print(f"{count} indexes in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def _spread(source: Source, stage: str, left: list[int]) -> None:
    progress = Progress(stage, source.tickets, source.tickets - len(left) * CHUNK)
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers, initializer=_settle, initargs=(source,)) as pool:
        chunks = [pool.submit(_chunk, stage, chunk) for chunk in left]
        try:
            for finished in as_completed(chunks):
                progress.add(finished.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    progress.end()


class Progress:
    """A bar with the rate and the time that is left."""

    def __init__(self, what: str, total: int, done: int) -> None:
        self._what, self._total = what, total
        self._done = self._before = max(0, done)
        self._began = time.monotonic()
        self._often = sys.stderr.isatty()
        """In a log a line for every twentieth is enough."""
        self._shown = 0

    def add(self, more: int) -> None:
        self._done += more
        taken = time.monotonic() - self._began
        rate = (self._done - self._before) / max(taken, 0.001)
        left = int((self._total - self._done) / max(rate, 0.001))
        if not (self._often or self._done * 20 // self._total > self._shown):
            return
        self._shown = self._done * 20 // self._total
        bar = ("#" * (30 * self._done // self._total)).ljust(30, ".")
        print(
            f"{self._what} [{bar}] {self._done:,} of {self._total:,},"
            f" {rate:,.0f}/s, {left // 60}:{left % 60:02d} left ",
            end="\r" if self._often else "\n",
            file=sys.stderr,
            flush=True,
        )

    def end(self) -> None:
        print(
            f"\n{self._what} in {time.monotonic() - self._began:.0f} s", file=sys.stderr, flush=True
        )


_known: dict[str, Any] = {}


def _settle(source: Source) -> None:
    _known["source"] = source
    _known["scene"] = source.scene()
    _known["opened"] = tokens.opened(_known["scene"])


def _chunk(stage: str, chunk: int) -> int:
    """One transaction: its rows, and that it is done."""
    source = _known["source"]
    scene = _known["opened" if stage == tokens.STAGE else "scene"]
    numbers = range(chunk * CHUNK + 1, min((chunk + 1) * CHUNK, source.tickets) + 1)
    asyncio.run(_copy(source, scene, (stage, chunk, numbers)))
    return len(numbers)


async def _copy(source: Source, scene: rows.Scene, part: tuple[str, int, range]) -> None:
    stage, chunk, numbers = part
    connection = await asyncpg.connect(source.dsn)
    try:
        # Rows that fit by construction: no foreign key is looked up for each.
        await connection.execute("set session_replication_role = replica")
        async with connection.transaction():
            for table, columns, records in _records(source, scene, (stage, numbers)):
                await connection.copy_records_to_table(
                    table, schema_name="tickets", columns=columns, records=records
                )
            await connection.execute("insert into bench.done values ($1, $2)", stage, chunk)
    finally:
        await connection.close()


def _records(
    source: Source, scene: rows.Scene, part: tuple[str, range]
) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    stage, numbers = part
    if stage == tokens.STAGE:
        yield from tokens.records(source.master, scene, numbers)
        return
    found: dict[str, list[tuple[Any, ...]]] = {table: [] for table in rows.COLUMNS}
    for number in numbers:
        for table, record in rows.rows(scene, number):
            found[table].append(record)
    for table, columns in rows.COLUMNS.items():
        yield table, columns, found[table]
