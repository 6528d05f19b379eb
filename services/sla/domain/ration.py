"""How much counting one question may cost: work is rationed by its amount, never by the clock.

The same question therefore gets the same answer on a slow day. A day that was never looked at
costs what compiling it takes, one that is known costs next to nothing.
"""

from typing import Final

from typing_extensions import override

from shared.worktime import Calendar, Compiled, Stretch
from shared.worktime.blocks import Block
from shared.worktime.timeline import Day

PLENTY: Final = 600_000
"""Units; about half a second where a test of bad input measures it. A day looked at is one."""

_COMPILE: Final = 10
_DATE: Final = 4
_EXPLAIN: Final = 60


class TooMuchWork(Exception):
    """The question is sound, but larger than one answer should be."""


class Rationed(Compiled):
    """A calendar's timeline that gives out no more than its ration."""

    def __init__(self, calendar: Calendar, units: int = PLENTY) -> None:
        super().__init__(calendar)
        self._units = units

    @override
    def day(self, number: int) -> Day:
        self._spend(1)
        return super().day(number)

    @override
    def block(self, number: int) -> Block:
        self._spend(1)
        return super().block(number)

    @override
    def any_hours(self, number: int) -> bool:
        self._spend(_DATE)
        return super().any_hours(number)

    @override
    def stretches(self, number: int) -> list[Stretch]:
        found = super().stretches(number)
        self._spend(_EXPLAIN + len(found) ** 2)
        return found

    @override
    def _compile(self, number: int) -> Day:
        found = super()._compile(number)
        self._spend(_COMPILE + len(found[0]) ** 2)
        return found

    def _spend(self, units: int) -> None:
        self._units -= units
        if self._units < 0:
            raise TooMuchWork
