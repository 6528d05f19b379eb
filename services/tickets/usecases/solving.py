"""Solved: whoever says so, the window to answer begins and its end is armed (R14)."""

from uuid import UUID

from services.tickets.domain.reopening import window_end
from services.tickets.domain.words import Action
from services.tickets.usecases.fielding import check_resolvable
from services.tickets.usecases.life import Life
from shared.events.ticket import TicketResolved


def solve(life: Life, message_id: UUID | None = None, *, incident_id: UUID | None = None) -> None:
    """Resolved from this instant; `incident_id` when another ticket's solution is this one's."""
    if not life.moves(Action.RESOLVE):
        life.refuse()
    check_resolvable(life)
    life.move(Action.RESOLVE)
    until = window_end(life.at, life.ticket.reopen_window)
    life.change(resolved_at=life.at, closed_at=None, reopen_until=until, reopen_moved=False)
    life.state(
        TicketResolved(
            **life.base,
            actor_id=life.actor.id,
            message_id=message_id,
            reopen_until=until,
            reopen_count=life.ticket.reopen_count,
            incident_id=incident_id,
        )
    )
    life.arm_closing()
