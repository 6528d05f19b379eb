"""Whole-day events of an iCalendar file as holidays of a calendar document.

Read by the `icalendar` package; bounds come first, so that a hostile file costs little. Yearly
recurrence is followed, every other kind is refused rather than half understood.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any, Final

LARGEST: Final = 256 * 1024
MOST_EVENTS: Final = 1000
LONGEST: Final = 31
SOURCE: Final = "ics"

_DAY: Final = timedelta(days=1)
_FOLLOWED: Final = frozenset(
    ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "WKST"]
)
_MOST_TIMES: Final = 200


class BadFile(ValueError):
    """What cannot be read; `code` says why, `event` is the ordinal of the culprit."""

    def __init__(self, code: str, event: int | None = None) -> None:
        super().__init__(code)
        self.code, self.event = code, event


@dataclass(frozen=True, slots=True)
class Wish:
    """From which year to which recurrences are followed, and the status of what is certain."""

    first: date
    last: date
    status: str


def holidays_of(raw: bytes, wish: Wish) -> list[dict[str, Any]]:
    """The file's holidays in its order; `BadFile` for anything that is not understood."""
    if len(raw) > LARGEST or raw.count(b"BEGIN:VEVENT") > MOST_EVENTS:
        raise BadFile("ics_too_large")
    rows: list[dict[str, Any]] = []
    for number, event in enumerate(_events(raw)):
        rows += _read(event, number, wish)
        if len(rows) > MOST_EVENTS:
            raise BadFile("ics_too_large")
    return rows


def _read(event: Any, number: int, wish: Wish) -> list[dict[str, Any]]:
    """The package keeps broken properties and breaks only when they are looked at."""
    try:
        return list(_rows(event, number, wish))
    except BadFile:
        raise
    except Exception as error:  # the file's own nonsense, in whatever guise
        raise BadFile("invalid_ics", number) from error


def _events(raw: bytes) -> list[Any]:
    try:
        read = import_module("icalendar").Calendar.from_ical(raw.decode("utf-8-sig"))
        found: list[Any] = list(read.walk("VEVENT"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise BadFile("invalid_ics") from error
    return found


def _rows(event: Any, number: int, wish: Wish) -> Iterator[dict[str, Any]]:
    status = str(event.get("STATUS", "")).upper()
    if status == "CANCELLED":
        return
    first, days = _span(event, number)
    name = " ".join(str(event.get("SUMMARY", "")).split())[:200] or first.isoformat()
    uid = " ".join(str(event.get("UID", "")).split())[:120] or f"event-{number}"
    for start in _times(event, first, number, wish):
        for offset in range(days):
            day = start + offset * _DAY
            yield {
                "id": f"{uid}:{day.isoformat()}",
                "date": day.isoformat(),
                "name": {"ar": name, "en": name},
                "source": SOURCE,
                "status": "tentative" if status == "TENTATIVE" else wish.status,
            }


def _span(event: Any, number: int) -> tuple[date, int]:
    """The first day and how many there are; the end of an event is not part of it."""
    first = _whole_day(_value(event, "DTSTART"), number)
    days = 1
    if "DTEND" in event:
        days = (_whole_day(_value(event, "DTEND"), number) - first).days
    elif "DURATION" in event:
        days = _length(_value(event, "DURATION"), number)
    if not 1 <= days <= LONGEST:
        raise BadFile("unsupported_event", number)
    return first, days


def _length(length: Any, number: int) -> int:
    if not isinstance(length, timedelta) or length % _DAY:
        raise BadFile("unsupported_event", number)
    return length.days


def _value(event: Any, name: str) -> Any:
    return getattr(event.get(name), "dt", None)


def _whole_day(value: Any, number: int) -> date:
    """A date; a meeting at a time of day is no holiday."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise BadFile("unsupported_event", number)
    return value


def _times(event: Any, first: date, number: int, wish: Wish) -> Iterator[date]:
    """The days on which the event begins, within the years that were asked for."""
    if "RDATE" in event or "EXRULE" in event:
        raise BadFile("unsupported_recurrence", number)
    rule = event.get("RRULE")
    begins = [first] if rule is None else _yearly(rule, first, number, wish)
    left_out = _left_out(event, number) if "EXDATE" in event else frozenset()
    return (day for day in begins if wish.first <= day <= wish.last and day not in left_out)


def _yearly(rule: Any, first: date, number: int, wish: Wish) -> Iterator[date]:
    """`FREQ=YEARLY` on the day of the start, and nothing more artful."""
    rules = {} if isinstance(rule, list) else {str(k).upper(): v for k, v in rule.items()}
    said = {key: each[0] for key, each in rules.items() if len(each) == 1}
    if len(said) != len(rules) or rules.keys() - _FOLLOWED:
        raise BadFile("unsupported_recurrence", number)
    fits = said.get("BYMONTH", first.month) == first.month
    fits = fits and said.get("BYMONTHDAY", first.day) == first.day
    if said.get("FREQ") != "YEARLY" or not fits:
        raise BadFile("unsupported_recurrence", number)
    return _years(said, first, wish)


def _years(said: dict[str, Any], first: date, wish: Wish) -> Iterator[date]:
    step, count = int(said.get("INTERVAL", 1)), int(said.get("COUNT", _MOST_TIMES))
    until = said.get("UNTIL", wish.last)
    last = min(wish.last, until.date() if isinstance(until, datetime) else until)
    happened = 0
    for year in range(first.year, last.year + 1, max(step, 1)):
        try:
            day = first.replace(year=year)
        except ValueError:  # the 29th of February
            continue
        happened += 1
        if happened > count or day > last:
            return
        yield day


def _left_out(event: Any, number: int) -> frozenset[date]:
    listed = event["EXDATE"]
    lines = listed if isinstance(listed, list) else [listed]
    return frozenset(_whole_day(one.dt, number) for line in lines for one in line.dts)
