"""The form of a line in which differently written equal words are equal; for matching only."""

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = "\u00ad\u061c\u0640\ufeff" + "".join(
    chr(code) for low, high in ((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2069))
    for code in range(low, high + 1)
)  # fmt: skip
_DIACRITICS: Final = "".join(chr(code) for code in (*range(0x064B, 0x0660), 0x0670))
_TABLE: Final = (
    dict.fromkeys(map(ord, _INVISIBLE + _DIACRITICS))
    | dict.fromkeys(map(ord, "أإآٱ"), "ا")
    | {0x0660 + digit: str(digit) for digit in range(10)}
    | {0x06F0 + digit: str(digit) for digit in range(10)}
    | {ord("ی"): "ي", ord("ک"): "ك", ord("\u00a0"): " ", ord("："): ":", ord("،"): ","}
)
_PRESENTATION: Final = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
BIDI_MARKS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"


def fold(line: str) -> str:
    """No bidi marks, tatweel or diacritics; one alef, western digits, lower case, single spaces."""
    if not line.isascii():
        if _PRESENTATION.search(line):
            line = unicodedata.normalize("NFKC", line)
        line = line.translate(_TABLE)
    return " ".join(line.lower().split())
