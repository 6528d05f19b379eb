"""Letters as search compares them: Arabic and English writings of one word fold into one form."""

import re
import unicodedata
from typing import Final

_MARKS: Final = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u00ad"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u2800\ufe00-\ufe0f\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_LETTERS: Final = str.maketrans(
    {
        **dict.fromkeys("أإآٱٲٳ", "ا"),
        **dict.fromkeys("ىئیےېۍ", "ي"),
        **dict.fromkeys("ةہۀەۃھ", "ه"),
        **dict.fromkeys("کڪ", "ك"),
        "ؤ": "و",
        "ء": "",
        **{digit: str(index) for index, digit in enumerate("٠١٢٣٤٥٦٧٨٩")},
        **{digit: str(index) for index, digit in enumerate("۰۱۲۳۴۵۶۷۸۹")},
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("’‘ʼ", "'"),
        "٫": ".",
    }
)
_THOUSANDS: Final = re.compile(r"(?<=\d)[,٬](?=\d{3}(?!\d))")
_ARABIC: Final = re.compile("[\u0600-\u06ff]")


def is_unseen(text: str) -> bool:
    """Whether a text shows nothing at all: spaces, marks and fillers alone."""
    return not _MARKS.sub("", unicodedata.normalize("NFKC", text)).strip()


def fold(text: str) -> str:
    """Without marks, tatweel and the letters' variants; Latin in lower case without accents."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    plain = _THOUSANDS.sub("", plain)
    if plain.isascii():
        return plain
    apart = unicodedata.normalize("NFD", plain)
    return "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")


def is_arabic(word: str) -> bool:
    return _ARABIC.search(word) is not None
