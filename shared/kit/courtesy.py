"""Who waits comes first: work that nobody waits for steps aside while requests are in hand."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Final

PAUSE: Final = 0.002
"""So long without a request, and the next one is not expected at once."""
LONGEST: Final = 0.1
"""Where requests never cease, what steps aside has its turn after this many seconds."""

FEW: Final = 4


class Courtesy:
    """The requests of a process that somebody waits for, and a door for everything else.

    All who wait at the door pass together: a short burst between requests costs people less than
    work that trickles into every one of them, and what gathers meanwhile is done in one go.
    """

    def __init__(self, longest: float = LONGEST) -> None:
        self._longest = longest
        self._inside = 0
        self._left = 0.0
        self._door: asyncio.Future[None] | None = None

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        """Around what somebody waits for."""
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty()

    async def give_way(self) -> None:
        """Until nobody has been waiting for a moment, at most `longest` seconds."""
        loop = asyncio.get_running_loop()
        if not self._inside and loop.time() - self._left >= PAUSE:
            return
        if self._door is None:
            self._door = loop.create_future()
            loop.call_later(self._longest, self._open, self._door)
            if not self._inside:
                loop.call_later(PAUSE, self._look)
        await asyncio.shield(self._door)

    def _empty(self) -> None:
        loop = asyncio.get_running_loop()
        self._left = loop.time()
        if self._door is not None:
            loop.call_later(PAUSE, self._look)

    def _look(self) -> None:
        quiet = asyncio.get_running_loop().time() - self._left >= PAUSE * 0.9
        if self._door is not None and not self._inside and quiet:
            self._open(self._door)

    def _open(self, door: asyncio.Future[None]) -> None:
        if self._door is door:
            self._door = None
        if not door.done():
            door.set_result(None)


def lingering(took: float, held: int, least: float = 0.0) -> float:
    """Seconds that the next batch of a busy loop may gather: as many as the last one took.

    Where processors are scarce batches are slow, so they become fewer and larger by themselves. A
    loop that holds one or two at a time is not behind and waits for nothing.
    """
    return min(max(least, took if held > FEW else 0.0), LONGEST)
