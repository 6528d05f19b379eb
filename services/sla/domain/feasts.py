"""Ramadan and the feasts as the Umm al-Qura table expects them: always tentative.

The new moon is seen, not computed; a person confirms each row, moved by a day where needed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from hijridate import Hijri

from services.sla.domain.words import Feast, ItemKind
from shared.vocabulary import Localized

SOURCE: Final = "umm_al_qura"
_FIRST_YEAR, _LAST_YEAR = 1343, 1500
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Rite:
    month: int
    day: int
    days: int
    name: Localized


_RITES: Final[Mapping[Feast, _Rite]] = {
    Feast.EID_AL_FITR: _Rite(10, 1, 3, Localized(ar="عيد الفطر", en="Eid al-Fitr")),
    Feast.ARAFAT: _Rite(12, 9, 1, Localized(ar="يوم عرفة", en="Day of Arafah")),
    Feast.EID_AL_ADHA: _Rite(12, 10, 3, Localized(ar="عيد الأضحى", en="Eid al-Adha")),
    Feast.ISLAMIC_NEW_YEAR: _Rite(
        1, 1, 1, Localized(ar="رأس السنة الهجرية", en="Islamic New Year")
    ),
    Feast.MAWLID: _Rite(3, 12, 1, Localized(ar="المولد النبوي", en="Prophet's Birthday")),
}
_RAMADAN: Final = Localized(ar="رمضان", en="Ramadan")
_FASTING_HOURS: Final = [["10:00", "15:00"]]

Proposal = tuple[ItemKind, dict[str, Any]]


def proposals(
    feasts: Collection[Feast], years: Sequence[int], weekly: Mapping[str, Any]
) -> Iterator[Proposal]:
    """Rows for every chosen feast that begins in one of the Gregorian years."""
    wanted = set(years)
    for year in range(min(wanted) - 580, max(wanted) - 577):
        if not _FIRST_YEAR <= year < _LAST_YEAR:
            continue
        for feast in Feast:
            if feast in feasts and _first(feast, year).year in wanted:
                yield from _rows(feast, year, weekly)


def fasting_week(weekly: Mapping[str, Any]) -> dict[str, Any]:
    """Hours to begin with: each weekday that has any opens from ten to three."""
    return {day: [list(pair) for pair in _FASTING_HOURS] for day, rows in weekly.items() if rows}


def _first(feast: Feast, year: int) -> date:
    rite = _RITES.get(feast)
    day = Hijri(year, rite.month, rite.day) if rite else Hijri(year, 9, 1)
    return _gregorian(day)


def _rows(feast: Feast, year: int, weekly: Mapping[str, Any]) -> Iterator[Proposal]:
    first = _first(feast, year)
    rite = _RITES.get(feast)
    if rite is None:
        last = _gregorian(Hijri(year, 10, 1)) - _DAY
        yield ItemKind.SEASON, {**_row(feast, year), **_season(first, last, year, weekly)}
        return
    for number in range(rite.days):
        tail = f"-{number + 1}" if rite.days > 1 else ""
        hijri = f"{year:04}-{rite.month:02}-{rite.day + number:02}"
        day = (first + number * _DAY).isoformat()
        row = _row(feast, year, tail) | {"name": dict(rite.name), "date": day, "hijri": hijri}
        yield ItemKind.HOLIDAY, row


def _season(first: date, last: date, year: int, weekly: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": dict(_RAMADAN),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "hijri": f"{year:04}-09",
        "weekly": dict(weekly),
    }


def _row(feast: Feast, year: int, tail: str = "") -> dict[str, Any]:
    return {"id": f"{feast.value}-{year}{tail}", "source": SOURCE, "status": "tentative"}


def _gregorian(day: Hijri) -> date:
    found = day.to_gregorian()
    return date(found.year, found.month, found.day)
