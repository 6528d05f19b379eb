"""Dates as people of the region read them."""

from datetime import date, timedelta

import pytest

from services.sla.domain.dates import HIJRI_MONTHS, hijri, hijri_date, written


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2026, 2, 18), (1447, 9, 1)),
        (date(2026, 3, 8), (1447, 9, 19)),
        (date(2026, 3, 20), (1447, 10, 1)),
        (date(2026, 5, 27), (1447, 12, 10)),
        (date(2026, 6, 16), (1448, 1, 1)),
    ],
)
def test_hijri_dates_are_those_of_umm_al_qura(day: date, found: tuple[int, int, int]) -> None:
    assert hijri(day) == found


def test_a_date_is_read_in_both_calendars_and_languages() -> None:
    assert written(date(2026, 3, 8)) == {
        "ar": "الأحد 8 مارس 2026 (19 رمضان 1447 هـ)",
        "en": "Sunday 8 March 2026 (19 Ramadan 1447 AH)",
    }


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 1, 1), date(2080, 1, 1), date.max])
def test_beyond_the_table_the_gregorian_date_stands_alone(day: date) -> None:
    assert hijri_date(day) is None
    assert "AH" not in written(day)["en"]


def test_every_hijri_month_has_its_name() -> None:
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(355))
    assert {found[1] for day in days if (found := hijri(day))} == set(range(1, 13))
    assert len(HIJRI_MONTHS) == 12
