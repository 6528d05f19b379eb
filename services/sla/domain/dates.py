"""Dates as people of the region read them: weekday, Gregorian date, Hijri date beside it.

Hijri dates are those of the Umm al-Qura table; a sighting may move a month by a day, so nothing
is ever counted by them.
"""

from datetime import date
from functools import lru_cache
from typing import Final

from hijridate import Gregorian

from shared.vocabulary import MONTHS, WEEKDAYS, Localized

HIJRI_MONTHS: Final = (
    Localized(ar="محرم", en="Muharram"),
    Localized(ar="صفر", en="Safar"),
    Localized(ar="ربيع الأول", en="Rabi al-Awwal"),
    Localized(ar="ربيع الآخر", en="Rabi al-Akhir"),
    Localized(ar="جمادى الأولى", en="Jumada al-Ula"),
    Localized(ar="جمادى الآخرة", en="Jumada al-Akhirah"),
    Localized(ar="رجب", en="Rajab"),
    Localized(ar="شعبان", en="Shaban"),
    Localized(ar="رمضان", en="Ramadan"),
    Localized(ar="شوال", en="Shawwal"),
    Localized(ar="ذو القعدة", en="Dhu al-Qadah"),
    Localized(ar="ذو الحجة", en="Dhu al-Hijjah"),
)


def hijri(day: date) -> tuple[int, int, int] | None:
    """Hijri year, month and day; None outside the table (1924 to 2077)."""
    try:
        found: tuple[int, int, int] = Gregorian.fromdate(day).to_hijri().datetuple()
    except (OverflowError, ValueError):
        return None
    return found


@lru_cache(maxsize=8192)
def hijri_date(day: date) -> Localized | None:
    """`19 رمضان 1447 هـ` / `19 Ramadan 1447 AH`."""
    found = hijri(day)
    if found is None:
        return None
    year, month, number = found
    name = HIJRI_MONTHS[month - 1]
    return Localized(ar=f"{number} {name['ar']} {year} هـ", en=f"{number} {name['en']} {year} AH")


@lru_cache(maxsize=8192)
def written(day: date) -> Localized:
    """`الأحد 8 مارس 2026 (19 رمضان 1447 هـ)` / `Sunday 8 March 2026 (19 Ramadan 1447 AH)`."""
    name, month = WEEKDAYS[day.weekday()], MONTHS[day.month - 1]
    plain = Localized(
        ar=f"{name['ar']} {day.day} {month['ar']} {day.year}",
        en=f"{name['en']} {day.day} {month['en']} {day.year}",
    )
    beside = hijri_date(day)
    if beside is None:
        return plain
    return Localized(ar=f"{plain['ar']} ({beside['ar']})", en=f"{plain['en']} ({beside['en']})")
