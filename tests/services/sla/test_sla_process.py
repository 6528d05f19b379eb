"""Replicas of sla as processes: any number fires each due row once, also when one is killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import httpx

from tests.engines import ROOT, Database, NatsServer, eventually, free_port

TIMERS = 3000

_ARM = """
    insert into sla.timer (key, kind, ticket_id, due_at, owner)
    select 'close:' || n, 'request', gen_random_uuid(),
        clock_timestamp() + interval '1 second' + n * interval '1 millisecond', 'tickets'
    from generate_series(1, $1::int) n"""
_FIRED = """
    select body::jsonb -> 'data' ->> 'key' as key,
        (body::jsonb -> 'data' ->> 'due_at')::timestamptz as due,
        (body::jsonb -> 'data' ->> 'fired_at')::timestamptz as fired
    from sla.outbox where route = 'sanad.timer.fired'"""


@dataclass
class Replica:
    child: subprocess.Popen[bytes]
    ops: str

    async def ready(self) -> bool:
        assert self.child.poll() is None
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self.ops}/readyz")).status_code == 200
        except httpx.TransportError:
            return False


@contextlib.contextmanager
def replica(database: Database, nats_server: NatsServer) -> Iterator[Replica]:
    ops = f"127.0.0.1:{free_port()}"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SANAD_")},
        "SANAD_PROFILE": "test",
        "SANAD_HOME": str(database.home.root),
        "SANAD_DATABASE": database.url,
        "SANAD_NATS_URL": nats_server.url,
        "SANAD_LISTEN_OPS": ops,
    }
    argv = [sys.executable, "-m", "shared.kit.serve", "services.sla.main"]
    child = subprocess.Popen(argv, cwd=ROOT, env=environment)
    try:
        yield Replica(child, f"http://{ops}")
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(15)


async def test_a_killed_replica_neither_loses_nor_repeats_a_due_timer(
    database: Database, nats_server: NatsServer
) -> None:
    connection = await asyncpg.connect(database.superuser_dsn)
    try:
        with replica(database, nats_server) as first, replica(database, nats_server) as second:
            await eventually(first.ready, within=30)
            await eventually(second.ready, within=30)
            await connection.execute(_ARM, TIMERS)

            async def halfway() -> bool:
                return await _left(connection) < TIMERS // 2

            await eventually(halfway, within=30)
            first.child.kill()

            async def empty() -> bool:
                return await _left(connection) == 0

            await eventually(empty, within=30)
            fired = await connection.fetch(_FIRED)
        assert sorted(row["key"] for row in fired) == sorted(
            f"close:{n}" for n in range(1, TIMERS + 1)
        )
        assert all(row["fired"] >= row["due"] for row in fired)
        lags = sorted((row["fired"] - row["due"]).total_seconds() for row in fired)
        print(json.dumps({"p50": lags[len(lags) // 2], "p99": lags[-len(lags) // 100]}))
        assert lags[len(lags) // 2] < 1
    finally:
        await connection.close()


async def _left(connection: asyncpg.Connection) -> int:
    left: int = await connection.fetchval("select count(*) from sla.timer")
    return left
