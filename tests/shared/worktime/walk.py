"""An independent oracle: walks minute by minute and asks the local wall clock each time.

It shares nothing with the product: calendars are the plain JSON data, zones are read by name.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Data = dict[str, Any]


def zone(name: str) -> ZoneInfo:
    with resources.files("tzdata.zoneinfo").joinpath(name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def spans(windows: list[list[str]]) -> list[tuple[int, int]]:
    found = []
    for opening, closing in windows:
        start, end = clock(opening), clock(closing)
        found.append((start, end if end > start else end + 1440))
    return found


def rule(data: Data, day: date) -> tuple[str, list[list[str]]]:
    text = day.isoformat()
    if text in data.get("overrides", {}):
        return "override", data["overrides"][text]
    if any(closes(one, text) for one in data.get("holidays", [])):
        return "holiday", []
    for season in data.get("seasons", []):
        tentative = season.get("status") == "tentative"
        if season["from"] <= text <= season["to"] and not tentative:
            return "season", season["weekly"].get(NAMES[day.weekday()], [])
    return "weekly", data.get("weekly", {}).get(NAMES[day.weekday()], [])


def closes(holiday: str | Data, text: str) -> bool:
    if isinstance(holiday, str):
        return holiday == text
    return holiday["date"] == text and holiday.get("status") != "tentative"


def hits(windows: list[tuple[int, int]], minute: int) -> bool:
    return any(start <= minute < end for start, end in windows)


def is_open(data: Data, local: datetime) -> bool:
    if data.get("always_open"):
        return True
    today, minute = local.date(), local.hour * 60 + local.minute
    before = today - timedelta(days=1)
    kind, windows = rule(data, today)
    counted = hits(spans(windows), minute)
    if kind != "holiday":
        counted = counted or hits(spans(rule(data, before)[1]), minute + 1440)
    rests = data.get("breaks", {})
    resting = hits(spans(rests.get(today.isoformat(), [])), minute) or hits(
        spans(rests.get(before.isoformat(), [])), minute + 1440
    )
    return counted and not resting


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    moment = start
    while moment < end:
        yield moment
        moment += MINUTE


def elapsed(data: Data, start: datetime, end: datetime) -> int:
    """Counted seconds, for instants on whole minutes."""
    where = zone(data["timezone"])
    return 60 * sum(is_open(data, t.astimezone(where)) for t in minutes(start, end))


def deadline(data: Data, start: datetime, seconds: int, limit: timedelta) -> datetime | None:
    """The earliest instant with that much counted, for whole minutes; None within `limit`."""
    where = zone(data["timezone"])
    left = seconds
    for moment in minutes(start, start + limit):
        if is_open(data, moment.astimezone(where)):
            if left == 0:
                return moment
            left -= 60
            if left == 0:
                return moment + MINUTE
    return None


def before(data: Data, end: datetime, seconds: int, limit: timedelta) -> datetime | None:
    """The latest instant with that much counted up to `end`, for whole minutes."""
    where = zone(data["timezone"])
    left = seconds
    moment = end
    while moment > end - limit:
        moment -= MINUTE
        if is_open(data, moment.astimezone(where)):
            if left == 0:
                return moment + MINUTE
            left -= 60
            if left == 0:
                return moment
    return None


def has_hours(data: Data, day: date) -> bool:
    """Whether a minute of a window that starts on the date is left by the date's own breaks."""
    if data.get("always_open"):
        return True
    rests = spans(data.get("breaks", {}).get(day.isoformat(), []))
    windows = spans(rule(data, day)[1])
    return any(hits(windows, m) and not hits(rests, m) for m in range(2 * 1440))


def business_days(data: Data, start: datetime, days: int, limit: timedelta) -> datetime | None:
    """`days` open dates on, at the same wall time, then the next open minute."""
    first = deadline(data, start, 0, limit)
    if first is None or days == 0:
        return first
    local = first.astimezone(zone(data["timezone"]))
    day = local.date()
    for _ in range(limit.days):
        day += timedelta(days=1)
        days -= has_hours(data, day)
        if days == 0:
            wall = local.replace(year=day.year, month=day.month, day=day.day, fold=0)
            return deadline(data, wall.astimezone(UTC), 0, limit)
    return None


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
