"""The supervisor's side of the nursery: asks for a birth, hears of a death."""

import asyncio
import json
import os
import socket
import sys
from asyncio.subprocess import Process
from signal import SIGKILL
from typing import Any

from deploy.local.nursery import LARGEST, NURSERY
from deploy.local.programs import Program, inherited

AVAILABLE = sys.platform.startswith("linux")
"""Elsewhere a fork without exec is not safe, and services start the ordinary way."""

_STANDARD = (1, 2)
_GONE = "the nursery is gone"


class Nursling:
    """A process that somebody else forked; what `asyncio.subprocess.Process` offers of it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._gone = asyncio.Event()

    def send_signal(self, signal: int) -> None:
        os.kill(self.pid, signal)

    async def wait(self) -> int:
        await self._gone.wait()
        assert self.returncode is not None
        return self.returncode

    def die(self, code: int) -> None:
        self.returncode = code
        self._gone.set()


class Cradle:
    """One nursery at a time; when it is gone, so are its children, and the next one is made."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._control: socket.socket | None = None
        self._ready: asyncio.Future[None] | None = None
        self._asked: dict[str, asyncio.Future[Nursling]] = {}
        self._alive: dict[int, Nursling] = {}
        self._process: Process | None = None
        self._count = 0

    async def warm(self) -> None:
        """Have the nursery ready; whoever comes second waits with the first."""
        if self._ready is None:
            self._ready = asyncio.get_running_loop().create_future()
            await self._open()
        await asyncio.shield(self._ready)

    async def spawn(self, program: Program, output: int) -> Nursling:
        """A service's process, its output into `output`."""
        await self.warm()
        self._count += 1
        token = f"{program.name}-{self._count}"
        asked: asyncio.Future[Nursling] = asyncio.get_running_loop().create_future()
        self._asked[token] = asked
        self._send(program, token, output)
        return await asked

    def close(self) -> None:
        """The nursery hears it and ends."""
        if self._control:
            self._forget()

    async def _open(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        options = self._program.options() | {"pass_fds": (theirs.fileno(),)}
        argv = (*self._program.argv, str(theirs.fileno()))
        with theirs:
            self._process = await asyncio.create_subprocess_exec(*argv, **options)
        ours.setblocking(False)
        self._control = ours
        asyncio.get_running_loop().add_reader(ours, self._hear)

    def _send(self, program: Program, token: str, output: int) -> None:
        message = {
            "token": token,
            "module": program.module,
            "cwd": str(program.cwd),
            "env": {**inherited(), **program.env},
            "wanted": [*_STANDARD, *program.fds],
            "nice": program.nice,
        }
        fds = [output] * len(_STANDARD) + [*program.fds]
        if self._control is None:
            raise ConnectionResetError(_GONE)
        socket.send_fds(self._control, [json.dumps(message).encode()], fds)

    def _hear(self) -> None:
        assert self._control
        try:
            message = self._control.recv(LARGEST)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if message:
            self._learn(json.loads(message))
        else:
            self._forget()

    def _learn(self, said: dict[str, Any]) -> None:
        if said.get("token") == NURSERY:
            assert self._ready
            self._ready.set_result(None)
        elif "born" in said:
            nursling = Nursling(said["born"])
            self._alive[nursling.pid] = nursling
            self._asked.pop(said["token"]).set_result(nursling)
        elif said["dead"] in self._alive:
            self._alive.pop(said["dead"]).die(said["code"])

    def _forget(self) -> None:
        assert self._control
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        self._control = None
        for waiting in (self._ready, *self._asked.values()):
            if waiting and not waiting.done():
                waiting.set_exception(ConnectionResetError(_GONE))
                waiting.exception()  # seen: nobody may be waiting any more
        for nursling in self._alive.values():
            nursling.die(-SIGKILL)
        self._ready = None
        self._asked.clear()
        self._alive.clear()
