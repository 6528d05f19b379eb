"""Fixtures that own real engines: one PostgreSQL and one NATS for each test process."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from nats.errors import NoServersError
from nats.js.errors import NotFoundError

from deploy.local import nats, postgres, streams
from deploy.local.database import Administrator, answers, equip
from deploy.local.layout import SERVICES, Home
from deploy.local.programs import Program
from deploy.local.roles import admit

ROOT = Path(__file__).resolve().parent.parent
_TEMPLATE = "sanad_template"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server whose template database holds every service's tables."""

    home: Home
    administrator: Administrator


@dataclass(frozen=True, slots=True)
class Database:
    """A clone of the template, for one test module."""

    name: str
    home: Home
    administrator: Administrator

    @property
    def url(self) -> str:
        """Without credentials, as `SANAD_DATABASE` has it."""
        return self.administrator.public(self.name)

    @property
    def superuser_dsn(self) -> str:
        """For looking behind the walls in an assertion."""
        return self.administrator.dsn(self.name)


@dataclass(frozen=True, slots=True)
class NatsServer:
    """A running server with the stream; `stop` and `start` play an outage."""

    url: str
    home: Home
    start: Callable[[], None]
    stop: Callable[[], None]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


async def eventually(condition: Callable[[], object], *, within: float = 10) -> None:
    """Wait until a condition holds; it may be a coroutine function."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        held = condition()
        if asyncio.iscoroutine(held):
            held = await held
        if held:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not within {within} s: {condition}")


@contextlib.contextmanager
def running(program: Program, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child process for the length of a block, output in a file."""
    with log.open("ab") as output:
        child = subprocess.Popen(program.argv, stdout=output, stderr=output, **program.options())
    try:
        yield child
    finally:
        child.send_signal(program.stop)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@pytest.fixture(scope="session")
def engines_home() -> Iterator[Home]:
    """A data directory below the system's temporary folder, reachable for PostgreSQL's user."""
    base = Path(tempfile.mkdtemp(prefix="sanad-test-"))
    base.chmod(0o711)
    home = Home(base / "home")
    home.prepare()
    yield home
    shutil.rmtree(base)


@pytest.fixture(scope="session")
async def postgres_server(engines_home: Home) -> AsyncIterator[PostgresServer]:
    cluster = postgres.cluster(engines_home.pg, free_port(), durable=False)
    password = engines_home.secret("postgres/postgres")
    cluster.initialise(password)
    administrator = Administrator.embedded(cluster.port, password)
    with running(cluster.program(), engines_home.log / "postgres.log") as child:

        async def up() -> bool:
            assert child.poll() is None, (engines_home.log / "postgres.log").read_text()
            return await answers(administrator)

        await eventually(up)
        template = Administrator(administrator.dsn(_TEMPLATE))
        await equip(template, engines_home, durable=False)
        migrate(engines_home, template)
        yield PostgresServer(engines_home, administrator)


def migrate(home: Home, administrator: Administrator) -> None:
    """All services' migrations at once; when one is broken, the others' tests still get theirs."""
    if run_migrations(home, administrator, SERVICES):
        return
    for service in SERVICES:
        if not run_migrations(home, administrator, (service,)):
            print(f"the migrations of {service} fail", file=sys.stderr)


def run_migrations(home: Home, administrator: Administrator, services: tuple[str, ...]) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local.migrate", *services],
        cwd=ROOT,
        env={
            **os.environ,
            "SANAD_PROFILE": "test",
            "SANAD_HOME": str(home.root),
            "SANAD_DATABASE": administrator.public(),
        },
        check=False,
    )
    return done.returncode == 0


@pytest.fixture(scope="module")
async def database(postgres_server: PostgresServer) -> AsyncIterator[Database]:
    """The module's own database, with every table and no rows but the seeded ones."""
    name = f"clone_{uuid4().hex[:12]}"
    connection = await postgres_server.administrator.connect("postgres")
    try:
        await connection.execute(f"create database {name} template {_TEMPLATE} strategy file_copy")
        await admit(connection, name)
        yield Database(name, postgres_server.home, postgres_server.administrator)
        await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def nats_process(engines_home: Home) -> Iterator[NatsServer]:
    port = free_port()
    stack = contextlib.ExitStack()
    program = nats.program(engines_home, port)

    def start() -> None:
        stack.enter_context(running(program, engines_home.log / "nats.log"))

    start()
    yield NatsServer(f"nats://127.0.0.1:{port}", engines_home, start, stack.close)
    stack.close()


@pytest.fixture(scope="module")
async def nats_server(nats_process: NatsServer) -> NatsServer:
    """The server with an empty stream and no consumers: modules do not hear each other."""
    await eventually(lambda: fresh_stream(nats_process))
    return nats_process


async def fresh_stream(server: NatsServer) -> bool:
    """Make the stream anew as its keeper; False while the server does not answer."""
    try:
        async with streams.connection(server.url, server.home) as client:
            with contextlib.suppress(NotFoundError):
                await client.jetstream().delete_stream(nats.STREAM)
            return await streams.ensure(client)
    except (OSError, TimeoutError, NoServersError):
        return False
