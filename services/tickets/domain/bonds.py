"""How two tickets belong together: each kind of link has two ends, and a name from either.

One row stands for both: it is kept in the direction that `Kind` names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID


class Kind(StrEnum):
    """What the other ticket is to this one, as it is kept."""

    RELATED = "related"
    POSSIBLY_RELATED = "possibly_related"
    """A guess of ours for agents, from what a mail says."""
    PARENT = "parent"
    DUPLICATE_OF = "duplicate_of"
    INCIDENT = "incident"
    FOLLOW_UP_OF = "follow_up_of"
    """Said by the ticket itself when it is opened: never tied, never cut."""


class Side(StrEnum):
    """What the other ticket is to this one, from either end: the words of the API."""

    RELATED = "related"
    POSSIBLY_RELATED = "possibly_related"
    PARENT = "parent"
    CHILD = "child"
    DUPLICATE_OF = "duplicate_of"
    HAS_DUPLICATE = "has_duplicate"
    INCIDENT = "incident"
    REPORT = "report"
    FOLLOW_UP_OF = "follow_up_of"
    FOLLOWED_UP_BY = "followed_up_by"


_FAR: Final[Mapping[Kind, Side]] = {
    Kind.RELATED: Side.RELATED,
    Kind.POSSIBLY_RELATED: Side.POSSIBLY_RELATED,
    Kind.PARENT: Side.CHILD,
    Kind.DUPLICATE_OF: Side.HAS_DUPLICATE,
    Kind.INCIDENT: Side.REPORT,
    Kind.FOLLOW_UP_OF: Side.FOLLOWED_UP_BY,
}
_KEPT_AS: Final[Mapping[Side, tuple[Kind, bool]]] = {
    **{Side(kind.value): (kind, True) for kind in Kind},
    **{side: (kind, False) for kind, side in _FAR.items() if side.value != kind.value},
}
EVEN: Final = frozenset({Kind.RELATED, Kind.POSSIBLY_RELATED})
"""Kinds that say the same from both ends."""
ONE_WAY: Final = frozenset(Kind) - EVEN
"""Kinds that must not lead back to where they began."""


@dataclass(frozen=True, slots=True)
class Bond:
    """A link as it is kept: the other ticket is the `kind` of this one."""

    ticket_id: UUID
    other_id: UUID
    kind: Kind

    def between(self, ticket_id: UUID) -> UUID:
        """The end that is not `ticket_id`."""
        return self.other_id if ticket_id == self.ticket_id else self.ticket_id

    def moved(self, old: UUID, new: UUID) -> "Bond":
        """The same with another ticket at one end."""
        ends = [new if one == old else one for one in (self.ticket_id, self.other_id)]
        if self.kind in EVEN:
            ends.sort()
        return replace(self, ticket_id=ends[0], other_id=ends[1])


def bond(ticket_id: UUID, other_id: UUID, side: Side) -> Bond:
    """`other_id` is the `side` of `ticket_id`; two that are related have no order."""
    kind, outward = _KEPT_AS[side]
    ends = (ticket_id, other_id) if outward else (other_id, ticket_id)
    if kind in EVEN:
        ends = (min(ends), max(ends))
    return Bond(*ends, kind)


def seen_from(kind: Kind, *, outward: bool) -> Side:
    """What the far ticket is called, seen from the near one."""
    return Side(kind.value) if outward else _FAR[kind]


def side_of(one: Bond, ticket_id: UUID) -> Side:
    """What the other end of a link is to `ticket_id`."""
    return seen_from(one.kind, outward=one.ticket_id == ticket_id)


def kept_as(side: Side) -> tuple[Kind, bool | None]:
    """How a side is kept, and from which end it is seen; None: from both."""
    kind, outward = _KEPT_AS[side]
    return kind, None if kind in EVEN else outward
