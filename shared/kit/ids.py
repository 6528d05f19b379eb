"""UUIDv7 (RFC 9562, section 5.7): ordered by time, strictly increasing within a process."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Generator:
    """Milliseconds in the top 48 bits, then a counter that never goes back."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> UUID:
        fresh = (time.time_ns() // 1_000_000) << 74 | secrets.randbits(72)
        self._last = fresh if fresh > self._last else self._last + 1
        return _id(self._last)

    def row(self, count: int) -> list[UUID]:
        """So many at once: the first is drawn, the others count on, which costs a third."""
        first = self()
        start, self._last = self._last, self._last + count - 1
        return [first, *map(_id, range(start + 1, start + count))]


def _id(number: int) -> UUID:
    stamp, rest = number >> 74, number & ((1 << 74) - 1)
    high = stamp << 16 | 0x7000 | rest >> 62
    return UUID(int=high << 64 | 0b10 << 62 | rest & ((1 << 62) - 1))


uuid7 = _Generator()
"""The next UUIDv7; its time is the machine's, never the time-travel clock's."""


def uuid7_floor(at: datetime) -> UUID:
    """The smallest UUIDv7 that can be made at `at` (bounds of day partitions)."""
    millis = (at - _EPOCH) // timedelta(milliseconds=1)
    return UUID(int=millis << 80 | 0x7000 << 64 | 0b10 << 62)
