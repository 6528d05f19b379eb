"""Things that are to be kept at the same moment are kept together: one commit for all of them.

A lone thing goes at once. While a commit is on its way, those that come gather for the next, so
under load the round trips and the flushes to disk are shared. Nobody is told that a thing is kept
before the commit that holds it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

MOST: Final = 4 * 1024 * 1024
"""Bytes in one commit, or a single thing: small ones do not wait for a heap of large."""

Thing = TypeVar("Thing")
Outcome = TypeVar("Outcome")
Keep = Callable[[Sequence[Thing]], Awaitable[Sequence[Outcome | Exception]]]
"""Keeps all or none; for each of the things, in their order, what became of it."""


class Gathering(Generic[Thing, Outcome]):
    """Keeps as many things at a time as wait for it."""

    def __init__(self, keep: Keep[Thing, Outcome], most: int = MOST) -> None:
        self._keep = keep
        self._most = most
        self._waiting: deque[tuple[Thing, int, asyncio.Future[Outcome]]] = deque()
        self._work: asyncio.Task[None] | None = None

    async def add(self, thing: Thing, size: int = 0) -> Outcome:
        """What became of it once it is kept; whatever keeps it from being kept is raised.

        Who gives up waiting takes nothing from the others, nor the thing out of its commit.
        """
        kept: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, size, kept))
        if self._work is None:
            self._work = asyncio.create_task(self._empty())
        return await kept

    async def _empty(self) -> None:
        try:
            while self._waiting:
                await self._together(self._next())
        finally:
            self._work = None

    def _next(self) -> list[tuple[Thing, asyncio.Future[Outcome]]]:
        together: list[tuple[Thing, asyncio.Future[Outcome]]] = []
        room = self._most
        while self._waiting and (not together or self._waiting[0][1] <= room):
            thing, size, kept = self._waiting.popleft()
            together.append((thing, kept))
            room -= size
        return together

    async def _together(self, things: list[tuple[Thing, asyncio.Future[Outcome]]]) -> None:
        """What cannot be kept must not take the others with it: then each is tried by itself."""
        try:
            outcomes = await self._keep([thing for thing, _ in things])
        except Exception as error:  # noqa: BLE001 - whoever waits for it is told
            if len(things) > 1:
                await asyncio.gather(*(self._together([one]) for one in things))
            else:
                _settle(things[0][1], error)
        else:
            for (_, kept), outcome in zip(things, outcomes, strict=True):
                _settle(kept, outcome)


def _settle(kept: asyncio.Future[Outcome], outcome: Outcome | Exception) -> None:
    if kept.done():  # nobody waits any more
        return
    if isinstance(outcome, Exception):
        kept.set_exception(outcome)
    else:
        kept.set_result(outcome)
