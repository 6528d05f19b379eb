"""Engines of a bench's own, durable as an operator runs them, and service processes on them."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local import nats, postgres
from deploy.local.database import Administrator, answers, equip
from deploy.local.layout import Home
from tests.engines import NatsServer, eventually, free_port, fresh_stream, migrate, running

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class House:
    """PostgreSQL with every service's tables, NATS with the stream, and a clock to move."""

    home: Home
    administrator: Administrator
    nats_url: str

    @property
    def dsn(self) -> str:
        return self.administrator.dsn()

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the product must be told."""
        return {
            "SANAD_PROFILE": "test",
            "SANAD_HOME": str(self.home.root),
            "SANAD_DATABASE": self.administrator.public(),
            "SANAD_NATS_URL": self.nats_url,
            "SANAD_CLOCK_FILE": str(self._clock),
        }

    @property
    def _clock(self) -> Path:
        return self.home.run / "clock"

    def travel(self, seconds: float) -> None:
        """Put the clock of every process of the house so far ahead."""
        draft = self._clock.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(self._clock)

    @contextlib.contextmanager
    def process(self, *module: str, **told: str) -> Iterator[subprocess.Popen[bytes]]:
        """A Python process of the house for the length of a block; its output goes to a log."""
        log = self.home.log / f"{module[0]}.log"
        with log.open("ab") as output:
            child = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env={**os.environ, **self.environment, **told},
                stdout=output,
                stderr=output,
            )
        try:
            yield child
        finally:
            child.kill()
            child.wait()


@contextlib.asynccontextmanager
async def house() -> AsyncIterator[House]:
    """Everything up; stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="sanad-house-") as folder:
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
            with _nats(home) as server:
                await eventually(lambda: fresh_stream(server))
                made = House(home, sanad, server.url)
                made.travel(0)
                yield made


@contextlib.contextmanager
def _nats(home: Home) -> Iterator[NatsServer]:
    port = free_port()
    with running(nats.program(home, port), home.log / "nats.log"):
        yield NatsServer(f"nats://127.0.0.1:{port}", home, lambda: None, lambda: None)
