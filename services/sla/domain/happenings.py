"""What happened to a ticket, in the one order that every reader of it agrees on.

Facts may arrive late, twice or in any order; the answer must not depend on that. The instant
at which a thing happened decides, then the place that the ticket itself gave it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

from services.sla.domain.words import Kind
from shared.worktime import Micros

_LAST_WORD: Final = frozenset({Kind.STATUS, Kind.PRIORITY})
"""Kinds of which each replaces the one before it, in the ticket's own order."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened; `value` is the status, priority or terms that it brought.

    `ordinal` is the ticket's own count of it, `part` what sla itself did upon that step; an
    imagined happening has neither and keeps its place in the list.
    """

    at: Micros
    kind: Kind
    value: str = ""
    status: str = ""
    public: bool = True
    ref: str | None = None
    ordinal: int = 0
    part: int = 0


def in_order(happenings: Iterable[Happening]) -> list[Happening]:
    """By instant; ties by the ticket's own count, then as they came. Each counted one once."""
    return sorted(_settled(list(happenings)), key=attrgetter("at"))


def _settled(happenings: list[Happening]) -> Iterator[Happening]:
    """A status never takes effect before the one that it replaced.

    A mail that was received before the ticket began to wait, but handled after, opens the ticket
    again: the ticket says so in its next step, stamped with the mail's receipt. Ordered by the
    stamp alone that step would come first, and the ticket would seem to wait for ever.
    """
    counted = {(one.ordinal, one.part): one for one in reversed(happenings) if one.ordinal}
    yield from (one for one in happenings if not one.ordinal)
    latest: dict[Kind, Micros] = {}
    for _, one in sorted(counted.items()):
        if one.kind in _LAST_WORD:
            at = latest[one.kind] = max(one.at, latest.get(one.kind, one.at))
            yield one if at == one.at else replace(one, at=at)
        else:
            yield one
