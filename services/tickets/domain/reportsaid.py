"""Figures of reports as people say them."""

from typing import Final

from shared.vocabulary import Locale, Localized

_UNITS: Final = (
    (86_400, Localized(ar="{n} ي", en="{n} d")),
    (3_600, Localized(ar="{n} س", en="{n} h")),
    (60, Localized(ar="{n} د", en="{n} min")),
    (1, Localized(ar="{n} ث", en="{n} s")),
)


def told(value: float, name: str, locale: Locale) -> str:
    """A figure as a reader says it: `2.5 h`, `37%`, `1,204`."""
    if name.endswith("_seconds") and value:
        size, unit = next((one for one in _UNITS if value >= one[0]), _UNITS[-1])
        return unit[locale.value].format(n=_plain(value / size))
    if name == "rate":
        return f"{_plain(value * 100)}%"
    return _plain(value)


def _plain(value: float) -> str:
    rounded = round(value, 1)
    return f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.1f}"
