"""Ticket numbers, taken from the sequence in blocks, so that a number is known before its row."""

import asyncio
from collections import deque
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

from shared.kit.context import Context
from shared.kit.database import Database

_LARGEST: Final = 64
_BUSY: Final = timedelta(seconds=1)


class Numbers:
    """Blocks grow while tickets come thick and fast; a quiet desk takes one number at a time.

    What a stopped process had taken and not used stays unused.
    """

    def __init__(self) -> None:
        self._ready: deque[int] = deque()
        self._lock = asyncio.Lock()
        self._size = 1
        self._filled_at: datetime | None = None

    async def take(self, context: Context) -> int:
        """The next number; numbers of one process rise."""
        if self._ready:
            return self._ready.popleft()
        async with self._lock:
            if not self._ready:
                await self._fill(context)
            return self._ready.popleft()

    async def _fill(self, context: Context) -> None:
        async with context.tx() as tx:
            busy = self._filled_at is not None and tx.now - self._filled_at < _BUSY
            self._size = min(self._size * 2, _LARGEST) if busy else 1
            self._filled_at = tx.now
            rows = await tx.only(
                "select nextval('tickets.ticket_number') as number"
                " from generate_series(1, cast(:size as int))",
                {"size": self._size},
            )
        self._ready.extend(row["number"] for row in rows)


_numbers: WeakKeyDictionary[Database, Numbers] = WeakKeyDictionary()


async def next_number(context: Context) -> int:
    """The next ticket number of this process."""
    return await _numbers.setdefault(context.database, Numbers()).take(context)
