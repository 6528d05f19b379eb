"""The calendar as a value: zone, weekly hours, seasons, holidays, exceptions (sla.md 5.2)."""

from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from shared.vocabulary import Localized

Window = tuple[int, int]
"""Minutes of the starting date: start < 1440, end beyond 1440 when it runs past midnight."""

Windows = tuple[Window, ...]
Week = tuple[Windows, Windows, Windows, Windows, Windows, Windows, Windows]
"""Windows by `date.weekday()`: Monday first."""

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED_WEEK: Final[Week] = ((), (), (), (), (), (), ())


def _no_dates() -> MappingProxyType[date, Windows]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Season:
    """Dates with a week of their own, both ends included (Ramadan, summer hours).

    `name` is what the ledger refers to, `title` what people read.
    """

    name: str
    first: date
    last: date
    weekly: Week
    title: Localized | None = None


@dataclass(frozen=True, slots=True)
class Holiday:
    """A closed civil day; `ref` names it in the ledger, `title` to people."""

    day: date
    ref: str
    title: Localized | None = None


@dataclass(frozen=True)
class Calendar:
    """When the desk works. `always_open` beats everything else in it.

    Only what is confirmed is here: tentative seasons and holidays change nothing yet.
    """

    timezone: str
    weekly: Week = CLOSED_WEEK
    seasons: tuple[Season, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    overrides: MappingProxyType[date, Windows] = field(default_factory=_no_dates)
    breaks: MappingProxyType[date, Windows] = field(default_factory=_no_dates)
    always_open: bool = False


ALWAYS_OPEN: Final = Calendar(timezone="UTC", always_open=True)
