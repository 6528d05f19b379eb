"""Which department a reader means: by a name, a word of a name, or how a word begins."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.tickets.domain import arabic, terms
from services.tickets.domain.folding import is_arabic

MOST_CHOICES: Final = 12
_GENERAL: Final = frozenset(("department", "dept", "the", "of", "and", "قسم", "اداره", "و"))
"""Words that tell no department from another."""


@dataclass(frozen=True, slots=True)
class Named:
    """A department by both its names."""

    id: UUID
    ar: str
    en: str


def meant(text: str, places: Sequence[Named]) -> list[Named]:
    """Those that fit best: by the whole name, else by whole words, else by beginnings."""
    wanted = _words(text)
    if not wanted:
        return []
    tests: tuple[Callable[[list[str]], bool], ...] = (
        lambda words: words == wanted,
        lambda words: all(one in words for one in wanted),
        lambda words: all(any(word.startswith(one) for word in words) for one in wanted),
        lambda words: all(any(_akin(one, word) for word in words) for one in wanted),
    )
    for fits in tests:
        found = [one for one in places if fits(_words(one.ar)) or fits(_words(one.en))]
        if found:
            return found
    return [one for one in places if _called(one, wanted)]


def _called(place: Named, wanted: list[str]) -> bool:
    """By words that tell no department from another: `department:Department`."""
    if not _GENERAL.issuperset(wanted):
        return False
    names = (terms.sequence(place.ar), terms.sequence(place.en))
    return any(set(map(_bare, name)).issuperset(wanted) for name in names)


def choices(found: Iterable[Named]) -> list[Named]:
    """In the order of their names."""
    return sorted(found, key=lambda one: (one.en.casefold(), one.id))


def _words(text: str) -> list[str]:
    """The telling words of a name, Arabic ones without their article."""
    words = [_bare(one) for one in terms.sequence(text)]
    return [one for one in words if one not in _GENERAL] or words


def _bare(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def _akin(one: str, other: str) -> bool:
    """The same Arabic word in another form: نظام is not, أنظمتنا is أنظمة."""
    both = is_arabic(one) and is_arabic(other)
    return both and not set(arabic.forms(one)).isdisjoint(arabic.forms(other))
