"""A ticket's life as stretches: from an opening or reopening to the resolution or closing after.

A fold over what the timeline holds; where that is silent (tickets of an older version), the
ticket's own row decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from services.tickets.domain.lifecycle import LIVE, TERMINAL
from shared.vocabulary import Status

Ending = Literal["resolved", "closed", "merged", "spam"]
_ENDINGS: Final[dict[Status, Ending]] = {
    Status.RESOLVED: "resolved",
    Status.CLOSED: "closed",
    Status.MERGED: "merged",
    Status.SPAM: "spam",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """The status changed."""

    at: datetime
    source: Status
    target: Status
    by: UUID | None = None
    """Who of the desk did it."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Another agent, or none."""

    at: datetime
    assignee_id: UUID | None


@dataclass(frozen=True, slots=True)
class Rehoused:
    """Another department; `source` is None where an older version did not note it."""

    at: datetime
    source: UUID | None
    target: UUID


Change = Moved | Assigned | Rehoused


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a ticket is."""

    department_id: UUID
    assignee_id: UUID | None


@dataclass(frozen=True, slots=True)
class Life:
    """The ticket as it is now."""

    opened_at: datetime
    status: Status
    holder: Holder
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """One part of a life; it belongs to whoever held the ticket when it ended."""

    cycle: int
    began_at: datetime
    holder: Holder
    ended_at: datetime | None = None
    ended_by: Ending | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None


def stretches(life: Life, changes: Sequence[Change]) -> list[Stretch]:
    """All parts, oldest first; `changes` in the order in which they were written down."""
    holder = _first_holder(life, changes)
    found = [Stretch(0, life.opened_at, holder)]
    for change in changes:
        holder = _hands(holder, change)
        found[-1:] = _after(found[-1], change, holder)
    found[-1] = _settled(found[-1], life)
    return found


def _hands(holder: Holder, change: Change) -> Holder:
    match change:
        case Assigned():
            return replace(holder, assignee_id=change.assignee_id)
        case Rehoused():
            return replace(holder, department_id=change.target)
        case Moved():
            return holder


def _after(last: Stretch, change: Change, holder: Holder) -> list[Stretch]:
    return _moved(last, change, holder) if isinstance(change, Moved) else [_held(last, holder)]


def _held(last: Stretch, holder: Holder) -> Stretch:
    """What has ended stays with whoever held it then."""
    return last if last.ended_at is not None else replace(last, holder=holder)


def _moved(last: Stretch, change: Moved, holder: Holder) -> list[Stretch]:
    at = max(change.at, last.began_at)
    if change.target in LIVE:
        return _alive(last, change, at, holder)
    ended = _ended(last, _ENDINGS[change.target], at)
    if change.target is Status.RESOLVED:
        return [replace(_credited(ended, change), resolved_at=ended.resolved_at or at)]
    if change.target is Status.CLOSED:
        return [replace(ended, closed_at=ended.closed_at or at)]
    return [ended]


def _credited(ended: Stretch, change: Moved) -> Stretch:
    """What nobody held is theirs who solved it."""
    if ended.holder.assignee_id is not None or ended.ended_by != "resolved":
        return ended
    return replace(ended, holder=replace(ended.holder, assignee_id=change.by))


def _alive(last: Stretch, change: Moved, at: datetime, holder: Holder) -> list[Stretch]:
    """Reopened is a stretch of its own; a merge or a verdict taken back never ended one.

    It is whose the ticket is now, even if that changed while nothing was alive.
    """
    if change.source in LIVE:
        return [last]
    if change.source in TERMINAL and last.ended_by in {"merged", "spam"}:
        return [replace(last, ended_at=None, ended_by=None, holder=holder)]
    began = max(at, last.ended_at or at)
    return [last, Stretch(last.cycle + 1, began, holder)]


def _ended(last: Stretch, ending: Ending, at: datetime) -> Stretch:
    return last if last.ended_at is not None else replace(last, ended_at=at, ended_by=ending)


def _settled(last: Stretch, life: Life) -> Stretch:
    """What the row says of the last stretch, where the timeline does not."""
    if life.status in LIVE:
        return replace(last, ended_at=None, ended_by=None, holder=life.holder)
    if last.ended_at is not None:
        return last
    ends = life.resolved_at or life.closed_at or life.updated_at or last.began_at
    resolved = life.resolved_at is not None
    return replace(
        last,
        ended_at=max(ends, last.began_at),
        ended_by="resolved" if resolved else _ENDINGS[life.status],
        resolved_at=life.resolved_at,
        closed_at=life.closed_at,
    )


def _first_holder(life: Life, changes: Iterable[Change]) -> Holder:
    """Who held it before the first change that was noted; nobody is assigned unnoticed."""
    department, assignee = life.holder.department_id, life.holder.assignee_id
    moves = [change for change in changes if isinstance(change, Rehoused)]
    if moves and moves[0].source is not None:
        department = moves[0].source
    if any(isinstance(change, Assigned) for change in changes):
        assignee = None
    return Holder(department, assignee)
