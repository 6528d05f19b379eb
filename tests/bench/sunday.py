"""Sunday, 09:00: twenty thousand promises end in one instant, and one of three replicas dies."""

import asyncio
import contextlib
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx

from deploy.local import streams
from deploy.local.nats import STREAM
from tests.bench.armed import Slice, arm
from tests.bench.firing import SERVICE
from tests.bench.house import House, house
from tests.bench.product import Bench
from tests.engines import eventually, free_port

DUE, REPLICAS, LEAD, ALLOWED = 20_000, 3, 4.0, 10.0
_STATE = """select (select count(*) from sla.breach) as breaches,
    (select count(*) from sla.outbox where published_at is not null
        and route = 'sanad.sla.breached') as published"""
_FOUND = """select count(*) as facts, count(distinct (body::jsonb -> 'data' ->> 'ticket_id'))
        as tickets, count(distinct (subject, sequence)) as steps,
    count(*) filter (where (body::jsonb -> 'data' ->> 'breached_at')::timestamptz <> $1) as moved,
    count(*) filter (where (body::jsonb -> 'data' ->> 'fired_at')::timestamptz < $1) as early
    from sla.outbox where route = 'sanad.sla.breached'"""


@dataclass(frozen=True)
class Drained:
    """How it went; `fired` and `published` are seconds from the due instant to the last."""

    fired: float
    published: float
    when_killed: int
    facts: int
    tickets: int
    breaches: int
    in_stream: int
    moved: int
    early: int

    def faults(self, due: int) -> list[str]:
        """What was lost, doubled, early or dated wrongly."""
        counted = {
            "facts": self.facts,
            "tickets": self.tickets,
            "breaches": self.breaches,
            "messages in the stream": self.in_stream,
        }
        found = [f"{name}: {count}, not {due}" for name, count in counted.items() if count != due]
        found += [f"{self.moved} breaches are not dated by their due instant"] if self.moved else []
        found += [f"{self.early} fired before they were due"] if self.early else []
        return found + ([] if 0 < self.when_killed < due else ["nobody died in the middle"])


async def drain(_bench: Bench) -> dict[str, float]:
    """Seconds from the due instant until the last fact is in the stream."""
    async with house() as home:
        done = await morning(home)
    assert not done.faults(DUE), done.faults(DUE)
    return {"ours": done.published, "fired": done.fired, "floor": ALLOWED}


async def morning(home: House, due: int = DUE) -> Drained:
    """Arm, wait for the instant with three replicas, kill one in the middle, count."""
    (one,) = await arm(home, 1, due)
    connection = await asyncpg.connect(home.dsn)
    with contextlib.ExitStack() as stack:
        stack.callback(connection.terminate)
        replicas = [await _replica(home, stack) for _ in range(REPLICAS)]
        offset = one.due_at - datetime.now(UTC) - timedelta(seconds=LEAD)
        home.travel(offset.total_seconds())
        await asyncio.sleep(LEAD - 1)  # the replicas have looked at the clock; nobody disturbs
        return await _watch(home, connection, (one, one.due_at - offset), replicas)


async def _replica(home: House, stack: contextlib.ExitStack) -> subprocess.Popen[bytes]:
    """A process of the service with nothing but its loops, once it is ready."""
    place = f"127.0.0.1:{free_port()}"
    told = {"SANAD_DOORS": "workers", "SANAD_LISTEN_OPS": place}
    child = stack.enter_context(home.process(*SERVICE, **told))

    async def ready() -> bool:
        async with httpx.AsyncClient() as client:
            with contextlib.suppress(httpx.HTTPError):
                return (await client.get(f"http://{place}/readyz")).is_success
        return False

    await eventually(ready, within=60)
    return child


async def _watch(
    home: House,
    connection: asyncpg.Connection,
    due: tuple[Slice, datetime],
    replicas: list[subprocess.Popen[bytes]],
) -> Drained:
    one, instant = due
    killed, fired = 0, 0.0
    while True:
        state = await connection.fetchrow(_STATE)
        since = (datetime.now(UTC) - instant).total_seconds()
        if not killed and state["breaches"]:
            replicas[0].kill()
            killed = state["breaches"]
        if not fired and state["breaches"] >= one.tickets:
            fired = since
        if state["published"] >= one.tickets or since > 60:
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(1.5)  # whoever would fire something twice has had the time
    found = await connection.fetchrow(_FOUND, one.due_at)
    return Drained(
        fired=fired,
        published=since,
        when_killed=killed,
        facts=found["facts"],
        tickets=found["tickets"],
        breaches=await connection.fetchval("select count(*) from sla.breach"),
        in_stream=await _in_stream(home),
        moved=found["moved"],
        early=found["early"],
    )


async def _in_stream(home: House) -> int:
    async with streams.connection(home.nats_url, home.home) as client:
        info = await client.jetstream().stream_info(STREAM, subjects_filter="sanad.sla.breached")
    return sum((info.state.subjects or {}).values())
