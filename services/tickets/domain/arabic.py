"""Light stems of folded Arabic words: what clings in front and behind is taken off.

No roots and no broken plurals: those join words that mean different things. What has been added
to the first stems only adds forms, so that an older index still answers (`terms.RULES`).
"""

import re
from collections.abc import Iterator
from typing import Final

_ARTICLE: Final = re.compile("^(?:[وف]?(?:بال|كال|لل|ال))(?=.{3})")
_CLITIC: Final = re.compile("^(?:[وف][بلكس]|[وفبلكس])(?=.{3})")
_PRONOUNS: Final = (
    *("كما", "هما", "تها", "تهم", "تكم", "تنا", "تك", "ته", "تي"),
    *("ها", "هم", "هن", "كم", "نا"),
)
_NUMBERS: Final = ("تين", "تان", "يات", "ات", "ون", "ين", "ان", "يه", "وا")
_WEAK: Final = ("ه", "ي", "ا")
_SHORTEST: Final = 3
_VERB: Final = re.compile("^(?:.{2,}[^اوي]|..ي|ا.{3,}ي)ت$")
"""تعطلت, وصلت, بقيت, اشتريت: never after ا or و, which are plurals and roots (نبات, بنات, بيروت),
and seldom after ي (كبريت, تثبيت)."""
_VERB_LIKE_ARTICLE: Final = re.compile("^الت.+[^اوي]ت$")
"""التزمت, التحقت; whatever else begins like this is a noun with its article."""
_NOUNS: Final = frozenset(("ملفت", "ثابت"))
"""Their ت belongs to them, and without it they would be other words (ملف, ثاب)."""
_SEAT: Final = re.compile("(?<=.)[يو]و(?=.)")
"""مسئول and مسؤول, شئون and شؤون: before و the hamza sits on either letter."""
_LOST: Final = "مسول", "مسوول"
"""مسؤل is مسؤول as many write it; said as a word, as the letters alone would make شون of شؤون."""
_CARRIER: Final = re.compile("(?<=..)ا[يو]$")
"""عملائنا and عملاؤنا are عملاء: before a pronoun the last hamza sits on either letter."""
_OWN: Final = ("ه", "ي", "ك")


def forms(word: str) -> tuple[str, ...]:
    """The stems that stand for a word: a first or last letter may belong to it or cling to it.

    All are kept, so that a query matches by any.
    """
    bare = without_article(word)
    return standing((bare, word) if bare != word else (word, _CLITIC.sub("", word, count=1)), word)


def without_article(word: str) -> str:
    """طابعه of الطابعه, بالطابعه and وللطابعه."""
    return _ARTICLE.sub("", word, count=1)


def standing(first: tuple[str, ...], word: str) -> tuple[str, ...]:
    """The stems of a word of which `first` is left when what clings in front is off."""
    yours = tuple(one[:-1] for one in first if one.endswith("ك") and len(one) > _SHORTEST + 1)
    plain = (shorten(one) for one in (*first, *yours))
    return tuple(dict.fromkeys((*plain, *_verbs(word, first), *_hamzas(first))))


def _verbs(word: str, first: tuple[str, ...]) -> Iterator[str]:
    """تعطل of تعطلت: the ت of a verb in the past clings."""
    if first[0] != word:
        first = (word,) if _VERB_LIKE_ARTICLE.match(word) else ()
    for one in first if word[:1] in "وف" else first[:1]:
        if _VERB.match(one) and one not in _NOUNS:
            yield one[:-1]
            if one != "انتهت":  # not أنت
                yield shorten(one[:-1])


def _hamzas(first: tuple[str, ...]) -> Iterator[str]:
    """The same words with their hamza on another letter."""
    if _SEAT.search(first[0]):
        yield shorten(_SEAT.sub(lambda found: "وو" if found[0] == "يو" else "يو", first[0]))
    for one in dict.fromkeys(first):
        if one.startswith(_LOST[0]):
            yield shorten(one.replace(*_LOST, 1))
        owned = _without(one, _PRONOUNS)
        owned = owned if owned != one else _without(one, _OWN)
        if owned != one and _CARRIER.search(owned):
            yield shorten(owned[:-1])
        if shorten(one) == "شيي":  # شيئا
            yield "شي"


def shorten(word: str) -> str:
    """Pronouns, then endings of number, then the weak letter that is left."""
    owned = _without(word, _PRONOUNS)
    stem = _without(owned, _NUMBERS)
    stem = _without(stem, _WEAK)
    # مشكلتي, فاتورتنا: the ta marbuta of the bare word shows before a pronoun.
    return stem[:-1] if stem.endswith("ت") and stem != word and len(stem) > _SHORTEST else stem


def _without(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word.removesuffix(ending)
    return word
