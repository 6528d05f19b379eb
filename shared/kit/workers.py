"""What runs beside the doors: supervised loops that are restarted when they fail."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from shared.kit.context import Context
from shared.kit.endings import end
from shared.kit.logging import get_logger
from shared.kit.settings import Door

FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 2.0
"""Short: after an outage of the database every loop owes its work within seconds."""
SOUND_AFTER: Final = 5.0
WORRYING: Final = 3
GRACE: Final = 3.0
_log = get_logger("workers")


class Stop:
    """Tells a worker to finish what it holds and return."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def is_set(self) -> bool:
        return self._event.is_set()

    def set(self) -> None:
        self._event.set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Until stopped, at most `seconds`; whether it is time to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        return self._event.is_set()


@dataclass(frozen=True, slots=True)
class Worker:
    """A loop with a name; `context.wake(name)` is the custom by which others wake it."""

    name: str
    run: Callable[[Context, Stop], Awaitable[None]]
    door: Door = "workers"


@dataclass(slots=True)
class Condition:
    """How a worker fares."""

    restarts: int = 0
    failures: int = 0
    """In a row, without a sound run of `SOUND_AFTER` seconds between them."""
    error: str = ""
    done: bool = False
    began: float | None = None
    """Monotonic instant since which it runs; None while it waits to be tried again."""

    @property
    def worrying(self) -> bool:
        """Failed again and again, and has not run soundly since."""
        sound = self.began is not None and time.monotonic() - self.began > SOUND_AFTER
        return self.failures >= WORRYING and not sound


@dataclass(eq=False)
class Workers:
    """Runs the workers of a process until told to stop."""

    context: Context
    workers: list[Worker]
    stop_sign: Stop = field(default_factory=Stop)
    conditions: dict[str, Condition] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        for worker in self.workers:
            self.conditions[worker.name] = Condition()
            task = asyncio.create_task(self._supervise(worker), name=f"worker:{worker.name}")
            self._tasks.append(task)

    async def stop(self) -> None:
        """Ask, wake, wait a little, then cancel: an open transaction rolls back."""
        self.stop_sign.set()
        for worker in self.workers:
            self.context.wake(worker.name)
        if not self._tasks:
            return
        await asyncio.wait(self._tasks, timeout=GRACE)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await end(*self._tasks)

    async def _supervise(self, worker: Worker) -> None:
        condition = self.conditions[worker.name]
        while not self.stop_sign.is_set():
            condition.began = began = time.monotonic()
            try:
                await worker.run(self.context, self.stop_sign)
            except Exception as error:  # noqa: BLE001 - one failing loop must not end the others
                self._note(worker, condition, error, time.monotonic() - began)
            else:
                condition.done = not self.stop_sign.is_set()
                return
            await self.stop_sign.wait(_pause(condition.failures))

    def _note(self, worker: Worker, condition: Condition, error: Exception, lasted: float) -> None:
        condition.began = None
        condition.failures = 1 if lasted > SOUND_AFTER else condition.failures + 1
        condition.restarts += 1
        condition.error = type(error).__name__
        _log.warning("worker_failed", worker=worker.name, error=condition.error, exc_info=error)


def _pause(failures: int) -> float:
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads restarts, guards nothing
