"""Instants as whole microseconds since 1970 in UTC: exact, and fast to compare and add."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from shared.worktime.errors import InvalidDuration

Micros = int

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
DAY: Final = 86_400 * SECOND
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()

_TICK: Final = timedelta(microseconds=1)
_EARLIEST: Final = datetime(1850, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2300, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> Micros:
    """The number behind an aware instant; what lies centuries away is refused."""
    if not _EARLIEST <= moment <= _LATEST:
        raise InvalidDuration("the instant is too far away")
    return (moment - EPOCH) // _TICK


def instant(at: Micros) -> datetime:
    return EPOCH + timedelta(microseconds=at)


def date_of(day: int) -> date:
    return date.fromordinal(day + EPOCH_ORDINAL)


def whole_seconds(start: Micros, end: Micros) -> int:
    """Seconds from `start` to `end`, cut so that neighbouring spans add up exactly."""
    return end // SECOND - start // SECOND
