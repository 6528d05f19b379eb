"""The children of one installation: what is started in which order, and stopped in which."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from deploy.local import environment, nats, postgres
from deploy.local.children import Child, Prepare
from deploy.local.cradle import AVAILABLE, Cradle
from deploy.local.database import Administrator, answers, equip, outdated
from deploy.local.journal import say
from deploy.local.layout import SERVICES, Home
from deploy.local.listeners import LOOPBACK, Listeners, engine_port
from deploy.local.options import Options
from deploy.local.probes import ask
from deploy.local.programs import CannotRunError, Program

_STOP_ORDER = (("edge",), SERVICES, ("nats",), ("postgres",))
_PATIENCE = 10.0
_START = 90.0
_STEP_BACK = {"sla": 5, "escalation": 5, "intake": 10, "notify": 15}
"""Services whose work follows from what others answered: a person who waits comes first."""


class Stack:
    """All children, and the addresses at which they answer."""

    def __init__(self, options: Options, home: Home, listeners: Listeners) -> None:
        self.options = options
        self.home = home
        self.listeners = listeners
        self.children: dict[str, Child] = {}
        self.administrator = Administrator(options.database_url)
        self.nats_url = options.nats_url
        self.cradle = Cradle(environment.nursery(home)) if AVAILABLE else None
        self.engines_up_at = 0.0

    async def start_engines(self) -> None:
        if self.cradle:
            self._warming = asyncio.create_task(self._warm(self.cradle))
        if not self.options.nats_url:
            port = engine_port(self.home.run / "ports.json", "nats")
            self.nats_url = f"nats://{LOOPBACK}:{port}"
            self._start(nats.program(self.home, port))
        if not self.options.database_url:
            await self._start_postgres()

    async def prepare_database(self) -> None:
        await self._until(lambda: answers(self.administrator), "postgres")
        self.engines_up_at = time.monotonic()
        await equip(self.administrator, self.home, durable=self.options.durable)
        say("database up")
        if behind := await outdated(self.administrator, environment.ROOT / "services"):
            say(f"migrating {', '.join(behind)}")
            await self._migrate()

    def start_services(self) -> None:
        from deploy.local import edge  # noqa: PLC0415 - its texts come with the kit's models

        told = self.told()
        for name in SERVICES:
            program = environment.service(name, self.home, self.listeners, told)
            program = replace(program, nice=_STEP_BACK.get(name, 0))
            self._start(program, cradle=self.cradle)
        upstreams = {name: self.listeners.address(f"{name}.http") for name in SERVICES}
        fd = self.listeners.fd(environment.EDGE)
        self._start(edge.program(self.home, fd, upstreams, self.options.tls))

    async def ready(self) -> None:
        """Every service fit for work, and the edge answering through the gateway."""
        for name in SERVICES:
            await self._answering(name, f"{self.ops(name)}/readyz")
        url = environment.local_url(self.options, self.listeners)
        await self._answering("edge", f"{url}/.well-known/jwks.json")

    async def stop(self) -> None:
        for stage in _STOP_ORDER:
            here = [self.children[name] for name in stage if name in self.children]
            await asyncio.gather(*(child.stop(_PATIENCE) for child in here))
        if self.cradle:
            self.cradle.close()

    def ops(self, service: str) -> str:
        return f"http://{self.listeners.address(f'{service}.ops')}"

    def public(self, service: str) -> str:
        return f"http://{self.listeners.address(f'{service}.http')}"

    def told(self) -> dict[str, str]:
        database = self.administrator.public()
        return dict(environment.common(self.options, self.listeners, database, self.nats_url))

    async def _start_postgres(self) -> None:
        port = engine_port(self.home.run / "ports.json", "postgres")
        cluster = postgres.cluster(self.home.pg, port, durable=self.options.durable)
        password = self.home.secret("postgres/postgres")
        self.administrator = Administrator.embedded(port, password)
        if await asyncio.to_thread(cluster.initialise, password):
            say("made a new database cluster")

        async def prepare() -> None:
            await asyncio.to_thread(cluster.clear_the_way)

        self._start(cluster.program(), prepare)

    async def _warm(self, cradle: Cradle) -> None:
        """While the engines start; a nursery that fails is tried again by its first service."""
        with contextlib.suppress(OSError):
            await cradle.warm()

    async def _migrate(self) -> None:
        program = environment.migrations(self.home, self.told())
        child = await asyncio.create_subprocess_exec(
            *program.argv,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            **program.options(),
        )
        output, _ = await child.communicate()
        if child.returncode:
            raise CannotRunError(f"The migrations failed:\n{output.decode()[-2000:]}")

    def _start(
        self, program: Program, prepare: Prepare | None = None, cradle: Cradle | None = None
    ) -> None:
        child = Child(program, self.home, prepare, cradle)
        self.children[program.name] = child
        child.start()

    async def _answering(self, name: str, url: str) -> None:
        async def good() -> bool:
            return (await ask(url)).good

        await self._until(good, name)

    async def _until(self, holds: Callable[[], Awaitable[bool]], name: str) -> None:
        deadline = time.monotonic() + _START
        while not await holds():
            if said := self._misset():
                raise CannotRunError(said)
            if time.monotonic() > deadline:
                raise CannotRunError(self._complaint(name))
            await asyncio.sleep(0.05)

    def _misset(self) -> str:
        """What services said of settings that they cannot read, each of them once."""
        mute = [child for child in self.children.values() if child.misset]
        said = [json.loads(line)["event"] for child in mute for line in child.last_words]
        return "\n".join(dict.fromkeys(line for line in said if line.startswith("SANAD_")))

    def _complaint(self, name: str) -> str:
        child = self.children.get(name)
        words = "\n".join(child.last_words[-8:]) if child else ""
        return f"{name} was not ready within {_START:.0f} s. Its last words:\n{words}"
