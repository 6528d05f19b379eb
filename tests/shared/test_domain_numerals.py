"""Which digits a picture has, and how figures are written in them."""

import pytest

from shared.reporting.numerals import Numerals, numerals
from shared.vocabulary import Locale


@pytest.mark.parametrize(
    ("asked", "header", "locale", "expected"),
    [
        (None, "ar", Locale.AR, Numerals.ARABIC),
        (None, "", Locale.AR, Numerals.ARABIC),
        (None, "ar-SA,en;q=0.5", Locale.AR, Numerals.ARABIC),
        (None, "en;q=0.5, AR-MA", Locale.AR, Numerals.LATIN),
        (None, "ar-AE-u-nu-arab", Locale.AR, Numerals.ARABIC),
        (None, "ar-EG-u-nu-latn;q=0.9", Locale.AR, Numerals.LATIN),
        (Numerals.LATIN, "ar-u-nu-arab", Locale.AR, Numerals.LATIN),
        (Numerals.ARABIC, "ar-MA", Locale.AR, Numerals.ARABIC),
        (Numerals.ARABIC, "en", Locale.EN, Numerals.LATIN),
    ],
)
def test_the_reader_decides(
    asked: Numerals | None, header: str, locale: Locale, expected: Numerals
) -> None:
    assert numerals(asked, header, locale) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,204", "١٬٢٠٤"),
        ("99.9%", "٩٩٫٩٪"),
        ("2.5 س", "٢٫٥ س"),
        ("8 فبراير 2026", "٨ فبراير ٢٠٢٦"),
        ("1. 2, 3", "١. ٢, ٣"),
        ("–", "–"),
    ],
)
def test_figures_keep_their_marks(text: str, expected: str) -> None:
    assert Numerals.ARABIC.of(text) == expected
    assert Numerals.LATIN.of(text) == text
