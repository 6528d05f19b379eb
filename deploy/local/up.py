"""`sanad up`: from nothing to `ready`, then watching until told to stop."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable

from deploy.local import environment, orphans
from deploy.local.journal import say
from deploy.local.layout import SERVICES, Home, keep, new_password, replace
from deploy.local.lock import hold
from deploy.local.options import Options
from deploy.local.stack import Stack
from shared.kit.endings import end


class Told(Exception):
    """The runner was asked to stop."""


def run(options: Options) -> int:
    """Holds the home for as long as it runs; the exit status for the shell."""
    home = Home(options.home)
    (home.root / "run").mkdir(parents=True, exist_ok=True)
    with hold(home.run / "lock"):
        home.endpoints.unlink(missing_ok=True)
        return asyncio.run(Runner(options, home).run())


def choose_password(options: Options, home: Home) -> None:
    """The operator's word counts while there is no database: nor is there an administrator."""
    path = home.keys / "admin"
    nothing_yet = not options.database_url and not (home.pg / "PG_VERSION").exists()
    if options.admin_password and path.exists() and nothing_yet:
        replace(path, options.admin_password)
    keep(path, lambda: options.admin_password or new_password())


class Runner:
    """One life of the installation."""

    def __init__(self, options: Options, home: Home) -> None:
        self._options = options
        self._home = home
        self._announced = home.run / "announced"
        self._told = asyncio.Event()
        self._began = self._ready_at = time.monotonic()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(sign, self._told.set)
        ended = await asyncio.to_thread(orphans.end_all, self._home.run)
        if ended:
            say(f"ended {len(ended)} processes that an earlier run left behind")
        listeners = environment.open_all(self._options)
        choose_password(self._options, self._home)
        self._home.prepare()
        stack = Stack(self._options, self._home, listeners)
        try:
            return await self._live(stack)
        finally:
            self._home.endpoints.unlink(missing_ok=True)
            await stack.stop()
            say("stopped")

    async def _live(self, stack: Stack) -> int:
        keeper: asyncio.Task[None] | None = None
        try:
            await self._unless_told(stack.start_engines())
            keeper = asyncio.create_task(keep_stream(stack))
            await self._unless_told(stack.prepare_database())
            say("starting the services")
            stack.start_services()
            await self._unless_told(stack.ready())
            self._announce(stack)
            await self._told.wait()
        except Told:
            pass
        finally:
            say("stopping")
            if keeper:
                await end(keeper)
        return 0

    async def _unless_told(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        told = asyncio.create_task(self._told.wait())
        await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not task.done():
            task.cancel()
            raise Told
        task.result()

    def _announce(self, stack: Stack) -> None:
        self._ready_at = time.monotonic()
        self._write_endpoints(stack)
        for child in stack.children.values():
            child.on_start = lambda: self._write_endpoints(stack)
        say(f"http    {self._url(stack)}")
        say(f"smtp    {stack.listeners.address(environment.SMTP)}")
        say(f"login   {self._options.admin_email}, password {self._password()}")
        say(f"ready after {self._ready_at - self._began:.1f} s")
        print("ready", flush=True)

    def _password(self) -> str:
        """Shown once, and never when the operator chose it."""
        shown = self._announced.exists() or self._options.admin_password
        self._announced.touch()
        return f"in {self._home.keys / 'admin'}" if shown else self._home.secret("admin")

    def _url(self, stack: Stack) -> str:
        return environment.local_url(self._options, stack.listeners)

    def _write_endpoints(self, stack: Stack) -> None:
        pids = {name: child.pid for name, child in stack.children.items()}
        document = {
            "http": self._url(stack),
            "smtp": stack.listeners.address(environment.SMTP),
            "nats": stack.nats_url,
            "database": stack.administrator.dsn(),
            "services": {name: stack.public(name) for name in SERVICES},
            "ops": {name: stack.ops(name) for name in SERVICES},
            "pids": {"supervisor": os.getpid(), **pids},
            "ready_after_engines_s": round(self._ready_at - stack.engines_up_at, 3),
        }
        replace(self._home.endpoints, json.dumps(document, indent=1))


async def keep_stream(stack: Stack) -> None:
    """The stream keeper at work, whatever happens to it."""
    from deploy.local import streams  # noqa: PLC0415 - half a second, while the engines start

    await streams.keep(stack.nats_url, stack.home)
