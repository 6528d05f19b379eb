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


class Gathering(Generic[Thing]):
    """Keeps as many things at a time as wait for it."""

    def __init__(
        self, keep: Callable[[Sequence[Thing]], Awaitable[None]], most: int = MOST
    ) -> None:
        self._keep = keep
        self._most = most
        self._waiting: deque[tuple[Thing, int, asyncio.Future[None]]] = deque()
        self._work: asyncio.Task[None] | None = None

    async def add(self, thing: Thing, size: int) -> None:
        """Until it is kept; whatever keeps it from being kept is raised.

        Who gives up waiting takes nothing from the others, nor the thing out of its commit.
        """
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, size, kept))
        if self._work is None:
            self._work = asyncio.create_task(self._empty())
        await kept

    async def _empty(self) -> None:
        try:
            while self._waiting:
                await self._together(self._next())
        finally:
            self._work = None

    def _next(self) -> list[tuple[Thing, asyncio.Future[None]]]:
        together: list[tuple[Thing, asyncio.Future[None]]] = []
        room = self._most
        while self._waiting and (not together or self._waiting[0][1] <= room):
            thing, size, kept = self._waiting.popleft()
            together.append((thing, kept))
            room -= size
        return together

    async def _together(self, things: list[tuple[Thing, asyncio.Future[None]]]) -> None:
        """What cannot be kept must not take the others with it: then each is tried by itself."""
        try:
            await self._keep([thing for thing, _ in things])
        except Exception as error:  # noqa: BLE001 - whoever waits for it is told
            if len(things) > 1:
                await asyncio.gather(*(self._together([one]) for one in things))
            else:
                _settle(things[0][1], error)
        else:
            for _, kept in things:
                _settle(kept)


def _settle(kept: asyncio.Future[None], error: Exception | None = None) -> None:
    if kept.done():  # nobody waits any more
        return
    if error is None:
        kept.set_result(None)
    else:
        kept.set_exception(error)
