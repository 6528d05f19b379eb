"""The end of a resolution: its window moves once with the mail, its timer closes it (R14, R15)."""

from uuid import UUID

from services.tickets.domain.lifecycle import due_to_close, still_waits
from services.tickets.domain.reopening import moved_window
from services.tickets.store import tickets
from services.tickets.usecases.life import HOUSE, Life
from services.tickets.usecases.solving import solve
from services.tickets.usecases.verbs import shut
from shared.events.notify import NotifySent
from shared.events.sla import SlaPauseOverdue
from shared.events.timer import TimerFired
from shared.kit import timer
from shared.kit.tx import Tx
from shared.vocabulary import Status


async def close_due(tx: Tx, fact: TimerFired) -> None:
    """Close the resolution that the timer was armed for, and no later one."""
    named = _read_key(fact.key)
    if not timer.is_ours(tx, fact) or named is None:
        return
    ticket_id, reopen_count = named
    row = await tickets.lock(tx, ticket_id)
    if row is None:
        return
    # The timer's clock may be a little ahead of ours; a fired timer must not be lost for that.
    now = max(tx.now, fact.fired_at)
    if not due_to_close(tickets.to_ticket(row), reopen_count, now):
        return
    box = await tx.context.vault.box(row["organization_id"])
    life = Life(tx, row, box, HOUSE)
    shut(life, "timer")
    await life.save()


async def move_window(tx: Tx, fact: NotifySent) -> None:
    """The day counts from the resolution mail, once it has left (decisions.md 3)."""
    if fact.kind != "resolution" or fact.ticket_id is None:
        return
    row = await tickets.lock(tx, fact.ticket_id)
    if row is None:
        return
    until = moved_window(tickets.to_ticket(row), fact.reopen_count, fact.at)
    if until is None:
        return
    box = await tx.context.vault.box(row["organization_id"])
    life = Life(tx, row, box, HOUSE)
    life.change(reopen_until=until, reopen_moved=True)
    if life.ticket.status is Status.RESOLVED:
        life.arm_closing()
    await tickets.project(tx, life.ticket.id, {"reopen_until": until, "reopen_moved": True})


async def end_wait(tx: Tx, fact: SlaPauseOverdue) -> None:
    """The customer stays silent: noted for staff, and solved where the policy says so."""
    row = await tickets.lock(tx, fact.ticket_id)
    if row is None or not still_waits(tickets.to_ticket(row), fact.paused_since):
        return
    box = await tx.context.vault.box(row["organization_id"])
    life = Life(tx, row, box, HOUSE)
    life.note("pause_overdue", {"limit": fact.limit}, public=fact.limit == "resolve")
    if fact.limit == "resolve":
        solve(life)
    await life.save()


def _read_key(key: str) -> tuple[UUID, int] | None:
    word, _, rest = key.partition(":")
    ticket, _, count = rest.partition(":")
    if word != "close":
        return None
    try:
        return UUID(ticket), int(count)
    except ValueError:
        return None
