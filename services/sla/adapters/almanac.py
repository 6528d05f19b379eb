"""Public holidays of the region's countries, from the `holidays` package, in both languages.

A holiday that follows the moon wanders through the whole year; no other one strays further than
Easter does. Such a holiday is tentative in every year (sla.md 5.11).
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from services.sla.domain.dates import hijri

SOURCE: Final = "holidays"

_ARABIC: Final = {"EG": "ar_EG", "QA": "ar_QA"}
_DECADE: Final = range(2030, 2040)
_EASTER: Final = 45
"""Days: more than Easter moves, and a third of what the moon's year moves in a decade."""

_REMARK: Final = re.compile(r"\s*\([^)]*\)\s*$")
_ESTIMATED: Final = re.compile(r"\s*\((?:estimated|تقديري)\)|, estimated| تقديري")
_SLUG: Final = re.compile(r"[^a-z0-9]+")
_LEEWAY: Final = timedelta(days=10)


def public_holidays(country: str, years: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Rows of a calendar document; a day with two names yields two rows."""
    arabic = _days(country, _ARABIC.get(country, "ar"), years)
    english = _days(country, "en_US", years)
    seen: dict[str, int] = {}
    for day in sorted(english):
        names, texts = english[day].split("; "), arabic.get(day, "").split("; ")
        if len(texts) != len(names):
            texts = names
        for name, text in zip(names, texts, strict=True):
            row = _row(country, day, name, text)
            seen[row["id"]] = seen.get(row["id"], 0) + 1
            yield _numbered(row, seen[row["id"]])


def _row(country: str, day: date, english: str, arabic: str) -> dict[str, Any]:
    base = _REMARK.sub("", english)
    on = hijri(day) if base in _lunar(country) else None
    row: dict[str, Any] = {
        "id": f"{country}-{_year(day, lunar=on is not None)}-{base}",
        "date": day.isoformat(),
        "name": {"ar": _ESTIMATED.sub("", arabic or english), "en": _ESTIMATED.sub("", english)},
        "country": country,
        "source": SOURCE,
        "status": "confirmed" if on is None else "tentative",
    }
    row["id"] = _SLUG.sub("-", row["id"].lower()).strip("-")
    return row if on is None else row | {"hijri": "{:04}-{:02}-{:02}".format(*on)}


def _year(day: date, *, lunar: bool) -> int:
    """The year that a holiday belongs to, by its own reckoning; a day's error changes nothing."""
    on = hijri(day + _LEEWAY) if lunar else None
    return on[0] if on else day.year


def _numbered(row: dict[str, Any], ordinal: int) -> dict[str, Any]:
    """The second day of a feast has an id of its own."""
    return row if ordinal == 1 else row | {"id": f"{row['id']}-{ordinal}"}


@lru_cache(maxsize=32)
def _lunar(country: str) -> frozenset[str]:
    """English names of the country's holidays that follow the moon."""
    found: dict[str, set[int]] = {}
    for day, label in _days(country, "en_US", _DECADE).items():
        for name in label.split("; "):
            found.setdefault(_REMARK.sub("", name), set()).add(day.timetuple().tm_yday)
    return frozenset(name for name, days in found.items() if max(days) - min(days) > _EASTER)


def _days(country: str, language: str, years: Sequence[int]) -> dict[date, str]:
    """The package is loaded when first asked for: few processes ever import a holiday."""
    listed = import_module("holidays").country_holidays(
        country, years=list(years), language=language
    )
    return dict(listed.items())
