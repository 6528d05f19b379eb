"""A sender that never gives up, and an intake that dies at every step: each mail counts once."""

import asyncio
import contextlib
import json
import os
import random
import signal
import smtplib
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
import pytest

from tests.engines import ROOT, Database, NatsServer, eventually
from tests.services.intake.conftest import SUPPORT
from tests.services.intake.doomed import STEPS

pytestmark = pytest.mark.timeout(300)
LANES = 3


@dataclass
class Lives:
    """One intake process after another on the same sockets, as the supervisor would start them."""

    command: list[str]
    environment: dict[str, str]
    doors: dict[str, socket.socket]
    plan: Path
    deaths: int = 0
    promised: dict[str, list[str]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    process: subprocess.Popen[bytes] | None = None

    def left(self) -> int:
        return len(self.plan.read_text().split("\n")) - 1

    def died(self, times: int) -> bool:
        return self.deaths >= times

    async def live(self) -> None:
        """Start again whatever died, until it is over."""
        while not self.over.is_set():
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                pass_fds=[one.fileno() for one in self.doors.values()],
            )
            while self.process.poll() is None and not self.over.is_set():
                await asyncio.sleep(0.02)
            self.deaths += self.process.poll() is not None
        self.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self.process.wait, 20)

    async def send(self) -> None:
        """Mail after mail, each until its 250, the same bytes each time."""
        while not self.enough.is_set():
            name = uuid4().hex
            raw = f"From: Sara <sara@client.example>\r\nSubject: {name}\r\n\r\n{name}\r\n".encode()
            while name not in self.promised:
                try:
                    taken = await asyncio.to_thread(self._deliver, raw)
                    self.promised.setdefault(name, []).append(taken)
                except (OSError, smtplib.SMTPException) as error:
                    self.faults[type(error).__name__] += 1
                    await asyncio.sleep(0.05)

    def _deliver(self, raw: bytes) -> str:
        port = self.doors["smtp"].getsockname()[1]
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo()
            client.mail("sara@client.example")
            client.rcpt(SUPPORT)
            code, said = client.data(raw)
            if code != 250:
                raise smtplib.SMTPDataError(code, said)
        return said.decode().rpartition(" ")[2]


@pytest.fixture
async def lives(
    database: Database,
    nats_server: NatsServer,
    directory: dict[str, str],
    nameserver: str,
    tmp_path: Path,
) -> AsyncIterator[Lives]:
    doors = {name: _listening() for name in ("http", "ops", "smtp")}
    plan = tmp_path / "plan"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SANAD_")},
        "DOOM_PLAN": str(plan),
        "SANAD_PROFILE": "test",
        "SANAD_HOME": str(database.home.root),
        "SANAD_DATABASE": database.url,
        "SANAD_NATS_URL": nats_server.url,
        "SANAD_PEERS": json.dumps({"gateway": directory["ops"]}),
        "SANAD_INTAKE_NAMESERVER": nameserver,
        **{f"SANAD_LISTEN_{name.upper()}": f"fd:{one.fileno()}" for name, one in doors.items()},
    }
    made = Lives([sys.executable, "-m", "tests.services.intake.doomed"], environment, doors, plan)
    yield made
    for one in doors.values():
        one.close()


def _listening() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.set_inheritable(True)
    return made


@contextlib.asynccontextmanager
async def posting(lives: Lives) -> AsyncIterator[None]:
    """Senders at work; afterwards they have stopped, each with its last 250 in hand."""
    senders = [asyncio.ensure_future(lives.send()) for _ in range(LANES)]
    try:
        yield
    finally:
        lives.enough.set()
        await asyncio.gather(*senders)


@contextlib.asynccontextmanager
async def living(lives: Lives) -> AsyncIterator[None]:
    process = asyncio.ensure_future(lives.live())
    try:
        yield
    finally:
        lives.over.set()
        await process


async def suffer(database: Database, lives: Lives, steps: list[str]) -> None:
    """Mail after mail while each step of the plan strikes, then a few more, then the count."""
    connection = await asyncpg.connect(database.superuser_dsn)
    await connection.execute("truncate intake.inbound_mail cascade; truncate intake.outbox")
    await connection.close()
    lives.plan.write_text("".join(f"{step}\n" for step in steps))
    async with living(lives):
        async with posting(lives):
            await eventually(lambda: lives.left() == 0, within=110)
            later = len(lives.promised) + LANES
            await eventually(lambda: len(lives.promised) >= later, within=30)
        await count(database, lives)


async def count(database: Database, lives: Lives) -> None:
    """Every promise is kept once: one ticket's worth of facts for each mail, whatever was said."""
    connection = await asyncpg.connect(database.superuser_dsn)
    query = "select id::text, state, attempts, degraded from intake.inbound_mail"

    async def finished() -> bool:
        states = {row["state"] for row in await connection.fetch(query)}
        return not states & {"accepted", "parsed"}

    try:
        await eventually(finished, within=40)
        rows = {row["id"]: row for row in await connection.fetch(query)}
        routed = await connection.fetch(
            "select subject, count(*) from intake.outbox"
            " where body like '%mail.routed.v1%' group by 1"
        )
    finally:
        await connection.close()
    states = Counter(row["state"] for row in rows.values())
    print(
        f"{len(lives.promised)} mails, {lives.deaths} deaths, {dict(states)}, {dict(lives.faults)}"
    )
    assert {one for ids in lives.promised.values() for one in ids} <= rows.keys(), "lost"
    assert states["routed"] == len(lives.promised)
    assert states.keys() <= {"routed", "duplicate"}
    assert not [row for row in rows.values() if row["degraded"]]
    twice = {row["subject"]: row["count"] for row in routed if row["count"] > 1}
    assert (twice, len(routed)) == ({}, len(lives.promised))


def more(found: dict[str, list[str]], than: int) -> bool:
    return len(found) > than


def orphans() -> list[psutil.Process]:
    """Parsers whose service died and that did not follow it."""
    found = (one for one in psutil.process_iter(["cmdline", "ppid"]) if one.info["ppid"] == 1)
    return [one for one in found if "services.intake.adapters.child" in (one.info["cmdline"] or ())]


async def test_a_kill_at_every_step_loses_and_doubles_nothing(
    database: Database, lives: Lives
) -> None:
    before = {one.pid for one in orphans()}
    await suffer(database, lives, [*STEPS])
    assert lives.deaths == len(STEPS)
    await eventually(lambda: not {one.pid for one in orphans()} - before, within=20)


async def test_a_database_that_hangs_up_at_every_step_loses_and_doubles_nothing(
    database: Database, lives: Lives
) -> None:
    lives.environment["DOOM_DATABASE"] = database.superuser_dsn
    await suffer(database, lives, [*STEPS])
    assert lives.deaths == 0


async def test_kills_at_any_instant_lose_and_double_nothing(
    database: Database, lives: Lives
) -> None:
    seed = int(os.environ.get("SANAD_DEATHS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nSANAD_DEATHS_SEED={seed}")
    dice, wanted = random.Random(seed), int(os.environ.get("SANAD_DEATHS") or 2)  # noqa: S311 - dice

    async def strike() -> None:
        for number in range(wanted):
            mails = len(lives.promised)
            await eventually(partial(more, lives.promised, mails), within=30)
            await asyncio.sleep(dice.uniform(0, 0.5))
            assert lives.process is not None
            lives.process.kill()
            await eventually(partial(lives.died, number + 1))
        lives.plan.write_text("")

    killer = asyncio.ensure_future(strike())
    await suffer(database, lives, ["killed from outside"])
    await killer
    assert lives.deaths == wanted
