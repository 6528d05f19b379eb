"""Lines before what is scarce: whoever has waited longest is next, and nobody overtakes."""

import asyncio
from dataclasses import dataclass, field


class Line:
    """So many may be inside at once; who waits longer than `patience` seconds hears TimeoutError.

    SQLAlchemy's pool lets a newcomer take what was just given back, before whoever it has woken
    comes to it: of a hundred clients the unluckiest waited four times as long as their fair turn.
    """

    def __init__(self, places: int, patience: float) -> None:
        self._free = asyncio.Semaphore(places)
        self._patience = patience

    async def enter(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        async with asyncio.timeout(self._patience):
            await self._free.acquire()

    def leave(self) -> None:
        self._free.release()


@dataclass(slots=True)
class _Wanted:
    line: Line
    by: int = 0


@dataclass(slots=True)
class Lines:
    """A line for each thing that somebody wants just now, and none for all others."""

    places: int
    patience: float
    _wanted: dict[str, _Wanted] = field(default_factory=dict)

    async def enter(self, name: str) -> None:
        wanted = self._wanted.setdefault(name, _Wanted(Line(self.places, self.patience)))
        wanted.by += 1
        try:
            await wanted.line.enter()
        except BaseException:
            self._forget(name, wanted)
            raise

    def leave(self, name: str) -> None:
        wanted = self._wanted[name]
        wanted.line.leave()
        self._forget(name, wanted)

    def __len__(self) -> int:
        return len(self._wanted)

    def _forget(self, name: str, wanted: _Wanted) -> None:
        wanted.by -= 1
        if not wanted.by:
            del self._wanted[name]
