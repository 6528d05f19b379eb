"""P14 and P15: how fast mail is taken in for good, and how fast it becomes answered tickets."""

import asyncio
import contextlib
import subprocess
import sys
import time
from datetime import datetime

import asyncpg

from tests.bench.calm import drained
from tests.bench.peer import run
from tests.bench.product import ROOT, Bench
from tests.bench.senders import Run, load
from tests.engines import free_port

ACCEPTED = 1500
ANSWERED = 500
_ANSWERS = """select count(*), extract(epoch from clock_timestamp())
    from notify.delivery d join tickets.ticket t on t.id = d.ticket_id
    where d.kind = 'acknowledgement' and d.created_at >= $1 and d.state in ("""
_STATES = {
    "queued": f"{_ANSWERS}'pending', 'ready', 'sent')",
    "composed": f"{_ANSWERS}'ready', 'sent')",
    "sent": f"{_ANSWERS}'sent')",
}


async def accept(bench: Bench) -> dict[str, float]:
    """P14: 8 connections, each mail of 4 KB durable before its 250, beside F-S."""
    floor = await _floor(bench)
    ours = await load(Run(bench.desk.endpoints["smtp"], bench.company.mailbox, 8, ACCEPTED))
    await drained(bench)
    return {"ours": ours.rate, "floor": floor}


async def _floor(bench: Bench) -> float:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.floors.post", str(port), bench.floor_dsn]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        await _listening(port)
        run = Run(f"127.0.0.1:{port}", bench.company.mailbox, 8, ACCEPTED)
        return (await load(run)).rate
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
    """P15: from the first word of 500 mails until each is a ticket with its answer queued.

    Queued is a row of the outgoing queue, committed; what may be left is to write the mail and to
    send it. The peer is django-helpdesk, in the same run. Its `get_email` has no queue: its answer
    is handed to its sink in the same breath. So two later moments are told as well: all of ours
    are composed and sealed, and all lie in the outgoing folder and are written down.
    """
    connection = await asyncpg.connect(bench.desk.endpoints["database"])
    since = await connection.fetchval("select clock_timestamp()")
    sent = await load(Run(bench.desk.endpoints["smtp"], bench.company.mailbox, 8, ANSWERED))
    ended = {state: await _reached(connection, query, since) for state, query in _STATES.items()}
    await connection.close()
    await drained(bench)
    rates = {state: ANSWERED / (at - sent.began) for state, at in ended.items()}
    ours = {"ours": rates["queued"]} | {f"ours_{one}": rates[one] for one in ("composed", "sent")}
    peer = await run.mails_a_second(ANSWERED)
    return {**ours, "floor": peer, "floor_composed": peer, "floor_sent": peer}


async def _reached(connection: asyncpg.Connection, query: str, since: datetime) -> float:
    deadline = time.monotonic() + 120
    while True:
        count, at = await connection.fetchrow(query, since)
        if count >= ANSWERED:
            return float(at)
        assert time.monotonic() < deadline, "mails without an answer"
        await asyncio.sleep(0.05)
