"""Keeps the parser's processes: started when needed, killed when slow, gone when idle."""

import asyncio
import contextlib
import sys
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from services.intake.adapters import frames
from services.intake.domain.mail import Envelope, Parsed, Reading
from shared.kit.endings import end

_ROOT: Final = Path(__file__).resolve().parents[3]
_LOST: Final = (OSError, EOFError, ValueError, KeyError, TypeError)
_ATTEMPTS: Final = 3
_LARGE: Final = 4 * 1024 * 1024
_PIECE: Final = 256 * 1024
_SMALL: Final = 16 * 1024
_TOGETHER: Final = 16
"""So many small mails are asked in one go."""
_PATIENCE: Final = 0.5
"""Whoever takes longer must not keep those behind it waiting."""


class ParserLost(Exception):
    """The process died or spoke nonsense: perhaps by this mail, perhaps by chance."""


class ParserTooSlow(Exception):
    """The mail used up its time; asking again would only spend it again."""


class Parser(Protocol):
    """Reads a message into what it says."""

    async def parse(self, raw: bytes, envelope: Envelope, reading: Reading) -> Parsed: ...

    async def close(self) -> None: ...


class _Asked:
    """A mail on its way to a process and back, with the time and the attempts it has left."""

    def __init__(self, raw: bytes, question: bytes, seconds: float) -> None:
        self.raw = raw
        self.question = question
        self.left = seconds
        self.attempts = 0
        self.answer: asyncio.Future[Parsed] = asyncio.get_running_loop().create_future()

    @property
    def alone(self) -> bool:
        """What is large, or has cost a process already, takes no others with it."""
        return self.attempts > 0 or len(self.raw) > _SMALL

    def settle(self, outcome: Parsed | Exception) -> None:
        if self.answer.done():  # nobody waits any more
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


class _Pack:
    """Mails that one process reads one after another; answers are handed out together.

    Where one of them takes long, those before it have their answers at once and those behind it go
    to another process.
    """

    def __init__(self, mails: list[_Asked], again: Callable[[Iterable[_Asked]], None]) -> None:
        self.mails = mails
        self.behind = deque(mails)
        self.whole = True
        self._done: list[tuple[_Asked, Parsed]] = []
        self._again = again

    def heard(self, parsed: Parsed) -> None:
        self._done.append((self.behind.popleft(), parsed))

    def split(self) -> None:
        """The first that is not answered keeps the process for itself."""
        self.release()
        self._put_back(1)

    def lost(self) -> None:
        """By the first that is not answered: it is asked once more, unless that is too often."""
        self.behind[0].attempts += 1
        if self.behind[0].attempts == _ATTEMPTS:
            self.fail(ParserLost)
        else:
            self._put_back(0)

    def fail(self, outcome: type[Exception]) -> None:
        self.release()
        self.behind[0].settle(outcome())
        self._put_back(1)

    def release(self) -> None:
        for asked, parsed in self._done:
            asked.settle(parsed)
        self._done.clear()

    def _put_back(self, start: int) -> None:
        self.release()
        left = list(self.behind)
        self.behind = deque(left[:start])
        if left[start:]:
            self.whole = False
            self._again(left[start:])


class Children:
    """At most `most` processes at a time; mails that wait for a free one share it."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._idle: list[asyncio.subprocess.Process] = []
        self._waiting: deque[_Asked] = deque()
        self._readers: set[asyncio.Task[None]] = set()

    async def parse(self, raw: bytes, envelope: Envelope, reading: Reading) -> Parsed:
        """Ask a process, and another one when it is lost; all attempts share one mail's time."""
        asked = _Asked(raw, frames.question(envelope, reading), self._seconds)
        self._waiting.append(asked)
        self._employ()
        return await asked.answer

    async def close(self) -> None:
        """End the processes; the next mail starts a new one."""
        await end(*self._readers)
        while self._idle:
            await _end(self._idle.pop())

    @property
    def pids(self) -> list[int]:
        """Processes that wait for work."""
        return [child.pid for child in self._idle]

    def _employ(self) -> None:
        if len(self._readers) < self._most:
            self._readers.add(asyncio.ensure_future(self._read()))

    async def _read(self) -> None:
        """While mails wait; who finds none is gone before another one can come."""
        try:
            while mails := self._next():
                try:
                    await self._answer(_Pack(mails, self._again))
                except Exception as error:  # noqa: BLE001 - no process could be started
                    for one in mails:
                        one.settle(error)
        finally:
            self._readers.discard(asyncio.current_task())

    def _next(self) -> list[_Asked]:
        """A fair share of those that wait and are small; one by itself when it is not.

        A process that is still to start has one at first: starting takes as long as a hundred.
        """
        share = min(_TOGETHER, -(-len(self._waiting) // self._most)) if self._idle else 1
        mails: list[_Asked] = []
        while self._waiting and len(mails) < share:
            if self._waiting[0].answer.done():
                self._waiting.popleft()
            elif mails and self._waiting[0].alone:
                break
            else:
                mails.append(self._waiting.popleft())
                share = 1 if mails[-1].alone else share
        return mails

    def _again(self, mails: Iterable[_Asked]) -> None:
        self._waiting.extendleft(reversed(list(mails)))
        self._employ()

    async def _answer(self, pack: _Pack) -> None:
        child = self._idle.pop() if self._idle else await self._start()
        keep = False
        try:
            trouble = await self._converse(child, pack)
            keep = pack.whole and trouble is None and child.returncode is None
            keep = keep and len(pack.mails[0].raw) < _LARGE
        finally:
            if keep:
                self._idle.append(child)
            else:
                await asyncio.shield(_end(child))
        if trouble is not None:  # said when its process is gone
            trouble()
        pack.release()

    async def _converse(
        self, child: asyncio.subprocess.Process, pack: _Pack
    ) -> Callable[[], None] | None:
        """Until all are answered, or what is to be done about the one that is not."""
        clock = asyncio.get_running_loop()
        began = clock.time()
        try:
            async with asyncio.timeout(pack.behind[0].left):
                for asked in pack.mails:
                    await _tell(child, asked.raw, asked.question)
            while pack.behind:
                patience = clock.call_later(_PATIENCE, pack.split)
                try:
                    async with asyncio.timeout_at(began + pack.behind[0].left):
                        pack.heard(await _hear(child))
                finally:
                    patience.cancel()
                began = clock.time()
        except TimeoutError:
            return partial(pack.fail, ParserTooSlow)
        except _LOST:
            pack.behind[0].left -= clock.time() - began
            return pack.lost
        return None

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


async def _tell(child: asyncio.subprocess.Process, raw: bytes, question: bytes) -> None:
    assert child.stdin is not None
    child.stdin.write(frames.HEAD.pack(len(question), len(raw)) + question)
    for start in range(0, len(raw), _PIECE):  # a pipe would hold a second copy of all of it
        child.stdin.write(raw[start : start + _PIECE])
        if len(raw) > _SMALL:  # small ones go together; nobody reads their answers meanwhile
            await child.stdin.drain()


async def _hear(child: asyncio.subprocess.Process) -> Parsed:
    assert child.stdout is not None
    length, size = frames.HEAD.unpack(await child.stdout.readexactly(frames.HEAD.size))
    text = await child.stdout.readexactly(length)
    contents = await child.stdout.readexactly(size) if size else b""
    return frames.read_answer(text, contents)


async def _end(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    if child.stdout is not None:
        await child.stdout.read()  # asyncio waits for pipes too, and a full one is not read on
    await child.wait()
