"""Spans of time in words; Arabic counts in four ways and bends its dual."""

from functools import lru_cache
from typing import Final

from shared.vocabulary import Localized

_Forms = tuple[str, str, str, str, str, str]

_HOURS: Final[_Forms] = ("ساعة واحدة", "ساعتان", "ساعتين", "ساعات", "ساعةً", "ساعة")
_MINUTES: Final[_Forms] = ("دقيقة واحدة", "دقيقتان", "دقيقتين", "دقائق", "دقيقةً", "دقيقة")
_SECONDS: Final[_Forms] = ("ثانية واحدة", "ثانيتان", "ثانيتين", "ثوانٍ", "ثانيةً", "ثانية")
_DAYS: Final[_Forms] = ("يوم عمل واحد", "يوما عمل", "يومي عمل", "أيام عمل", "يوم عمل", "يوم عمل")
"""One; two, and two after a preposition; three to ten; eleven and more; round hundreds."""


@lru_cache(maxsize=8192)
def span(seconds: int, *, after: bool = False) -> Localized:
    """`3 ساعات و20 دقيقةً` / `3 h 20 min`; `after` a preposition the Arabic dual bends."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = ((hours, _HOURS, "h"), (minutes, _MINUTES, "min"), (rest, _SECONDS, "s"))
    said = [part for part in parts if part[0]] or [(0, _SECONDS, "s")]
    return Localized(
        ar=" و".join(_counted(number, forms, after=after) for number, forms, _ in said),
        en=" ".join(f"{number} {unit}" for number, _, unit in said),
    )


def business_days(days: int) -> Localized:
    """`يومي عمل` / `2 business days`, as they stand after a preposition."""
    unit = "business day" if days == 1 else "business days"
    return Localized(ar=_counted(days, _DAYS, after=True), en=f"{days} {unit}")


def _counted(number: int, forms: _Forms, *, after: bool) -> str:
    one, two, bent, few, many, other = forms
    if number == 1:
        return one
    if number == 2:
        return bent if after else two
    rest = number % 100
    if 3 <= rest <= 10:
        return f"{number} {few}"
    return f"{number} {many if rest >= 11 else other}"
