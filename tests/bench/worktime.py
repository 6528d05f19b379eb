"""The calendar engine alone on one core: warm deadlines a second, a cold year in milliseconds."""

import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.worktime import SECOND, Compiled, deadline, micros, read_calendar, zones

REQUIRED_RATE: Final = 200_000.0
REQUIRED_MS: Final = 5.0

_WORKDAYS: Final = ("sun", "mon", "tue", "wed", "thu")
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_HOURS: Final = (1, 4, 8, 12, 24, 40, 72, 120)
_QUESTIONS: Final = 20_000
_COLD_STARTS: Final = 5
_HOLIDAYS: Final = [
    *("2026-02-22", "2026-03-20", "2026-03-21", "2026-03-22", "2026-05-26", "2026-05-27"),
    *("2026-05-28", "2026-09-23", "2027-01-01", "2027-03-09", "2027-03-10"),
]


def _week(*windows: list[str], days: tuple[str, ...] = _WORKDAYS) -> dict[str, Any]:
    return {day: [list(one) for one in windows] for day in days}


_RAMADAN: Final = {
    "name": "ramadan",
    "from": "2026-02-18",
    "to": "2026-03-19",
    "weekly": _week(["10:00", "15:00"]),
}
CALENDARS: Final[tuple[dict[str, Any], ...]] = (
    {"timezone": "Asia/Riyadh", "weekly": _week(["09:00", "17:00"])},
    {"timezone": "Asia/Riyadh", "weekly": _week(["09:00", "17:00"]), "seasons": [_RAMADAN]},
    {"timezone": "Africa/Cairo", "weekly": _week(["08:00", "12:00"], ["13:00", "17:00"])},
    {
        "timezone": "Asia/Beirut",
        "weekly": _week(["22:00", "06:00"]) | {"fri": [["08:00", "12:00"]]},
    },
)


def _full(calendar: dict[str, Any]) -> dict[str, Any]:
    breaks = {"2026-06-01": [["12:00", "13:00"]]}
    return {**calendar, "holidays": _HOLIDAYS, "breaks": breaks}


def warm_rate() -> dict[str, float]:
    """W1: deadlines of one hour to five whole days, from anywhere in a year."""
    luck = random.Random(1)  # noqa: S311 - the same questions every time
    starts = [
        micros(_START + timedelta(seconds=luck.randrange(365 * 86_400))) for _ in range(_QUESTIONS)
    ]
    asked = [(start, luck.choice(_HOURS) * 3600 * SECOND) for start in starts]
    rates = []
    for calendar in CALENDARS:
        timeline = Compiled(read_calendar(_full(calendar)))
        for start, amount in asked:
            deadline(timeline, start, amount)
        began = time.perf_counter()
        for start, amount in asked:
            deadline(timeline, start, amount)
        rates.append(_QUESTIONS / (time.perf_counter() - began))
    return {"ours": statistics.harmonic_mean(rates), "floor": REQUIRED_RATE}


def cold_year() -> dict[str, float]:
    """W2: from a document to every span of a year, with nothing remembered."""
    return {"ours": max(_year(calendar) for calendar in CALENDARS), "floor": REQUIRED_MS}


def _year(calendar: dict[str, Any]) -> float:
    """Milliseconds; the middle of several, each with nothing remembered."""
    taken = []
    first = micros(_START) // (86_400 * SECOND)
    for _ in range(_COLD_STARTS):
        zones.forget()
        began = time.perf_counter()
        timeline = Compiled(read_calendar(_full(calendar)))
        for number in range(first, first + 365):
            timeline.day(number)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def main() -> None:
    for name, measured in (("warm deadlines/s", warm_rate()), ("cold year ms", cold_year())):
        print(f"{name}: {measured['ours']:.2f} (required {measured['floor']:.0f})")


if __name__ == "__main__":
    main()
