"""Reading a calendar from plain JSON data, refusing whatever it cannot mean."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

from shared.vocabulary import Localized
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

MOST_SEASONS: Final = 200
MOST_DATES: Final = 20_000
MOST_WINDOWS: Final = 48

_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIELDS: Final = frozenset(
    {"timezone", "weekly", "seasons", "holidays", "overrides", "breaks", "always_open"}
)
_LABELS: Final = frozenset({"id", "name", "version", "effective_from", "country"})
_SEASON: Final = frozenset(
    {"id", "name", "from", "to", "weekly", "status", "hijri", "source", "kind"}
)
_HOLIDAY: Final = frozenset(
    {"id", "date", "name", "status", "country", "hijri", "source", "estimated"}
)
_STATUSES: Final = ("confirmed", "tentative")
_MIDNIGHT: Final = 24 * 60


def read_calendar(data: object) -> Calendar:
    """The calendar that `data` describes (contracts.md, simulate); raises `InvalidCalendar`."""
    raw = _known(data, "", _FIELDS | _LABELS)
    always = raw.get("always_open", False)
    if not isinstance(always, bool):
        raise InvalidCalendar("always_open is true or false", "/always_open")
    return Calendar(
        timezone=_zone(raw.get("timezone", "UTC" if always else None)),
        weekly=_week(raw.get("weekly"), "/weekly"),
        seasons=tuple(_seasons(raw.get("seasons"))),
        holidays=tuple(_holidays(raw.get("holidays"))),
        overrides=_dates(raw.get("overrides"), "/overrides"),
        breaks=_dates(raw.get("breaks"), "/breaks"),
        always_open=always,
    )


def _mapping(data: object, place: str) -> Mapping[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        raise InvalidCalendar("expected an object", place)
    return data


def _known(data: object, place: str, fields: frozenset[str]) -> Mapping[str, Any]:
    raw = _mapping(data, place)
    unknown = sorted(raw.keys() - fields)
    if unknown:
        raise InvalidCalendar(f"unknown field {unknown[0]!r}", place, "unknown_field")
    return raw


def _sequence(data: object, place: str, most: int) -> Sequence[Any]:
    if data is None:
        return ()
    if not isinstance(data, (list, tuple)):
        raise InvalidCalendar("expected a list", place)
    if len(data) > most:
        raise InvalidCalendar(f"more than {most}", place, "too_many")
    return data


def _zone(name: object) -> str:
    if not isinstance(name, str):
        raise InvalidCalendar("timezone is missing", "/timezone", "unknown_zone")
    zones.load(name)
    return name


def _date(text: object, place: str) -> date:
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise InvalidCalendar(f"bad date {str(text)[:20]!r}", place, "invalid_date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidCalendar(f"bad date {text!r}", place, "invalid_date") from None


def _minute(text: object, place: str, *, closing: bool) -> int:
    if closing and text == "24:00":
        return _MIDNIGHT
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidCalendar(f"bad time {str(text)[:20]!r}", place, "invalid_time")
    return int(match[1]) * 60 + int(match[2])


def _window(pair: object, place: str) -> Window:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        raise InvalidCalendar("a window is a pair of times", place, "invalid_window")
    start = _minute(pair[0], f"{place}/0", closing=False)
    end = _minute(pair[1], f"{place}/1", closing=True)
    return (start, end) if end > start else (start, end + _MIDNIGHT)


def _windows(data: object, place: str) -> Windows:
    pairs = _sequence(data, place, MOST_WINDOWS)
    return tuple(_window(pair, f"{place}/{index}") for index, pair in enumerate(pairs))


def _week(data: object, place: str) -> Week:
    raw = _known(data, place, frozenset(WEEKDAYS))
    return cast("Week", tuple(_windows(raw.get(name), f"{place}/{name}") for name in WEEKDAYS))


def _seasons(data: object) -> Iterator[Season]:
    """Those that are confirmed; a tentative one is read for its mistakes and changes nothing."""
    for index, item in enumerate(_sequence(data, "/seasons", MOST_SEASONS)):
        place = f"/seasons/{index}"
        raw = _known(item, place, _SEASON)
        first, last = _date(raw.get("from"), f"{place}/from"), _date(raw.get("to"), f"{place}/to")
        if last < first:
            raise InvalidCalendar("ends before it starts", f"{place}/to", "ends_before_start")
        title = _title(raw.get("name"), f"{place}/name")
        ref = str(raw.get("id") or (title["en"] if title else ""))
        season = Season(ref, first, last, _week(raw.get("weekly"), f"{place}/weekly"), title)
        if _confirmed(raw, place):
            yield season


def _holidays(data: object) -> Iterator[Holiday]:
    """Dates, or objects `{date, id?, name?, status?}`; a tentative one closes nothing yet."""
    for index, item in enumerate(_sequence(data, "/holidays", MOST_DATES)):
        place = f"/holidays/{index}"
        if isinstance(item, str):
            yield Holiday(_date(item, place), item)
            continue
        raw = _known(item, place, _HOLIDAY)
        day = _date(raw.get("date"), f"{place}/date")
        title = _title(raw.get("name"), f"{place}/name")
        if _confirmed(raw, place):
            yield Holiday(day, str(raw.get("id") or day.isoformat()), title)


def _confirmed(raw: Mapping[str, Any], place: str) -> bool:
    status = raw.get("status", "confirmed")
    if status not in _STATUSES:
        raise InvalidCalendar("tentative or confirmed", f"{place}/status")
    return bool(status == "confirmed")


def _title(data: object, place: str) -> Localized | None:
    """A name: one text for both languages, or one for each."""
    if data is None or data == "":
        return None
    if isinstance(data, str):
        return Localized(ar=data, en=data)
    raw = _known(data, place, frozenset({"ar", "en"}))
    if not all(isinstance(raw.get(locale), str) and raw[locale] for locale in ("ar", "en")):
        raise InvalidCalendar("a name is a text, or one in ar and one in en", place)
    return Localized(ar=raw["ar"], en=raw["en"])


def _dates(data: object, place: str) -> MappingProxyType[date, Windows]:
    raw = _mapping(data, place)
    if len(raw) > MOST_DATES:
        raise InvalidCalendar(f"more than {MOST_DATES}", place, "too_many")
    return _keyed(raw, place, _windows)


def _keyed(
    raw: Mapping[str, Any], place: str, read: Callable[[object, str], T]
) -> MappingProxyType[date, T]:
    found = {}
    for key, value in raw.items():
        inside = f"{place}/{key[:20]}"
        found[_date(key, inside)] = read(value, inside)
    return MappingProxyType(found)
