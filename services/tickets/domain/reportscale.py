"""Scales that a reader can count along: a top that nothing is above, in steps that are round."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.tickets.domain.reporting import Measure

_FEWEST: Final = 5
"""Steps that a scale has at most."""
_DAY: Final = 86_400
_CLOCK: Final = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 10_800, 21_600, 43_200, _DAY),
)
"""Seconds, minutes and hours as clocks have them; beyond them whole days."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From nothing to `top`, in `steps` equal ones."""

    step: float
    steps: int

    @property
    def top(self) -> float:
        return self.step * self.steps

    def ticks(self) -> Iterator[float]:
        return (self.step * n for n in range(self.steps + 1))


def scale(measure: Measure, largest: float) -> Scale:
    """The finest scale of five steps at most; the shares and scores have their own."""
    if measure is Measure.FEEDBACK:
        return Scale(1.0, 5)
    if measure is Measure.REOPENING:
        return Scale(0.25, 4) if largest > 0.5 else Scale(0.1, 5)
    finest = _finest(measure, largest / _FEWEST)
    return Scale(finest, max(1, -int(-largest // finest)))


def _finest(measure: Measure, least: float) -> float:
    if measure in {Measure.FIRST_RESPONSE, Measure.RESOLUTION}:
        days = _round(max(1.0, least / _DAY)) * _DAY
        return next((step for step in _CLOCK if step >= least), days)
    whole = measure is not Measure.MESSAGES
    return _round(max(least, 1.0 if whole else 0.1))


def _round(least: float) -> float:
    """The next of 1, 2 or 5 times a power of ten."""
    power = 0.1
    while power * 10 <= least:
        power *= 10
    return round(next(power * n for n in (1, 2, 5, 10) if power * n >= least - 1e-9), 6)
