"""Digits of pictures: as the reader writes them; tables keep those that programs read."""

import re
from enum import StrEnum
from typing import Final

from shared.vocabulary import Locale


class Numerals(StrEnum):
    """`0123456789` or `٠١٢٣٤٥٦٧٨٩`."""

    LATIN = "latin"
    ARABIC = "arabic"

    def of(self, text: str) -> str:
        """A figure or a date of ours in these digits, with their marks for parts and per cent."""
        return text if self is Numerals.LATIN else _MARKS.sub(_mark, text).translate(_DIGITS)


_DIGITS: Final = str.maketrans("0123456789%", "٠١٢٣٤٥٦٧٨٩٪")
_MARKS: Final = re.compile(r"(?<=\d)[.,](?=\d)")
_NAMED: Final = {"nu-latn": Numerals.LATIN, "nu-arab": Numerals.ARABIC}
_OTHERS: Final = frozenset({"ae", "dz", "eh", "ly", "ma", "mr", "tn"})
"""Countries that write Arabic with Latin digits (CLDR)."""


def numerals(asked: Numerals | None, accept_language: str, locale: Locale) -> Numerals:
    """What was asked for, else as `ar-u-nu-latn` says, else as the country of `ar-MA` writes."""
    if locale is not Locale.AR:
        return Numerals.LATIN
    if asked is not None:
        return asked
    tags = (part.partition(";")[0].strip().lower() for part in accept_language[:200].split(","))
    tag = next((one for one in tags if one.partition("-")[0] == "ar"), "ar")
    named = next((kind for key, kind in _NAMED.items() if key in tag), None)
    country = _OTHERS.intersection(tag.partition("-u-")[0].split("-")[1:])
    return named or (Numerals.LATIN if country else Numerals.ARABIC)


def _mark(found: re.Match[str]) -> str:
    return "٫" if found[0] == "." else "٬"
