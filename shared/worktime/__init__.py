"""Business time: calendars as values, counting on them exactly, explaining the count."""

from shared.worktime.calendar import ALWAYS_OPEN, Calendar, Holiday, Season
from shared.worktime.counting import (
    HORIZON,
    before,
    business_days,
    deadline,
    elapsed,
    first_counted,
)
from shared.worktime.errors import (
    InvalidCalendar,
    InvalidDuration,
    NoBusinessHours,
    WorktimeError,
)
from shared.worktime.hours import Rule, Stretch
from shared.worktime.instants import SECOND, Micros, instant, micros, whole_seconds
from shared.worktime.partition import partition
from shared.worktime.reading import read_calendar
from shared.worktime.timeline import Compiled, Spliced, Timeline
from shared.worktime.wall import Shift, Wall
from shared.worktime.zones import TZDATA_VERSION

__all__ = [
    "ALWAYS_OPEN",
    "HORIZON",
    "SECOND",
    "TZDATA_VERSION",
    "Calendar",
    "Compiled",
    "Holiday",
    "InvalidCalendar",
    "InvalidDuration",
    "Micros",
    "NoBusinessHours",
    "Rule",
    "Season",
    "Shift",
    "Spliced",
    "Stretch",
    "Timeline",
    "Wall",
    "WorktimeError",
    "before",
    "business_days",
    "deadline",
    "elapsed",
    "first_counted",
    "instant",
    "micros",
    "partition",
    "read_calendar",
    "whole_seconds",
]
