"""Counts in words: CLDR plural categories of Arabic and English, and durations."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from shared.vocabulary import Locale

Forms = Mapping[str, str]

_AR_HOURS: Final[Forms] = {
    "zero": "{n} ساعة",
    "one": "ساعة واحدة",
    "two": "ساعتين",
    "few": "{n} ساعات",
    "many": "{n} ساعةً",
    "other": "{n} ساعة",
}
_AR_MINUTES: Final[Forms] = {
    "zero": "{n} دقيقة",
    "one": "دقيقة واحدة",
    "two": "دقيقتين",
    "few": "{n} دقائق",
    "many": "{n} دقيقةً",
    "other": "{n} دقيقة",
}
_AR_SECONDS: Final[Forms] = {
    "zero": "{n} ثانية",
    "one": "ثانية واحدة",
    "two": "ثانيتين",
    "few": "{n} ثوانٍ",
    "many": "{n} ثانيةً",
    "other": "{n} ثانية",
}
_AR_FILES: Final[Forms] = {
    "zero": "لا ملفات مرفقة",
    "one": "ملف مرفق واحد",
    "two": "ملفان مرفقان",
    "few": "{n} ملفات مرفقة",
    "many": "{n} ملفًا مرفقًا",
    "other": "{n} ملف مرفق",
}

_AR_DAYS: Final[Forms] = {
    "zero": "{n} يوم",
    "one": "يوم واحد",
    "two": "يومين",
    "few": "{n} أيام",
    "many": "{n} يومًا",
    "other": "{n} يوم",
}

COUNTED: Final[Mapping[str, Mapping[Locale, Forms]]] = {
    "hours": {Locale.AR: _AR_HOURS, Locale.EN: {"one": "{n} hour", "other": "{n} hours"}},
    "minutes": {Locale.AR: _AR_MINUTES, Locale.EN: {"one": "{n} minute", "other": "{n} minutes"}},
    "seconds": {Locale.AR: _AR_SECONDS, Locale.EN: {"one": "{n} second", "other": "{n} seconds"}},
    "days": {Locale.AR: _AR_DAYS, Locale.EN: {"one": "{n} day", "other": "{n} days"}},
    "files": {
        Locale.AR: _AR_FILES,
        Locale.EN: {"one": "{n} file attached", "other": "{n} files attached"},
    },
}
"""Every counted word of the mails, in each plural form that its language has."""


def category(count: int, locale: Locale) -> str:
    """The CLDR plural category of a whole number."""
    if locale is Locale.EN:
        return "one" if count == 1 else "other"
    small = {0: "zero", 1: "one", 2: "two"}.get(count)
    if small is not None:
        return small
    rest = count % 100
    if 3 <= rest <= 10:
        return "few"
    return "many" if rest >= 11 else "other"


def counted(word: str, count: int, locale: Locale) -> str:
    """`count` and its noun, as in `3 hours` or `3 ساعات`."""
    return COUNTED[word][locale][category(count, locale)].format(n=count)


def duration(span: timedelta, locale: Locale) -> str:
    """A span in its largest unit that divides it: `24 hours`, `90 minutes`, `5 seconds`."""
    seconds = max(0, round(span.total_seconds()))
    for word, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= size and seconds % size == 0:
            return counted(word, seconds // size, locale)
    return counted("seconds", seconds, locale)
