"""What customers are told of a ticket that was set aside as spam: that it is closed.

What the desk thinks of a mail is its own business, and who sent rubbish learns nothing of it: the
ticket looks as if somebody had closed it, or its time had run out, at the very same instant.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar, cast

from services.tickets.domain.promises import as_outside
from shared.vocabulary import AuthorKind, Status

R = TypeVar("R", bound=Mapping[Any, Any])

OUTSIDE: Final = "outside"
"""Marks an entry of the timeline that is told to customers only."""
_STATES: Final = ("from_status", "to_status")
_ENDED: Final = frozenset({Status.CLOSED.value, Status.SPAM.value})
_NOBODY: Final[Mapping[str, Any]] = {"actor_id": None, "actor_kind": AuthorKind.SYSTEM.value}


def guise(row: R) -> R:
    """A ticket's row as customers know it; nobody can answer any more what was set aside."""
    if row["status"] != Status.SPAM:
        return row
    ended, until = row["closed_at"] or row["updated_at"], row["reopen_until"]
    shown = {
        **row,
        "status": Status.CLOSED.value,
        "closed_at": ended,
        "reopen_until": until and min(until, ended),
        "sla": as_outside(row["sla"]),
    }
    return cast("R", shown)


def ended_by(before: Status) -> Literal["timer", "staff"] | None:
    """How a ticket seems to have been closed that stood so before it was set aside."""
    match before:
        case Status.CLOSED:
            return None
        case Status.RESOLVED:
            return "timer"
        case _:
            return "staff"


def told_status(status: str, *, staff: bool) -> str:
    return Status.CLOSED.value if status == Status.SPAM and not staff else status


def asked_states(states: tuple[Status, ...], *, staff: bool) -> tuple[Status, ...] | None:
    """The states that a list is narrowed to, as they are kept; None when nothing can be meant."""
    if staff or not states:
        return states
    known = tuple(one for one in states if one is not Status.SPAM)
    return (*known, Status.SPAM) if Status.CLOSED in known else known or None


def told_entry(entry: R, *, staff: bool) -> R | None:
    """An entry of the timeline as its reader is told of it; None for nothing at all."""
    data = entry["data"] or {}
    if staff:
        return None if data.get(OUTSIDE) else entry
    states = [data.get(name) for name in _STATES]
    if Status.SPAM in states and _ENDED.issuperset(states):
        return None
    shown = {key: value for key, value in data.items() if key != OUTSIDE}
    shown |= {name: told_status(data[name], staff=False) for name in _STATES if name in data}
    timed = states == [Status.RESOLVED, Status.SPAM] or (
        OUTSIDE in data and data.get("cause") == "timer"
    )
    return cast("R", {**entry, "data": shown, **(_NOBODY if timed else {})})
