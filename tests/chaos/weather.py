"""What can happen to a running desk: processes die, fall silent, or cannot come back."""

import asyncio
import contextlib
import random
import shutil
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil

from deploy.local.layout import SERVICES
from tests.journeys.desk import Desk

VICTIMS = (*SERVICES, "postgres", "nats", "edge")


class Weather:
    """Acts on the processes and files of one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def process(self, child: str) -> psutil.Process | None:
        """The child as it runs now; None while it is being started again."""
        try:
            pid: int | None = self.desk.pids()[child]
            if pid is None:  # psutil takes None for the process that asks
                return None
            found = psutil.Process(pid)
            alive = found.status() != psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, KeyError, OSError, ValueError):
            return None
        return found if alive else None

    def strike(self, child: str) -> bool:
        """SIGKILL; whether there was anything to kill."""
        found = self.process(child)
        if found is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            found.kill()
            return True
        return False

    def strike_any(self, dice: random.Random) -> str:
        """One of those that are alive."""
        for child in dice.sample(VICTIMS, len(VICTIMS)):
            if self.strike(child):
                return child
        return ""

    async def ask_to_leave(self, child: str) -> float:
        """SIGTERM; seconds until the process was gone."""
        found = await self.desk.eventually(lambda: _soon(self.process(child)), within=30)
        assert found is not None
        began = time.monotonic()
        found.send_signal(signal.SIGTERM)
        await asyncio.to_thread(found.wait, 30)
        return time.monotonic() - began

    @contextlib.asynccontextmanager
    async def silent(self, child: str) -> AsyncIterator[None]:
        """Alive, connected, and saying nothing (SIGSTOP)."""
        found = self.process(child)
        assert found is not None
        found.suspend()
        try:
            yield
        finally:
            found.resume()

    @contextlib.asynccontextmanager
    async def away(self, child: str) -> AsyncIterator[None]:
        """Gone, its port refusing, however often the supervisor tries to start it."""
        needed = self._needed(child)
        hidden = needed.with_name(f"{needed.name}.away")
        needed.rename(hidden)
        self.strike(child)
        try:
            yield
        finally:
            hidden.rename(needed)

    async def lose_the_stream(self) -> None:
        """NATS dies and its store is gone when it comes back."""
        async with self.away("nats"):
            await asyncio.sleep(0.5)  # its last writes are over
            shutil.rmtree(self.desk.home / "nats" / "jetstream")

    async def quiet(self, within: float) -> float:
        """Seconds until every process is fit for work and has nothing left to do."""
        began = time.monotonic()
        try:
            await self.desk.eventually(self._nothing_left, within=within, every=0.25)
        except AssertionError as error:
            raise AssertionError("\n".join([*await self.complaints(), str(error)])) from error
        return time.monotonic() - began

    async def complaints(self) -> list[str]:
        """What health says of each service that is not fit."""
        said = []
        for name, url in self.desk.endpoints["ops"].items():
            answer = await self.desk.http.get(f"{url}/readyz")
            if answer.status_code != httpx.codes.OK or '"warn"' in answer.text:
                said.append(f"{name}: {answer.text}")
        return said

    async def _nothing_left(self) -> bool:
        if await self.complaints():
            return False
        for url in self.desk.endpoints["ops"].values():
            checks = (await self.desk.http.get(f"{url}/readyz")).json()["checks"]
            if any(checks[name][0]["observedValue"] for name in ("outbox", "consumer")):
                return False
        return True

    def _needed(self, child: str) -> Path:
        """A file without which the child cannot start."""
        files = {"nats": "run/nats.conf", "postgres": "pg/postgresql.conf"}
        return self.desk.home / files[child]


async def _soon(found: psutil.Process | None) -> psutil.Process | None:
    return found
