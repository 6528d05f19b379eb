"""Saved views: questions for the list that somebody named, for themselves or for others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.listing import Filters, SlaState, Sort
from services.tickets.domain.rights import Reach, Viewer
from shared.vocabulary import Channel, Priority, Role, Status

MOST_VIEWS: Final = 50
"""So many of one person, of one department, or for all."""
COUNTED: Final = 1_000
"""A queue that is longer is told as "more"."""

_SHARERS: Final = frozenset({Role.MANAGER, Role.ADMIN})


class Sharing(StrEnum):
    """For whom a view is."""

    PRIVATE = "private"
    DEPARTMENT = "department"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Holding:
    """Whose a view is; one that came with the house has no owner."""

    shared: Sharing
    owner_id: UUID | None
    department_id: UUID | None = None


def may_see(viewer: Viewer, view: Holding) -> bool:
    """The rule that the store's filter says in SQL."""
    if view.shared is Sharing.ALL or view.owner_id == viewer.id:
        return True
    if view.shared is Sharing.PRIVATE:
        return False
    return viewer.reach is Reach.ALL or view.department_id in viewer.department_ids


def may_share(viewer: Viewer, roles: frozenset[str], view: Holding) -> bool:
    """Managers share with everybody and with their own departments, administrators with any."""
    if view.shared is Sharing.PRIVATE:
        return True
    if _SHARERS.isdisjoint(roles):
        return False
    return (
        Role.ADMIN in roles
        or view.shared is Sharing.ALL
        or view.department_id in viewer.department_ids
    )


def may_change(viewer: Viewer, roles: frozenset[str], view: Holding) -> bool:
    """One's own; what is shared also by those who could have shared it.

    What came with the house and what is for everybody is the administrators' when it is not theirs.
    """
    if view.owner_id == viewer.id:
        return may_share(viewer, roles, view)
    if Role.ADMIN in roles:
        return view.shared is not Sharing.PRIVATE
    return view.shared is Sharing.DEPARTMENT and may_share(viewer, roles, view)


_READERS: Final[Mapping[str, Any]] = {
    "status": lambda values: tuple(map(Status, values)),
    "priority": lambda values: tuple(map(Priority, values)),
    "channel": lambda values: tuple(map(Channel, values)),
    "tag": tuple,
    "department_id": lambda value: value if value == "mine" else UUID(value),
    "assignee_id": lambda value: value if value in {"me", "none"} else UUID(value),
    "organization_id": UUID,
    "requester_id": UUID,
    "sla_state": SlaState,
    "custom": lambda values: tuple(pairs(values)),
    **dict.fromkeys(
        ("waiting_since", "created_from", "created_to", "updated_from", "updated_to", "due_before"),
        datetime.fromisoformat,
    ),
}
_KNOWN: Final = {field.name for field in fields(Filters)}


def pairs(custom: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """One pair for each value of a field, in an order of their own."""
    for key, texts in sorted(custom.items()):
        for text in texts if isinstance(texts, list) else [texts]:
            yield key, text


def recalled(kept: Mapping[str, Any]) -> Filters | None:
    """Filters as they were saved; None when they ask for something that is no more."""
    if not _KNOWN.issuperset(kept):
        return None
    try:
        return Filters(**{name: _read(name, value) for name, value in kept.items()})
    except (ValueError, TypeError, AttributeError):
        return None


def _read(name: str, value: Any) -> Any:
    reader = _READERS.get(name)
    return value if reader is None else reader(value)


def order_of(kept: str) -> Sort:
    """The order that was saved; newest first when it is no more."""
    try:
        return Sort(kept)
    except ValueError:
        return Sort.CREATED
