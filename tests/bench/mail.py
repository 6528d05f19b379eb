"""P14 and P15: how fast mail is taken in for good, and how fast it becomes answered tickets."""

import asyncio
import contextlib
import subprocess
import sys
import time

import asyncpg

from tests.bench.calm import drained
from tests.bench.product import ROOT, Bench
from tests.bench.senders import Run, load
from tests.engines import free_port

ACCEPTED = 1500
ANSWERED = 500
PEER = 64.0
"""Mails a second of django-helpdesk's `get_email` (performance.md 3), ticket and answer."""
_COMPOSED = """select count(*) from notify.delivery d join tickets.ticket t on t.id = d.ticket_id
    where d.kind = 'acknowledgement' and d.state in ('ready', 'sent') and d.composed_at >= $1"""


async def accept(bench: Bench) -> dict[str, float]:
    """P14: 8 connections, each mail of 4 KB durable before its 250, beside F-S."""
    floor = await _floor(bench)
    ours = await load(Run(bench.desk.endpoints["smtp"], bench.company.mailbox, 8, ACCEPTED))
    await drained(bench)
    return {"ours": ours, "floor": floor}


async def _floor(bench: Bench) -> float:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.floors.post", str(port), bench.floor_dsn]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        await _listening(port)
        return await load(Run(f"127.0.0.1:{port}", bench.company.mailbox, 8, ACCEPTED))
    finally:
        process.kill()
        process.wait()


async def _listening(port: int, within: float = 20) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the floor does not listen")


async def answer(bench: Bench) -> dict[str, float]:
    """P15: from the first word of 500 mails until each is a ticket with its answer composed."""
    connection = await asyncpg.connect(bench.desk.endpoints["database"])
    began = await connection.fetchval("select clock_timestamp()")
    await load(Run(bench.desk.endpoints["smtp"], bench.company.mailbox, 8, ANSWERED))
    deadline = time.monotonic() + 120
    while await connection.fetchval(_COMPOSED, began) < ANSWERED:
        assert time.monotonic() < deadline, "mails without an answer"
        await asyncio.sleep(0.05)
    ended = await connection.fetchval("select clock_timestamp()")
    await connection.close()
    await drained(bench)
    return {"ours": ANSWERED / (ended - began).total_seconds(), "floor": PEER}
