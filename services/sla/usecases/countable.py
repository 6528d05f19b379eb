"""Promises whose due instant could never be told are refused when they are written."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from services.sla.domain.durations import Duration, waited
from services.sla.domain.policy import ALWAYS_OPEN_KEY, BREACH
from shared.worktime import HORIZON, Timeline, WorktimeError, micros

Document = Mapping[str, Any]
Said = tuple[str, Any, str | None]
"""A place in the body, the duration there, and the calendar that is named for it."""

_LONGEST: Final = HORIZON * 86_400
_WALL: Final = ("reopen_window",)
_WAITS: Final = ("reopen_floor", "pause_reminder", "pause_auto_resolve")


def beyond(
    document: Document, calendars: Mapping[str, Timeline], fallback: str, now: datetime
) -> tuple[str, str] | None:
    """The first duration that cannot be counted from `now`: its place, and the code of why."""
    for place, wish, named in _durations(document):
        duration = Duration.read(wish)
        if (duration.seconds or 0) > _LONGEST:
            return place, "invalid_duration"
        try:
            waited(calendars[named or fallback], micros(now), duration)
        except WorktimeError as error:
            return place, error.code
    return None


def _durations(document: Document) -> Iterator[Said]:
    yield from _of_table("#", document)
    for kind, own in (document.get("kinds") or {}).items():
        yield from _of_table(f"#/kinds/{kind}", own)
    for name in _WALL:
        yield f"#/{name}", document[name], ALWAYS_OPEN_KEY
    for name in _WAITS:
        if document.get(name) is not None:
            yield f"#/{name}", document[name], None
    for index, wish in enumerate(document.get("warn_before") or ()):
        yield f"#/warn_before/{index}", wish, None


def _of_table(place: str, own: Document) -> Iterator[Said]:
    for priority, row in (own.get("targets") or {}).items():
        for metric, promise in row.items():
            at = f"{place}/targets/{priority}/{metric}/target"
            yield at, promise["target"], promise.get("calendar")
    for index, step in enumerate(own.get("ladder") or ()):
        if step["after"] != BREACH:
            yield f"{place}/ladder/{index}/after", step["after"], None
