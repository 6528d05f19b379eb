"""The wall clock of a zone: local dates, their midnights, and where the clock was moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from shared.worktime import zones
from shared.worktime.instants import DAY, EPOCH, EPOCH_ORDINAL, Micros, date_of

_LAST_YEAR: Final = 2299
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """From `at` on the wall clock shows `step` more than it would have; less when negative."""

    at: Micros
    step: Micros


class Wall:
    """What the clock on the wall shows at an instant."""

    def __init__(self, timezone: str) -> None:
        self.timezone = timezone
        self._zone = zones.load(timezone)

    def local(self, at: Micros) -> tuple[int, Micros]:
        """Local date number and wall time."""
        return divmod(at + zones.offset(self._zone, at), DAY)

    def midnight(self, number: int) -> Micros:
        """The instant at which a local date begins; where 00:00 is skipped, what follows it."""
        return zones.resolve(self._zone, number * DAY)

    def shifts(self, start: Micros, end: Micros) -> list[Shift]:
        """Changes of the clock inside `(start, end)`, in order."""
        if end <= start:
            return []
        years = range(_year(start), min(_year(end), _LAST_YEAR) + 1)
        found = (one for year in years for one in _of_year(self.timezone, year))
        return [one for one in found if start < one.at < end]


def _year(at: Micros) -> int:
    return date_of(at // DAY).year


@lru_cache(maxsize=4096)
def _of_year(timezone: str, year: int) -> tuple[Shift, ...]:
    first = (EPOCH.replace(year=year) - EPOCH) // _TICK // DAY
    last = date_of(first).replace(month=12, day=31).toordinal() - EPOCH_ORDINAL
    return tuple(_shifts(timezone, first, last))


def _shifts(timezone: str, first: int, last: int) -> Iterator[Shift]:
    zone = zones.load(timezone)
    before = zones.offset(zone, first * DAY - 1)
    pieces = (piece for number in range(first, last + 1) for piece in zones.pieces(zone, number))
    steps = ((start, offset) for start, _, offset in pieces)
    for (_, old), (start, new) in pairwise([(first * DAY - 1, before), *steps]):
        if old != new:
            yield Shift(start, new - old)
