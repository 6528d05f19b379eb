"""Many days at once, so that far deadlines and long spans are counted in few steps."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from shared.worktime.instants import Micros

BLOCK: Final = 32
"""Days in a block."""

Span = tuple[Micros, Micros]


class Block(NamedTuple):
    """The sum of a block's spans, where its first begins and its last ends (0 without any)."""

    total: int
    first: int
    last: int


_SHUT: Final = Block(0, 0, 0)


def summed(spans: Iterable[Span]) -> Block:
    """Spans in order, as one block."""
    found = tuple(spans)
    if not found:
        return _SHUT
    return Block(sum(end - start for start, end in found), found[0][0], found[-1][1])
