"""Time zones of the pinned tz database, and the offsets that hold on one UTC day."""

from datetime import timedelta
from functools import lru_cache
from importlib import metadata, resources
from typing import Final
from zoneinfo import ZoneInfo

from shared.worktime.errors import InvalidCalendar
from shared.worktime.instants import DAY, EPOCH, SECOND, Micros, instant

TZDATA_VERSION: Final = metadata.version("tzdata")
"""Goes into every ledger: countries change their clocks on short notice (sla.md 5.4)."""

Piece = tuple[Micros, Micros, Micros]
"""A part of a UTC day under one offset: `(start, end, offset)`."""

_TICK: Final = timedelta(microseconds=1)
_EPOCH_WALL: Final = EPOCH.replace(tzinfo=None)
_MONTH: Final = 32


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text().split())


@lru_cache(maxsize=1024)
def load(name: str) -> ZoneInfo:
    """The zone out of the pinned package, never the machine's own copy."""
    if name not in _names():
        raise InvalidCalendar(f"unknown zone {name!r}", "/timezone", "unknown_zone")
    with resources.files("tzdata.zoneinfo").joinpath(name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def offset(zone: ZoneInfo, at: Micros) -> Micros:
    """Local minus UTC at an instant."""
    found = instant(at).astimezone(zone).utcoffset()
    return (found or timedelta()) // _TICK


def resolve(zone: ZoneInfo, wall: Micros) -> Micros:
    """The instant of a wall time (local microseconds read as if they were UTC).

    Of a repeated one the first; a skipped one moves on by what was skipped, as calendars do.
    """
    local = (_EPOCH_WALL + timedelta(microseconds=wall)).replace(tzinfo=zone)
    return wall - (local.utcoffset() or timedelta()) // _TICK


def pieces(zone: ZoneInfo, day: int) -> list[Piece]:
    """UTC day `day` cut where the zone's offset changes.

    No zone changes twice within a day and ends up where it was; a test reads the database for it.
    """
    offsets = _offsets(zone, day // _MONTH)
    place, start = day % _MONTH, day * DAY
    before, after = offsets[place], offsets[place + 1]
    if before == after:
        return [(start, start + DAY, before)]
    change = _transition(zone, start, start + DAY)
    cut = [(start, change, before), (change, start + DAY, after)]
    return [piece for piece in cut if piece[0] < piece[1]]


@lru_cache(maxsize=8192)
def _offsets(zone: ZoneInfo, month: int) -> tuple[Micros, ...]:
    """What holds at the start of each UTC day of a block, and at its end."""
    first = month * _MONTH
    return tuple(offset(zone, (first + day) * DAY) for day in range(_MONTH + 1))


def forget() -> None:
    """As if no zone had been asked yet, for measurements."""
    load.cache_clear()
    _offsets.cache_clear()


def _transition(zone: ZoneInfo, low: Micros, high: Micros) -> Micros:
    """The first whole second after `low` with the offset of `high`."""
    before = offset(zone, low)
    while high - low > SECOND:
        middle = (low + high) // (2 * SECOND) * SECOND
        if offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high
