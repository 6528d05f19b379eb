"""P10 in processes of its own: `python -m tests.bench.backlog 5000` prints events a second.

Engines with full durability, a relay that works off the backlog of one service, a consumer of
another with inbox and order, each in its own process; the handler does nothing.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import asyncpg

from deploy.local import nats, postgres
from deploy.local.database import Administrator, answers, equip
from deploy.local.layout import Home
from shared.events.base import Event
from shared.events.ticket import TicketFeedbackGiven
from shared.kit.bus import Bus, Consumers
from shared.kit.context import Context, build_context
from shared.kit.settings import Settings
from shared.kit.tx import Tx
from shared.kit.workers import Workers
from tests.engines import NatsServer, eventually, free_port, fresh_stream, migrate, running

ROOT = Path(__file__).resolve().parents[2]
FACTS_EACH = 5


def _context(service: str) -> Context:
    return build_context(service, service, Settings(pool_size=4))


async def side(service: str) -> None:
    """One service's bus for as long as the process lives."""
    listening = Consumers("sla")

    @listening.on(TicketFeedbackGiven)
    async def nothing(event: Event[TicketFeedbackGiven], tx: Tx) -> None:
        return None

    context = _context(service)
    bus = Bus(context, listening if service == "sla" else None)
    workers = Workers(context, bus.workers())
    bus.start()
    workers.start()
    await asyncio.Event().wait()


async def _state(backlog: int) -> None:
    context = _context("tickets")
    async with context.tx() as tx:
        for _ in range(backlog // FACTS_EACH):
            ticket, organization = uuid4(), uuid4()
            for _ in range(FACTS_EACH):
                fact = TicketFeedbackGiven(
                    ticket_id=ticket, organization_id=organization, at=tx.now, score=3
                )
                tx.emit(fact)
    await context.close()


async def _rate(dsn: str, backlog: int) -> float:
    """Events a second between the first handled and the last, as the floor is measured."""
    connection = await asyncpg.connect(dsn)
    began, first = 0.0, 0
    while True:
        handled = await connection.fetchval("select count(*) from sla.inbox")
        if handled and not began:
            began, first = time.perf_counter(), handled
        if handled >= backlog:
            break
        await asyncio.sleep(0.01)
    await connection.close()
    return (backlog - first) / max(time.perf_counter() - began, 1e-9)


async def measure(backlog: int) -> float:
    with tempfile.TemporaryDirectory(prefix="sanad-backlog-") as folder:
        base = Path(folder)
        base.chmod(0o711)
        home = Home(base / "home")
        home.prepare()
        cluster = postgres.cluster(home.pg, free_port(), durable=True)
        password = home.secret("postgres/postgres")
        cluster.initialise(password)
        administrator = Administrator.embedded(cluster.port, password)
        with running(cluster.program(), home.log / "postgres.log"):
            await eventually(lambda: answers(administrator), within=30)
            sanad = Administrator(administrator.dsn("sanad"))
            await equip(sanad, home, durable=True)
            migrate(home, sanad)
            return await _with_bus(home, sanad, backlog)


async def _with_bus(home: Home, sanad: Administrator, backlog: int) -> float:
    port = free_port()
    server = NatsServer(f"nats://127.0.0.1:{port}", home, lambda: None, lambda: None)
    os.environ.update(
        SANAD_PROFILE="test",
        SANAD_HOME=str(home.root),
        SANAD_DATABASE=sanad.public(),
        SANAD_NATS_URL=server.url,
    )
    with running(nats.program(home, port), home.log / "nats.log"), contextlib.ExitStack() as stack:
        await eventually(lambda: fresh_stream(server))
        for service in ("sla", "tickets"):
            process = subprocess.Popen([sys.executable, "-m", __spec__.name, service], cwd=ROOT)
            stack.callback(process.wait)
            stack.callback(process.kill)
        await asyncio.sleep(4)  # both are connected; the backlog then appears in one commit
        await _state(backlog)
        return await _rate(sanad.dsn(), backlog)


if __name__ == "__main__":
    if sys.argv[1].isdigit():
        print(asyncio.run(measure(int(sys.argv[1]))))
    else:
        asyncio.run(side(sys.argv[1]))
