"""Intake in a process of its own, as the supervisor starts it: three doors, facts on the bus."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from tests.engines import ROOT, Database, NatsServer, eventually

PATIENCE = 20
"""Seconds in which it has to end once it was told to."""


@dataclass(frozen=True)
class Alone:
    """The process, and its ports by the names of its doors; `returncode` is known afterwards."""

    process: subprocess.Popen[bytes]
    ports: dict[str, int]


@asynccontextmanager
async def alone(database: Database, nats: NatsServer, gateway: str) -> AsyncIterator[Alone]:
    """Ready when the block begins, told to end and waited for when it is over."""
    doors = {name: _listening() for name in ("http", "ops", "smtp")}
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SANAD_")},
        "SANAD_PROFILE": "test",
        "SANAD_HOME": str(database.home.root),
        "SANAD_DATABASE": database.url,
        "SANAD_NATS_URL": nats.url,
        "SANAD_PEERS": json.dumps({"gateway": gateway}),
        **{f"SANAD_LISTEN_{name.upper()}": f"fd:{one.fileno()}" for name, one in doors.items()},
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "shared.kit.serve", "services.intake.main"],
        cwd=ROOT,
        env=environment,
        pass_fds=[one.fileno() for one in doors.values()],
    )
    made = Alone(process, {name: one.getsockname()[1] for name, one in doors.items()})
    try:
        await _ready(made)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


async def _ready(made: Alone) -> None:
    url = f"http://127.0.0.1:{made.ports['ops']}/readyz"
    async with httpx.AsyncClient(timeout=5) as client:

        async def answers() -> bool:
            assert made.process.poll() is None
            try:
                return (await client.get(url)).status_code == 200
            except httpx.TransportError:
                return False

        await eventually(answers, within=30)


def _listening() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.set_inheritable(True)
    return made
