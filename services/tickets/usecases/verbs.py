"""What staff ask for by name: assign, wait, resolve, reopen, close, escalate."""

from typing import Any, Literal
from uuid import UUID

from services.tickets.domain.lifecycle import (
    LIVE,
    TERMINAL,
    customer_was_answered,
    legal_now,
    may_reopen,
)
from services.tickets.domain.reopening import inside_window
from services.tickets.domain.words import Action
from services.tickets.problems import IllegalMove, ReplyRequired
from services.tickets.store.rows import Row
from services.tickets.usecases import fielding, reporting_back, tagging
from services.tickets.usecases.directory import assignee
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin, ended, require_reopening, write
from services.tickets.usecases.replying import reopen as bring_back
from services.tickets.usecases.reporting_back import Said, said_to
from services.tickets.usecases.sight import staff_only, viewer_of
from services.tickets.usecases.solving import solve
from shared.events.ticket import (
    TicketAssigned,
    TicketClosed,
    TicketEscalationRequested,
    TicketWaitStarted,
)
from shared.kit.callers import Caller
from shared.kit.tx import Tx
from shared.vocabulary import Status

Answered = tuple[Row, Life]
For = Literal["customer", "third_party"]
_WAITS: dict[For, Action] = {
    "customer": Action.WAIT_FOR_CUSTOMER,
    "third_party": Action.WAIT_FOR_THIRD_PARTY,
}


async def assign(
    tx: Tx,
    caller: Caller,
    ticket_id: UUID,
    wanted: UUID | Literal["me"] | None,
) -> Answered:
    """Another assignee, or none; never changes the status."""
    viewer = staff_only(caller)
    assignee_id = await assignee(tx.context, caller, wanted)
    life = await begin(tx, caller, ticket_id, viewer)
    hand(life, assignee_id)
    return await life.save(), life


def hand(life: Life, assignee_id: UUID | None) -> None:
    """By a person's wish, while the ticket is one of its own."""
    if life.ticket.status in TERMINAL:
        raise IllegalMove(life.ticket.status, legal_now(life.ticket, life.at))
    give(life, assignee_id, "manual")


def give(
    life: Life,
    assignee_id: UUID | None,
    cause: Literal["manual", "escalation"],
    rule: str | None = None,
) -> None:
    """Assign once; what already is so is no news. `rule`: no person did, but this rule."""
    previous = life.ticket.assignee_id
    if previous == assignee_id:
        return
    life.change(assignee_id=assignee_id)
    told = rule or cause
    if told == "manual":
        life.acted()
    life.state(
        TicketAssigned(
            **life.base,
            assignee_id=assignee_id,
            previous_id=previous,
            actor_id=life.actor.id,
            cause=cause,
            rule=rule,
        )
    )
    data = {"assignee_id": _text(assignee_id), "previous_id": _text(previous)}
    life.note("assigned", data | ({} if told == "manual" else {"cause": told}))


def _text(person_id: UUID | None) -> str | None:
    return str(person_id) if person_id else None


async def wait(
    tx: Tx,
    caller: Caller,
    ticket_id: UUID,
    waited_for: For,
    *,
    message: str | None,
    reason: str | None,
) -> Answered:
    """Wait for somebody outside; the customer must have been written to first (sla.md 5.6)."""
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    action = _WAITS[waited_for]
    starts = life.moves(action) or (message is not None and life.moves(Action.RESPOND))
    if not starts:
        raise IllegalMove(life.ticket.status, legal_now(life.ticket, life.at))
    message_id = await write(life, message) if message is not None else None
    pause(life, waited_for, message_id, reason)
    return await life.save(), life


def pause(life: Life, waited_for: For, message_id: UUID | None, reason: str | None) -> None:
    """Wait from now on; `message_id` is what was just written to the customer."""
    if not life.moves(_WAITS[waited_for]):
        life.refuse()
    life.acted()
    if waited_for == "customer" and message_id is None and not customer_was_answered(life.ticket):
        raise ReplyRequired(legal=[str(verb) for verb in legal_now(life.ticket, life.at)])
    life.move(_WAITS[waited_for], reason=reason)
    fact = TicketWaitStarted(
        **life.base, waiting_for=waited_for, actor_id=life.actor.id, message_id=message_id
    )
    life.state(fact)


async def resolve(
    tx: Tx,
    caller: Caller,
    ticket_id: UUID,
    message: Said,
    *,
    tell_reports: bool = False,
    custom: dict[str, Any] | None = None,
) -> Answered:
    """Solved; the message goes into the resolution mail, and the window to answer it begins.

    `tell_reports`: what this incident was reported by is solved with the same words. `custom` is
    written first, so that a field which a solution requires needs no call of its own.
    """
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    if not life.moves(Action.RESOLVE):
        raise IllegalMove(life.ticket.status, legal_now(life.ticket, life.at))
    if tell_reports:
        reporting_back.require_reports(life)
    if custom and fielding.put(life, custom):
        tagging.state_edited(life, ["custom"], None)
    solve(life, await _last_word(life, said_to(message, life.ticket.locale)))
    if tell_reports:
        await reporting_back.begin(life, message)
    return await life.save(), life


async def _last_word(life: Life, message: str | None) -> UUID | None:
    """Written before the resolution is stated: one mail carries both.

    Part of the resolving: how often mails may still reopen the ticket today stays counted.
    """
    if message is None:
        return None
    counted = life.ticket.mail_reopens
    message_id = await write(life, message)
    if counted:
        life.change(mail_reopens=counted)
    return message_id


async def reopen(tx: Tx, caller: Caller, ticket_id: UUID, reason: str | None) -> Answered:
    """Staff while it is resolved; customers, and what is closed, inside the window (R14)."""
    viewer = viewer_of(caller)
    life = await begin(tx, caller, ticket_id, viewer)
    in_time = inside_window(life.ticket, life.at)
    if not may_reopen(life.ticket.status, in_window=in_time):
        raise IllegalMove(life.ticket.status, _legal(life, staff=viewer.staff))
    if not viewer.staff and not in_time:
        raise ended(life.ticket)
    await require_reopening(life)
    bring_back(life, "staff" if viewer.staff else "portal", reason=reason)
    return await life.save(), life


async def close(tx: Tx, caller: Caller, ticket_id: UUID, reason: str | None) -> Answered:
    """By hand, from any state but merged and spam."""
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    end(life, reason)
    return await life.save(), life


def end(life: Life, reason: str | None) -> None:
    """Closed by a person; a resolution no longer waits for its timer."""
    if life.ticket.status is Status.RESOLVED:
        life.disarm_closing()
    shut(life, "staff", reason)


def shut(life: Life, cause: Literal["timer", "staff"], reason: str | None = None) -> None:
    """Classified as closed (R15)."""
    life.move(Action.CLOSE, reason=reason)
    life.change(closed_at=life.at)
    life.state(TicketClosed(**life.base, actor_id=life.actor.id, cause=cause))
    life.note("closed", {"cause": cause})


async def escalate(
    tx: Tx, caller: Caller, ticket_id: UUID, reason: str, level: int | None
) -> Answered:
    """Ask for the ladder to climb now; the escalation service answers by raising a level."""
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    if life.ticket.status not in LIVE:
        raise IllegalMove(life.ticket.status, legal_now(life.ticket, life.at))
    fact = TicketEscalationRequested(**life.base, actor_id=life.actor.id, level=level)
    life.state(fact)
    life.note("escalation_requested", {"level": level}, reason=reason, public=False)
    return await life.save(), life


def _legal(life: Life, *, staff: bool) -> list[Any]:
    return list(legal_now(life.ticket, life.at)) if staff else []
