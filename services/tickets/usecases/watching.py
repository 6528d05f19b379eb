"""Departments that look on beside the owner: a mail named them too (mail.md 6.6).

They see and may do what the owner's staff may; promises, ladders and mail stay the owner's.
"""

from collections.abc import Iterable
from uuid import UUID

from services.tickets.usecases.life import Life
from shared.events.ticket import TicketWatched


def watch(life: Life, department_ids: Iterable[UUID]) -> None:
    """These look on from now on; the owner needs no second look, and twice is no news."""
    ticket = life.ticket
    known = {ticket.department_id, *ticket.watching_department_ids}
    fresh = [one for one in dict.fromkeys(department_ids) if one not in known]
    for department_id in fresh:
        life.note("department_watching", {"department_id": str(department_id)}, public=False)
    if fresh:
        _state(life, (*ticket.watching_department_ids, *fresh))


def unwatch(life: Life, department_ids: Iterable[UUID]) -> None:
    """These look on no more."""
    gone = set(department_ids)
    left = tuple(one for one in life.ticket.watching_department_ids if one not in gone)
    if left != life.ticket.watching_department_ids:
        _state(life, left)


def owned(life: Life) -> None:
    """The owner has changed; whoever owns the ticket only looks on no more."""
    ticket = life.ticket
    left = tuple(one for one in ticket.watching_department_ids if one != ticket.department_id)
    if left != ticket.watching_department_ids:
        _state(life, left)


def _state(life: Life, department_ids: tuple[UUID, ...]) -> None:
    life.change(watching_department_ids=department_ids)
    life.state(TicketWatched(**life.base, watching_department_ids=department_ids))
