"""Which way each paragraph runs, by its first strong letter (mail.md 11), and its language."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from services.intake.domain.charset import arabic_letters
from shared.vocabulary import Locale

_BLANK: Final = re.compile(r"\n[ \t]*\n")
_LATIN: Final = re.compile("[A-Za-z]+")
_STRONG: Final = {"L": "ltr", "R": "rtl", "AL": "rtl"}
_LOOKED_AT: Final = 1000
_MOST: Final = 2000


def paragraphs(text: str) -> list[str]:
    """What stands between blank lines; lines of one paragraph belong together, however wrapped."""
    return [one for one in _BLANK.split(text) if one.strip()]


def first_strong(text: str) -> str | None:
    """`rtl` or `ltr` by the first letter that has a direction; None for figures and signs."""
    kinds = (unicodedata.bidirectional(char) for char in text[:_LOOKED_AT])
    return next((_STRONG[kind] for kind in kinds if kind in _STRONG), None)


def directions(text: str, locale: Locale) -> tuple[str, ...]:
    """One for each paragraph; one without letters runs like the paragraph before it."""
    told = (first_strong(one) for one in paragraphs(text)[:_MOST])
    return tuple(_filled(told, "rtl" if locale is Locale.AR else "ltr"))


def _filled(told: Iterable[str | None], before: str) -> Iterable[str]:
    for one in told:
        before = one or before
        yield before


def locale_of(text: str) -> Locale:
    """The language that most letters of a text belong to; Arabic when there are none.

    Who writes in a third script more likely reads English.
    """
    sample = text[:5000]
    latin, arabic = sum(map(len, _LATIN.findall(sample))), arabic_letters(sample)
    foreign = not latin and not arabic and any(letter.isalpha() for letter in sample)
    return Locale.EN if latin > arabic or foreign else Locale.AR
