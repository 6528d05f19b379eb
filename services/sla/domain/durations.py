"""Durations as people write them: ISO 8601, or a number of business days."""

import re
from dataclasses import dataclass
from typing import Any, Final, Self

from shared.worktime import SECOND, Micros, Timeline, business_days, deadline

_ISO: Final = re.compile(
    r"P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?"
)
_UNITS: Final = (7 * 86_400, 86_400, 3_600, 60, 1)


class BadDuration(ValueError):
    """Neither ISO 8601 in whole seconds nor business days."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Counted seconds or business days, exactly one of them."""

    seconds: int | None = None
    days: int | None = None

    @classmethod
    def read(cls, data: Any) -> Self:
        """`"PT4H"` or `{"business_days": 2}`."""
        if isinstance(data, str):
            return cls(seconds=iso_seconds(data))
        days = data.get("business_days") if isinstance(data, dict) and len(data) == 1 else None
        if not isinstance(days, int) or isinstance(days, bool) or not 0 < days <= 1000:
            raise BadDuration("a duration is PT... or business_days from 1 to 1000")
        return cls(days=days)


def iso_seconds(text: str) -> int:
    """Whole seconds of `P1W`, `P1D`, `PT4H30M`; years and months have no fixed length."""
    match = _ISO.fullmatch(text)
    if match is None or not any(match.groups()):
        raise BadDuration(f"bad duration {text[:40]!r}")
    return sum(int(part or 0) * unit for part, unit in zip(match.groups(), _UNITS, strict=True))


def waited(timeline: Timeline, start: Micros, delay: Duration) -> Micros:
    """When a delay in business terms is over."""
    if delay.days is not None:
        return business_days(timeline, start, delay.days)
    seconds = delay.seconds or 0
    return deadline(timeline, start, seconds * SECOND) if seconds else start
