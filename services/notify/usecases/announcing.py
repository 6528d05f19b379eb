"""Who is told what: each fact becomes rows of mails and lines of in-app inboxes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.notify.domain.words import Kind, Silence, State
from services.notify.store import deliveries, notices, projection
from shared.events.base import Event
from shared.events.escalation import EscalationRaised, EscalationSkipped
from shared.events.notify import NotifySuppressed
from shared.events.sla import (
    SlaCalendarUnconfirmed,
    SlaClockStarted,
    SlaPauseOverdue,
    SlaWarning,
)
from shared.events.ticket import (
    TicketAssigned,
    TicketMessageAdded,
    TicketOpened,
    TicketResolved,
)
from shared.kit.ids import uuid7
from shared.kit.tx import Tx
from shared.vocabulary import RESERVED_ORGANIZATION, Metric, Status

MAILS: Final = "mails"
"""Name of the worker that sends mails."""

_HELD: Final = timedelta(seconds=10)
_BEHIND: Final = timedelta(seconds=2)
"""So long the news that a ticket is solved stays behind the last words before it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell: why, to whom, what is known of it (ids, states and times only)."""

    kind: Kind
    cause_id: UUID
    organization_id: UUID
    recipients: Iterable[UUID]
    ticket_id: UUID | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    wait_until: datetime | None = None
    silence: Silence | None = None


def tell(tx: Tx, telling: Telling) -> None:
    """Queue the mails; a silenced one is recorded with its reason and never sent."""
    silent = telling.silence
    rows: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "organization_id": telling.organization_id,
            "kind": telling.kind.value,
            "ticket_id": telling.ticket_id,
            "recipient_id": recipient,
            "cause_id": telling.cause_id,
            "state": State.SUPPRESSED.value if silent else State.PENDING.value,
            "reason": silent.value if silent else None,
            "facts": telling.facts,
            "next_at": None if silent else telling.wait_until or tx.now,
            "created_at": tx.now,
        }
        for recipient in dict.fromkeys(telling.recipients)
    ]
    deliveries.queue(tx, rows)
    if silent and telling.kind is Kind.ACKNOWLEDGEMENT:
        for row in rows:
            suppressed(tx, row["id"], telling.kind, telling.ticket_id, silent)
    tx.wake(MAILS)


def suppressed(
    tx: Tx, delivery_id: UUID, kind: str, ticket_id: UUID | None, reason: Silence
) -> None:
    """State that an acknowledgement stays unsaid, so that its ticket can tell (mail.md 10)."""
    fact = NotifySuppressed(
        delivery_id=delivery_id,
        kind=str(kind),
        ticket_id=ticket_id,
        at=tx.now,
        reason=reason.value,
    )
    tx.emit(fact)


def note(tx: Tx, kind: str, telling: Telling) -> None:
    """The same thing as a line of the in-app inboxes."""
    rows = [
        {
            "id": uuid7(),
            "user_id": recipient,
            "organization_id": telling.organization_id,
            "kind": kind,
            "ticket_id": telling.ticket_id,
            "cause_id": telling.cause_id,
            "facts": telling.facts,
            "created_at": tx.now,
        }
        for recipient in dict.fromkeys(telling.recipients)
    ]
    notices.put_notices(tx, rows)


def acknowledge(tx: Tx, event: Event[TicketOpened], wait: float) -> None:
    """The acknowledgement waits a moment for the promise, then goes without it (decisions 21)."""
    fact = event.data
    silence = None
    if not fact.acknowledge:
        silence = Silence.NOT_WANTED
    elif fact.automatic:
        silence = Silence.AUTOMATIC
    telling = Telling(
        Kind.ACKNOWLEDGEMENT,
        event.id,
        fact.organization_id,
        [fact.requester_id],
        fact.ticket_id,
        {
            "channel": fact.channel.value,
            "message_id": str(fact.message_id),
            **({"confirm": True} if fact.confirm else {}),
            **({"follow_up": True} if fact.follow_up_of else {}),
            **({"split_from": str(fact.split_from)} if fact.split_from else {}),
        },
        wait_until=tx.now + timedelta(seconds=wait),
        silence=silence,
    )
    tell(tx, telling)
    deliveries.hurry(tx, fact.ticket_id)


def learn_promise(tx: Tx, fact: SlaClockStarted) -> None:
    """The due times are known: an acknowledgement that waited for them may go."""
    dues = {clock.metric.value: clock.due_at for clock in fact.clocks if clock.due_at}
    promise = {metric: due.isoformat() for metric, due in dues.items()}
    projection.put_promise(tx, fact.ticket_id, fact.organization_id, promise)
    deliveries.hurry(tx, fact.ticket_id)
    tx.wake(MAILS)


async def mail_reply(tx: Tx, event: Event[TicketMessageAdded], ticket: dict[str, Any]) -> None:
    """A public reply of staff goes to the requester and everybody who takes part.

    When the ticket is solved already the same text may belong to the resolution mail, whose fact
    follows at once: the reply is held until it is clear.
    """
    fact = event.data
    solved = ticket["status"] == Status.RESOLVED
    telling = Telling(
        Kind.REPLY,
        event.id,
        fact.organization_id,
        [one for one in audience(ticket) if one != fact.author_id],
        fact.ticket_id,
        {"message_id": str(fact.message_id)},
        wait_until=tx.now + _HELD if solved else None,
    )
    tell(tx, telling)


async def mail_resolution(tx: Tx, event: Event[TicketResolved], ticket: dict[str, Any]) -> None:
    """The resolution mail carries the message of the person who solved it."""
    fact = event.data
    if fact.message_id is not None:
        await deliveries.withhold_reply(tx, fact.ticket_id, fact.message_id)
    others = await deliveries.release_replies(tx, fact.ticket_id)
    facts = {
        "message_id": str(fact.message_id) if fact.message_id else None,
        "window": (fact.reopen_until - fact.at).total_seconds(),
        "reopen_count": fact.reopen_count,
    }
    people = audience(ticket)
    telling = Telling(
        Kind.RESOLUTION,
        event.id,
        fact.organization_id,
        people,
        fact.ticket_id,
        facts,
        wait_until=tx.now + _BEHIND if others else None,
    )
    tell(tx, telling)


def audience(ticket: dict[str, Any]) -> list[UUID]:
    """Requester and participants; a participant is an id, or an object that has one."""
    others = [one["id"] if isinstance(one, dict) else one for one in ticket["participants"]]
    return [UUID(str(one)) for one in (ticket["requester_id"], *others)]


async def tell_escalation(tx: Tx, event: Event[EscalationRaised]) -> None:
    """The people of the rung learn what is broken."""
    fact = event.data
    facts = {
        "metric": fact.metric.value,
        "level": fact.level,
        "role": fact.to_role.value,
        "cause": fact.cause,
        "due_at": fact.due_at.isoformat() if fact.due_at else None,
        "assign_to": str(fact.assign_to) if fact.assign_to else None,
        "escalation_id": str(fact.escalation_id),
    }
    telling = Telling(
        Kind.ESCALATION, event.id, fact.organization_id, fact.user_ids, fact.ticket_id, facts
    )
    tell(tx, telling)
    note(tx, "escalation", telling)


async def tell_fallback(tx: Tx, event: Event[EscalationSkipped]) -> None:
    """Nobody held the role: the administrators are told."""
    fact = event.data
    if fact.reason != "no_one":
        return
    facts = {"metric": fact.metric.value, "level": fact.level, "role": fact.to_role.value}
    people = await projection.administrators(tx)
    telling = Telling(Kind.FALLBACK, event.id, fact.organization_id, people, fact.ticket_id, facts)
    tell(tx, telling)
    note(tx, "fallback", telling)


async def tell_unconfirmed(tx: Tx, event: Event[SlaCalendarUnconfirmed]) -> None:
    """A holiday is near and nobody has said yes: the administrators are told."""
    fact = event.data
    facts = {
        "item": fact.item,
        "date": fact.first_day.isoformat(),
        "last": fact.last_day.isoformat(),
        "calendar_id": str(fact.calendar_id),
    }
    people = await projection.administrators(tx)
    telling = Telling(Kind.CALENDAR, event.id, RESERVED_ORGANIZATION, people, None, facts)
    tell(tx, telling)
    note(tx, "calendar", telling)


async def tell_assignee(tx: Tx, event: Event[TicketAssigned]) -> None:
    """The new assignee, unless they took it themselves or an escalation mail says so already."""
    fact = event.data
    if fact.assignee_id is None or fact.assignee_id == fact.actor_id:
        return
    telling = Telling(
        Kind.ASSIGNED, event.id, fact.organization_id, [fact.assignee_id], fact.ticket_id
    )
    note(tx, "assigned", telling)
    if fact.cause != "escalation":
        tell(tx, telling)


async def warn_assignee(tx: Tx, event: Event[SlaWarning]) -> None:
    """A promise is in danger: its assignee is told, when it has one."""
    fact = event.data
    facts = {"metric": Metric(fact.metric).value, "due_at": fact.due_at.isoformat()}
    await _remind(tx, event, Kind.WARNING, facts)


async def remind_of_wait(tx: Tx, event: Event[SlaPauseOverdue]) -> None:
    """The customer stays silent: the assignee is told, when it has one.

    A ticket that is resolved for that needs nobody to look at it.
    """
    if event.data.limit == "reminder":
        since = {"since": event.data.paused_since.isoformat()}
        await _remind(tx, event, Kind.PAUSE_OVERDUE, since)


async def _remind(
    tx: Tx, event: Event[SlaWarning] | Event[SlaPauseOverdue], kind: Kind, facts: dict[str, Any]
) -> None:
    fact = event.data
    ticket = await projection.ticket(tx, fact.ticket_id)
    if ticket is None or ticket["assignee_id"] is None:
        return
    people = [ticket["assignee_id"]]
    telling = Telling(kind, event.id, fact.organization_id, people, fact.ticket_id, facts)
    tell(tx, telling)
    note(tx, kind.value, telling)


async def tell_disabled(
    tx: Tx, cause_id: UUID, endpoint: dict[str, Any], reason: str, host: str
) -> None:
    """An endpoint was switched off: its owner and the administrators are told by mail."""
    people = await projection.administrators(tx)
    if await projection.person(tx, endpoint["created_by"]) is not None:
        people = [endpoint["created_by"], *people]
    facts = {"reason": reason, "endpoint_id": str(endpoint["id"]), "host": host}
    organization = endpoint["organization_id"] or RESERVED_ORGANIZATION
    telling = Telling(Kind.WEBHOOK_DISABLED, cause_id, organization, people, None, facts)
    tell(tx, telling)
