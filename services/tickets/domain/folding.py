"""Words as search compares them: Arabic and English writings of one word fold into one form."""

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_MARKS: Final = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)
_LETTERS: Final = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىئ", "ي"),
        "ؤ": "و",
        "ة": "ه",
        "ک": "ك",
        "ی": "ي",
        **{digit: str(index) for index, digit in enumerate("٠١٢٣٤٥٦٧٨٩")},
        **{digit: str(index) for index, digit in enumerate("۰۱۲۳۴۵۶۷۸۹")},
    }
)
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_PREFIX: Final = re.compile("^(?:[وف]?(?:بال|كال|لل|ال)|[وفبلك])(?=.{3})")
_WEAK: Final = "اهوي"
_LONGEST: Final = 40
_MOST_WORDS: Final = 2000


def fold(text: str) -> str:
    """Without marks, tatweel and the letters' variants; Latin in lower case without accents."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    if plain.isascii():
        return plain
    apart = unicodedata.normalize("NFD", plain)
    return "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")


def words(text: str) -> list[str]:
    """The distinct folded words of a text, in their order; at most 2000 of them."""
    found = dict.fromkeys(word[:_LONGEST] for word in _WORD.findall(fold(text)))
    return list(found)[:_MOST_WORDS]


def is_arabic(word: str) -> bool:
    return _ARABIC.search(word) is not None


def forms(word: str) -> tuple[str, ...]:
    """The word, and an Arabic one also without leading and, then, by, for, and the article.

    Both, because a first letter may as well belong to the word: a query matches by either.
    """
    if not is_arabic(word):
        return (word,)
    bare = _PREFIX.sub("", word, count=1)
    return (word,) if bare == word else (word, bare)


def trim(stem: str) -> str:
    """An Arabic stem without the weak letters that endings leave behind."""
    return stem.rstrip(_WEAK) if len(stem.rstrip(_WEAK)) > 2 else stem
