"""Relevance: a rare word weighs more than a common one, and where it stands counts.

The score of a ticket is the sum over the words of rarity (idf) times the weight of the best field.
Tickets with equal places share a class, so a million are ranked by joining bits, not one by one.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from services.tickets.domain.matching import Found, Has
from services.tickets.domain.postings import Field, numbers

_STRONG: Final = frozenset({Field.SUBJECT, Field.TAG, Field.PEOPLE, Field.HIDDEN_PEOPLE})
_WEAK: Final = frozenset({Field.QUOTED})
_LEVELS: Final = (_STRONG, frozenset(Field) - _STRONG - _WEAK, _WEAK)
WEIGHTS: Final = (3.0, 1.5, 0.5, 0.0)
"""Subject, tags and people; what was written; what was only quoted; nowhere."""
MOST_WEIGHED: Final = 4
"""Words whose places are told apart: the rarest ones decide."""

Class = tuple[int, ...]
"""For each weighed word its level: a place in `WEIGHTS`."""
Ranks = dict[Class, dict[int, int]]
"""The bits of each class, by slice."""


def rarity(count: int, all_tickets: int) -> float:
    return round(math.log(1 + all_tickets / max(count, 1)), 3)


def weighed(rarities: Sequence[float]) -> list[int]:
    """Which of the words decide, rarest first."""
    order = sorted(range(len(rarities)), key=lambda index: (-rarities[index], index))
    return order[:MOST_WEIGHED]


def classes(bits: int, words: Sequence[Has], piece: int, found: Found) -> dict[Class, int]:
    """The tickets of a slice, parted by where each word stands in them."""
    parted: dict[Class, int] = {(): bits}
    for word in words:
        levels = [Has(word.tokens, word.fields & fields).bits(piece, found) for fields in _LEVELS]
        parted = dict(_part(parted, levels))
    return parted


def _part(parted: Mapping[Class, int], levels: Sequence[int]) -> Iterator[tuple[Class, int]]:
    for known, rest in parted.items():
        left = rest
        for level, bits in enumerate(levels):
            if here := left & bits:
                yield (*known, level), here
                left &= ~bits
        if left:
            yield (*known, len(levels)), left


def ranked(
    ranks: Ranks, rarities: Sequence[float], after: tuple[Class, int] | None
) -> Iterator[tuple[Class, int]]:
    """Class and number of each ticket, best first and newest first within a class."""

    def place(one: Class) -> tuple[float, Class]:
        pairs = zip(rarities, one, strict=True)
        return -round(sum(idf * WEIGHTS[level] for idf, level in pairs), 6), one

    for kind in sorted(ranks, key=place):
        if after is not None and place(kind) < place(after[0]):
            continue
        limit = after[1] if after is not None and kind == after[0] else None
        for piece in sorted(ranks[kind], reverse=True):
            for number in numbers(piece, ranks[kind][piece]):
                if limit is None or number < limit:
                    yield kind, number
