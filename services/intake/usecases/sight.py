"""Whose mails a caller may look at and decide on (decisions.md 19)."""

from typing import Final
from uuid import UUID

from shared.kit.callers import Caller, Seat
from shared.vocabulary import Role

Sight = frozenset[UUID] | None
"""The departments whose mails are seen; None is every mail."""

_DECIDES_ALL: Final = (Role.SENIOR_MANAGEMENT, Role.EXECUTIVE, Role.ADMIN)
_SEES_ALL: Final = (*_DECIDES_ALL, Role.AUDITOR)


def reading(caller: Caller) -> Sight:
    """A mail without a department is the default department's until it is routed."""
    return _sight(caller, _SEES_ALL)


def deciding(caller: Caller) -> Sight:
    """As for reading, but an auditor's wider sight gives no right to act."""
    return _sight(caller, _DECIDES_ALL)


def narrowed(within: Sight, department_id: UUID | None) -> Sight:
    """One department of those that are seen; none when it is not among them."""
    if department_id is None:
        return within
    one = frozenset({department_id})
    return one if within is None else one & within


def _sight(caller: Caller, everywhere: tuple[Role, ...]) -> Sight:
    if caller.seat is Seat.CUSTOMER:
        return frozenset()
    if caller.kind != "user" or caller.plays(*everywhere):
        return None
    return caller.department_ids
