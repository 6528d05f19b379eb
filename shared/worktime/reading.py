"""Reading a calendar from plain JSON data, refusing whatever it cannot mean."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

from shared.worktime import zones
from shared.worktime.calendar import (
    WEEKDAYS,
    Calendar,
    Holiday,
    Season,
    Week,
    Window,
    Windows,
)
from shared.worktime.errors import InvalidCalendar

T = TypeVar("T")

_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIELDS: Final = frozenset(
    {"timezone", "weekly", "seasons", "holidays", "overrides", "breaks", "always_open"}
)
_LABELS: Final = frozenset({"id", "name", "version", "effective_from", "country"})
_MIDNIGHT: Final = 24 * 60


def read_calendar(data: object) -> Calendar:
    """The calendar that `data` describes (contracts.md, simulate); raises `InvalidCalendar`."""
    raw = _mapping(data, "calendar")
    unknown = raw.keys() - _FIELDS - _LABELS
    if unknown:
        raise InvalidCalendar(f"unknown fields {sorted(unknown)}")
    always = raw.get("always_open", False)
    if not isinstance(always, bool):
        raise InvalidCalendar("always_open is true or false")
    return Calendar(
        timezone=_zone(raw.get("timezone", "UTC" if always else None)),
        weekly=_week(raw.get("weekly")),
        seasons=tuple(_season(item) for item in _sequence(raw.get("seasons"))),
        holidays=tuple(_holidays(_sequence(raw.get("holidays")))),
        overrides=_dates(raw.get("overrides")),
        breaks=_dates(raw.get("breaks")),
        always_open=always,
    )


def _mapping(data: object, what: str) -> Mapping[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        raise InvalidCalendar(f"{what} is not an object")
    return data


def _sequence(data: object) -> Sequence[Any]:
    if data is None:
        return ()
    if not isinstance(data, (list, tuple)):
        raise InvalidCalendar("expected a list")
    return data


def _zone(name: object) -> str:
    if not isinstance(name, str):
        raise InvalidCalendar("timezone is missing")
    zones.load(name)
    return name


def _date(text: object) -> date:
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise InvalidCalendar(f"bad date {text!r}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidCalendar(f"bad date {text!r}") from None


def _minute(text: object, *, closing: bool) -> int:
    if closing and text == "24:00":
        return _MIDNIGHT
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidCalendar(f"bad time {text!r}")
    return int(match[1]) * 60 + int(match[2])


def _window(pair: object) -> Window:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        raise InvalidCalendar(f"bad window {pair!r}")
    start, end = _minute(pair[0], closing=False), _minute(pair[1], closing=True)
    return (start, end) if end > start else (start, end + _MIDNIGHT)


def _windows(data: object) -> Windows:
    return tuple(_window(pair) for pair in _sequence(data))


def _week(data: object) -> Week:
    raw = _mapping(data, "weekly")
    unknown = raw.keys() - set(WEEKDAYS)
    if unknown:
        raise InvalidCalendar(f"unknown weekdays {sorted(unknown)}")
    return cast("Week", tuple(_windows(raw.get(name)) for name in WEEKDAYS))


def _season(data: object) -> Season:
    raw = _mapping(data, "season")
    first, last = _date(raw.get("from")), _date(raw.get("to"))
    if last < first:
        raise InvalidCalendar("a season ends before it starts")
    return Season(str(raw.get("name", "")), first, last, _week(raw.get("weekly")))


def _holidays(items: Sequence[Any]) -> list[Holiday]:
    """Dates, or objects `{date, id?, name?, status?}`; a tentative one closes nothing yet."""
    found: list[Holiday] = []
    for item in items:
        raw = {"date": item} if isinstance(item, str) else _mapping(item, "holiday")
        day = _date(raw.get("date"))
        if raw.get("status", "confirmed") == "confirmed":
            found.append(Holiday(day, str(raw.get("id") or day.isoformat())))
    return found


def _dates(data: object) -> MappingProxyType[date, Windows]:
    return _keyed(_mapping(data, "dates"), _windows)


def _keyed(raw: Mapping[str, Any], read: Callable[[object], T]) -> MappingProxyType[date, T]:
    return MappingProxyType({_date(key): read(value) for key, value in raw.items()})
