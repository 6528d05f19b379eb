"""Light stems of folded Arabic words: what clings in front and behind is taken off.

No roots and no broken plurals: those join words that mean different things.
"""

import re
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


def forms(word: str) -> tuple[str, ...]:
    """The stems that stand for a word: a first or last letter may belong to it or cling to it.

    Both are kept, so that a query matches by either.
    """
    bare = _ARTICLE.sub("", word, count=1)
    first = (bare, word) if bare != word else (word, _CLITIC.sub("", word, count=1))
    yours = tuple(one[:-1] for one in first if one.endswith("ك") and len(one) > _SHORTEST + 1)
    return tuple(dict.fromkeys(_shorten(one) for one in (*first, *yours)))


def _shorten(word: str) -> str:
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
