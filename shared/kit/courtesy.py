"""Who waits comes first: work that nobody waits for steps aside while requests are in hand."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

PAUSE: Final = 0.002
"""So long without a request, and the next one is not expected at once."""
LONGEST: Final = 0.1
"""Where requests never cease, what steps aside has its turn after this many seconds."""

BURST: Final = 2.0
LULL: Final = 0.02
FEW: Final = 4

BUSTLE: Final = 40.0
"""What comes in a second, requests and facts, where spare work had better wait."""
LOOK: Final = 0.25
PUT_OFF: Final = 10.0
"""Seconds that spare work is put off at the most; then it has as long for itself."""


class Courtesy:
    """The requests of a process that somebody waits for, and a door for everything else.

    All who wait at the door pass together: a short burst between requests costs people less than
    work that trickles into every one of them, and what gathers meanwhile is done in one go.
    """

    def __init__(self, longest: float = LONGEST) -> None:
        self._longest = longest
        self._inside = 0
        self._left = 0.0
        self.served = 0
        self.came = 0
        """All that was done because it came from outside: requests, and facts of the stream."""
        self.unheard = 0
        """Facts of the stream that are here already and not taken in."""
        self._door: asyncio.Future[None] | None = None

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        """Around what somebody waits for."""
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            self.served += 1
            self.came += 1
            if not self._inside:
                self._empty()

    async def give_way(self) -> bool:
        """Until nobody has been waiting for a moment, at most `longest` seconds; whether so."""
        loop = asyncio.get_running_loop()
        if self._is_quiet():
            return True
        if self._door is None:
            self._door = loop.create_future()
            loop.call_later(self._longest, self._open, self._door)
            if not self._inside:
                loop.call_later(PAUSE, self._look)
        await asyncio.shield(self._door)
        return self._is_quiet()

    def quiet_for(self) -> float:
        """Seconds since the last request left; none while one is in hand."""
        return 0.0 if self._inside else asyncio.get_running_loop().time() - self._left

    def _is_quiet(self) -> bool:
        return self.quiet_for() >= PAUSE * 0.9

    def _empty(self) -> None:
        loop = asyncio.get_running_loop()
        self._left = loop.time()
        if self._door is not None:
            loop.call_later(PAUSE, self._look)

    def _look(self) -> None:
        if self._door is not None and self._is_quiet():
            self._open(self._door)

    def _open(self, door: asyncio.Future[None]) -> None:
        if self._door is door:
            self._door = None
        if not door.done():
            door.set_result(None)


class Turn:
    """Of work that is dearer than the requests which bring it: a burst is taken in first.

    More than a few requests are a burst, and it is over when none came for a `LULL`. Where it lasts
    longer than `burst` seconds both have the same time: the work then goes on for as long without
    looking. Without a `burst` the work has its turn as soon as `Courtesy` gives it.
    """

    def __init__(self, courtesy: Courtesy, burst: float = BURST) -> None:
        self._courtesy = courtesy
        self._burst = burst
        self._seen = 0
        self._mine = float("-inf")

    async def come(self) -> None:
        """Until the burst is over, or has lasted so long that it is this work's turn."""
        clock = asyncio.get_running_loop().time
        began = clock()
        if began < self._mine:
            return
        while not (await self._courtesy.give_way() and self._is_over()):
            if not self._burst:
                break
            if clock() - began >= self._burst:
                self._mine = clock() + self._burst
                break
            await asyncio.sleep(LULL)
        self._seen = self._courtesy.served

    def _is_over(self) -> bool:
        few = self._courtesy.served - self._seen <= FEW
        return few or self._courtesy.quiet_for() >= LULL


class Leisure:
    """Of spare work that somebody looks for later: keys of search, sums of reports.

    One thing that comes alone is followed at once. While much comes in a second, the work waits
    for the bustle to end: what people wait for then has the processors. It is put off for
    `longest` seconds at the most, and then goes on for as long without looking.
    """

    def __init__(self, courtesy: Courtesy, longest: float = PUT_OFF) -> None:
        self._courtesy = courtesy
        self._longest = longest
        self._seen = 0
        self._mine = float("-inf")

    async def come(self, pause: Callable[[float], Awaitable[bool]]) -> None:
        """Until there is leisure or too long was none; a `pause` may say that it was the last."""
        clock = asyncio.get_running_loop().time
        began = clock()
        while self._courtesy.came - self._seen > FEW and clock() > self._mine:
            before = self._courtesy.came
            if await pause(LOOK) or self._courtesy.came - before <= BUSTLE * LOOK:
                break
            if clock() - began >= self._longest:
                self._mine = clock() + self._longest
        await self._courtesy.give_way()
        self._seen = self._courtesy.came


class Sequel:
    """Of work that follows from facts: those that are here already are taken in first.

    What they say may change the work, or call it off. Where they never cease it waits `longest`
    seconds, and then goes on for twice as long without looking.
    """

    def __init__(self, courtesy: Courtesy, longest: float = BURST) -> None:
        self._courtesy = courtesy
        self._longest = longest
        self._mine = float("-inf")

    async def come(self) -> None:
        """Until few facts wait to be taken in, or have waited for too long."""
        clock = asyncio.get_running_loop().time
        began = clock()
        while self._courtesy.unheard > FEW and clock() > self._mine:
            await asyncio.sleep(LULL)
            if clock() - began >= self._longest:
                self._mine = clock() + 2 * self._longest


def lingering(took: float, held: int, least: float = 0.0) -> float:
    """Seconds that the next batch of a busy loop may gather: as many as the last one took.

    Where processors are scarce batches are slow, so they become fewer and larger by themselves. A
    loop that holds one or two at a time is not behind and waits for nothing.
    """
    return min(max(least, took if held > FEW else 0.0), LONGEST)
