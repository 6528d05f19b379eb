"""The product as it is measured: a desk of its own with everything on, and its floors beside it."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import nats
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwt

from tests.engines import free_port
from tests.journeys.company import Company, found
from tests.journeys.desk import Desk

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = Path(__file__).parent / "floors" / "schema.sql"
SERVICES = ("gateway", "intake", "tickets", "sla", "escalation", "notify")


@dataclass
class Bench:
    """A running desk, a token, and the addresses of the floors."""

    desk: Desk
    company: Company
    token: str
    floor_token: str
    floor_dsn: str
    app_url: str
    proxy_url: str
    nats_url: str
    folder: Path
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    known: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    @property
    def floor_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.floor_token}", "Content-Type": "application/json"}

    def pids(self, *names: str) -> list[int]:
        pids = self.desk.pids()
        return [pids[name] for name in names]

    async def once(
        self, name: str, measure: Callable[[], Awaitable[dict[str, float]]]
    ) -> dict[str, float]:
        """A case that is too long to repeat, or that alternates by itself: measured once a run."""
        if name not in self.known:
            self.known[name] = await measure()
        return self.known[name]

    @contextlib.contextmanager
    def alone(self, *running: str) -> Iterator[None]:
        """Freeze every other child: the supervisor must not bring it back meanwhile."""
        frozen = [pid for name, pid in self.desk.pids().items() if name not in running]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)

    @contextlib.contextmanager
    def chain(self) -> Iterator[None]:
        """The floor's relay and consumer at work."""
        processes = [self.spawn_chain(part) for part in ("consumer", "relay")]
        try:
            time.sleep(1.5)  # both have connected; they say nothing when they have
            yield
        finally:
            for process in processes:
                process.kill()
                process.wait()

    def spawn_chain(self, part: str) -> subprocess.Popen[bytes]:
        command = ["-m", "tests.bench.floors.chain", part, self.floor_dsn, self.nats_url]
        return subprocess.Popen([sys.executable, *command], cwd=ROOT)


@contextlib.asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    """Everything up; stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="sanad-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        desk = Desk(folder / "home", {"SANAD_RATE_LIMIT": "1000000", "SANAD_PROFILE": "local"})
        await desk.start()
        stack = contextlib.ExitStack()
        try:
            yield await equip(desk, folder, stack)
        finally:
            stack.close()
            await desk.stop()


async def equip(desk: Desk, folder: Path, stack: contextlib.ExitStack) -> Bench:
    """A company on a running desk, and the floors beside it until the stack is closed."""
    company = await found(desk)
    await company.admin.sign_in()
    dsn = await _floor_database(desk.endpoints["database"])
    key, token = _floor_key(folder)
    ports = [free_port() for _ in range(3)]
    environment = {**os.environ, "FLOOR_DSN": dsn, "FLOOR_KEY": str(key)}
    silent = ["--log-level", "error", "--no-access-log"]
    commands = (
        ["-m", "uvicorn", "tests.bench.floors.app:app", "--port", str(ports[0]), *silent],
        ["-m", "tests.bench.floors.proxy", str(ports[1]), f"http://127.0.0.1:{ports[0]}"],
    )
    for command in commands:
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment)
        stack.callback(_end, process)
    nats_url = f"nats://127.0.0.1:{ports[2]}"
    stack.callback(_end, _floor_nats(folder, ports[2]))
    made = Bench(
        desk,
        company,
        company.admin.token,
        token,
        dsn,
        f"http://127.0.0.1:{ports[0]}",
        f"http://127.0.0.1:{ports[1]}",
        nats_url,
        folder,
    )
    for url in (made.app_url, made.proxy_url):
        await answering(f"{url}/ping")
    await _floor_stream(nats_url)
    return made


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


async def _floor_database(administrator: str) -> str:
    """A database beside the product's, in the same server with the same durability."""
    connection = await asyncpg.connect(administrator)
    if not await connection.fetchval("select 1 from pg_database where datname = 'floor'"):
        await connection.execute("create database floor")
    await connection.close()
    dsn = administrator.rpartition("/")[0] + "/floor"
    connection = await asyncpg.connect(dsn)
    await connection.execute(SCHEMA.read_text())
    await connection.close()
    return dsn


def _floor_key(folder: Path) -> tuple[Path, str]:
    private = rsa.generate_private_key(65537, 2048)
    path = folder / "floor.pem"
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    path.with_suffix(".pub").write_bytes(public)
    claims = {"sub": "floor", "exp": int(time.time()) + 86_400}
    return path, jwt.encode(claims, path.read_text(), algorithm="RS256")


def _floor_nats(folder: Path, port: int) -> subprocess.Popen[bytes]:
    config = folder / "floor-nats.conf"
    config.write_text(
        f'host: 127.0.0.1\nport: {port}\njetstream {{ store_dir: "{folder}/floor-js",'
        " sync_interval: always }\n"
    )
    server = Path(sys.executable).with_name("nats-server")
    return subprocess.Popen(
        [str(server), "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


async def _floor_stream(url: str) -> None:
    client = await nats.connect(url)
    await client.jetstream().add_stream(name="FLOOR", subjects=["floor.>"])
    await client.close()


async def answering(url: str, within: float = 20) -> None:
    deadline = time.monotonic() + within
    async with httpx.AsyncClient() as client:
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(url)).is_success:
                    return
            await asyncio.sleep(0.05)
    raise AssertionError(f"{url} does not answer")


async def floor_value(dsn: str, query: str, *args: Any) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query, *args)
    finally:
        await connection.close()
