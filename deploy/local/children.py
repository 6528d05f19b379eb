"""A child that is kept alive: started, listened to, started again with patience, stopped."""

import asyncio
import contextlib
import os
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from signal import SIGKILL
from subprocess import STDOUT

from deploy.local import orphans
from deploy.local.cradle import Cradle, Nursling
from deploy.local.journal import Journal, say
from deploy.local.layout import Home
from deploy.local.programs import Program

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
_MISSET = "status 78"
HEALTHY_AFTER = 10.0
_LINE = 1 << 20

Prepare = Callable[[], Awaitable[None]]


async def _nothing() -> None:
    """Most programs need no preparation."""


class Child:
    """One program, as many processes as it takes."""

    def __init__(
        self,
        program: Program,
        home: Home,
        prepare: Prepare | None = None,
        cradle: Cradle | None = None,
    ) -> None:
        self.program = program
        self._cradle = cradle
        self.starts = 0
        self.misset = False
        """Its environment keeps it from working: it said why, and is not started again."""
        self.on_start: Callable[[], None] = lambda: None
        self._run = home.run
        self._prepare = prepare or _nothing
        self._journal = Journal(home.log, program.name)
        self._process: Process | Nursling | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if alive and self._process else None

    @property
    def last_words(self) -> list[str]:
        return self._journal.last

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name=self.program.name)

    async def stop(self, within: float) -> None:
        """Ask, wait, then insist; all of the child's own children go with it."""
        self._stopping.set()
        self._signal(int(self.program.stop))
        if self._task:
            done, _ = await asyncio.wait([self._task], timeout=within)
            if not done:
                say(f"{self.program.name} did not stop within {within:.0f} s and is killed")
                self._kill_group()
                await self._task
        self._journal.close()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            ended = await self._once()
            if self._stopping.is_set():
                return
            if ended == _MISSET:
                self.misset = True
                return
            pause = FIRST_PAUSE if time.monotonic() - began > HEALTHY_AFTER else pause
            say(f"{self.program.name} ended ({ended}), starting again in {pause:.1f} s")
            self._say_why(ended)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _say_why(self, ended: str) -> None:
        if ended.startswith("status") and self._journal.last:
            say(f"{self.program.name}: {self._journal.last[-1][:300]}")

    async def _once(self) -> str:
        try:
            await self._prepare()
            if self._stopping.is_set():
                return "stopped before it began"
            self._process = await self._spawn()
        except OSError as failure:
            return f"could not start: {failure}"
        self.starts += 1
        orphans.remember(self._run, self.program.name, self._process.pid)
        self.on_start()
        await self._listen(self._process)
        orphans.forget(self._run, self.program.name)
        return _ending(await self._process.wait())

    async def _spawn(self) -> Process | Nursling:
        """With a pipe of our own: asyncio's counts a child as gone only when its pipe is closed."""
        ours, theirs = os.pipe()
        try:
            process = await self._begin(theirs)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        self._reading = asyncio.create_task(self._read(ours))
        return process

    async def _begin(self, output: int) -> Process | Nursling:
        if self._cradle:
            return await self._cradle.spawn(self.program, output)
        return await asyncio.create_subprocess_exec(
            *self.program.argv, stdout=output, stderr=STDOUT, **self.program.options()
        )

    async def _listen(self, process: Process | Nursling) -> None:
        """Until the child is gone; a grandchild may hold the pipe open longer and goes too."""
        assert self._reading
        await process.wait()
        self._kill_group()
        await asyncio.wait([self._reading], timeout=0.5)
        self._reading.cancel()

    async def _read(self, pipe: int) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(_LINE)
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", 0)
        )
        with contextlib.closing(transport):
            while True:
                try:
                    line = await reader.readline()
                except ValueError:  # longer than a line may be: what was read so far is dropped
                    continue
                if not line:
                    return
                self._journal.take(line)

    def _signal(self, number: int) -> None:
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _kill_group(self) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, SIGKILL)


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"status {code}"
