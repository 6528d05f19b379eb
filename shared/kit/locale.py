"""Speaking to people: which language, in which words, with numbers that do not jump about."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from shared.vocabulary import MONTHS, WEEKDAYS, Locale, Localized

FIRST_STRONG_ISOLATE: Final = "\u2068"
POP_ISOLATE: Final = "\u2069"

_ARABIC_DIGITS: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def pick(texts: Localized, locale: Locale) -> str:
    return texts["ar"] if locale is Locale.AR else texts["en"]


def isolate(text: str) -> str:
    """`text` fenced off, so that its direction never disturbs the sentence around it."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


def digits(text: str, locale: Locale) -> str:
    """Arabic-Indic digits for Arabic readers who asked for them."""
    return text.translate(_ARABIC_DIGITS) if locale is Locale.AR else text


def format_instant(moment: datetime, locale: Locale, zone: str) -> str:
    """`الأحد 22 نوفمبر 2026، 14:30` or `Sunday 22 November 2026, 14:30`, in the reader's zone."""
    local = moment.astimezone(ZoneInfo(zone))
    comma = "،" if locale is Locale.AR else ","
    return f"{format_date(local, locale)}{comma} {local:%H:%M}"


def format_date(day: date, locale: Locale) -> str:
    """`الأحد 22 نوفمبر 2026` or `Sunday 22 November 2026`."""
    name, month = pick(WEEKDAYS[day.weekday()], locale), pick(MONTHS[day.month - 1], locale)
    return f"{name} {day.day} {month} {day.year}"


@lru_cache(maxsize=512)
def negotiate(accept_language: str) -> Locale | None:
    """The language of ours that an `Accept-Language` header ranks highest, if it names one."""
    best: tuple[float, Locale] | None = None
    for part in accept_language[:200].split(","):
        tag, _, quality = part.partition(";")
        weight = _weight(quality)
        primary = tag.strip().lower().partition("-")[0]
        if primary in {"ar", "en"} and weight > (best[0] if best else 0.0):
            best = (weight, Locale(primary))
    return best[1] if best else None


def _weight(quality: str) -> float:
    name, _, value = quality.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(float(value), 1.0)
    except ValueError:
        return 0.0
