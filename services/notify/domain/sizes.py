"""Sizes of files in words."""

from collections.abc import Mapping
from typing import Final

from shared.vocabulary import Locale, Localized

_STEP: Final = 1024
UNITS: Final[Mapping[int, Localized]] = {
    _STEP**2: Localized(ar="ميغابايت", en="MB"),
    _STEP: Localized(ar="كيلوبايت", en="KB"),
    1: Localized(ar="بايت", en="B"),
}


def file_size(count: int, locale: Locale) -> str:
    """`340 KB`, `2.1 MB`: what would round up to a whole larger unit is told in that one."""
    unit = next((one for one in UNITS if count >= one), 1)
    if unit == _STEP and round(count / unit) >= _STEP:
        unit = _STEP**2
    figure = round(count / unit, 1 if unit == _STEP**2 else None)
    return f"{figure:g} {UNITS[unit][locale.value]}"
