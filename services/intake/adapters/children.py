"""Keeps the parser's processes: started when needed, killed when slow, gone when idle."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final, Protocol

from services.intake.adapters import frames
from services.intake.domain.mail import Envelope, Parsed, Reading

_ROOT: Final = Path(__file__).resolve().parents[3]
_LOST: Final = (OSError, EOFError, ValueError, KeyError, TypeError)
_ATTEMPTS: Final = 3
_LARGE: Final = 4 * 1024 * 1024
_PIECE: Final = 256 * 1024


class ParserLost(Exception):
    """The process died or spoke nonsense: perhaps by this mail, perhaps by chance."""


class ParserTooSlow(Exception):
    """The mail used up its time; asking again would only spend it again."""


class Parser(Protocol):
    """Reads a message into what it says."""

    async def parse(self, raw: bytes, envelope: Envelope, reading: Reading) -> Parsed: ...

    async def close(self) -> None: ...


class Children:
    """At most `most` processes at a time; a mail waits for a free one."""

    def __init__(self, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._places = asyncio.Semaphore(most)
        self._idle: list[asyncio.subprocess.Process] = []

    async def parse(self, raw: bytes, envelope: Envelope, reading: Reading) -> Parsed:
        """Ask a process, and another one when it is lost; all attempts share one mail's time."""
        clock, left = asyncio.get_running_loop(), self._seconds
        for attempt in range(1, _ATTEMPTS + 1):
            async with self._child(keep=len(raw) < _LARGE) as child:
                began = clock.time()
                try:
                    async with asyncio.timeout(left):
                        return await _ask(child, raw, frames.question(envelope, reading))
                except TimeoutError:
                    raise ParserTooSlow from None
                except _LOST as error:
                    left -= clock.time() - began
                    await _end(child)
                    if attempt == _ATTEMPTS:
                        raise ParserLost(type(error).__name__) from error
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """End the idle processes; the next mail starts a new one."""
        while self._idle:
            await _end(self._idle.pop())

    @property
    def pids(self) -> list[int]:
        """Processes that wait for work."""
        return [child.pid for child in self._idle]

    @contextlib.asynccontextmanager
    async def _child(self, *, keep: bool) -> AsyncIterator[asyncio.subprocess.Process]:
        async with self._places:
            child = self._idle.pop() if self._idle else await self._start()
            try:
                yield child
            except BaseException:
                await asyncio.shield(_end(child))
                raise
            if keep and child.returncode is None:
                self._idle.append(child)
            else:
                await _end(child)

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-s", "-m", "services.intake.adapters.child"),
            str(int(self._seconds) + 2),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=_ROOT,
            env={"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
        )


async def _ask(child: asyncio.subprocess.Process, raw: bytes, question: dict[str, Any]) -> Parsed:
    assert child.stdin is not None
    assert child.stdout is not None
    text = json.dumps(question).encode()
    child.stdin.write(frames.HEAD.pack(len(text), len(raw)) + text)
    await child.stdin.drain()
    for start in range(0, len(raw), _PIECE):  # a pipe would hold a second copy of all of it
        child.stdin.write(raw[start : start + _PIECE])
        await child.stdin.drain()
    length, size = frames.HEAD.unpack(await child.stdout.readexactly(frames.HEAD.size))
    document = json.loads(await child.stdout.readexactly(length))
    contents = await child.stdout.readexactly(size)
    return frames.read_answer(document, contents)


async def _end(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    await child.wait()
