"""Mails that came back: the exact delivery, a dead address, and whom it concerns (mail.md 10)."""

from typing import Any
from uuid import UUID

from services.notify.domain.bounces import is_dead
from services.notify.domain.words import Silence, State
from services.notify.store import deliveries, projection
from services.notify.usecases.announcing import Telling, note, suppressed
from shared.events.mail import MailBounced
from shared.events.notify import NotifyBounced
from shared.kit.tx import Tx


async def mark_bounced(tx: Tx, cause_id: UUID, fact: MailBounced) -> None:
    """Stated once; a report of mere delay ends nothing and marks nobody."""
    row = await deliveries.delivery(tx, fact.delivery_id) if fact.delivery_id else None
    if row is None or row["state"] == State.BOUNCED:
        return
    dead = is_dead(fact.status, permanent=fact.permanent)
    if fact.permanent:
        deliveries.close(tx, row["id"], State.BOUNCED, fact.status or "permanent")
        await _alert(tx, cause_id, row, fact)
    if dead:
        await projection.mark_bounced(tx, row["recipient_id"])
        await _stop_waiting(tx, row["recipient_id"])
    message_id = row["facts"].get("message_id")
    bounced = NotifyBounced(
        delivery_id=row["id"],
        kind=row["kind"],
        ticket_id=row["ticket_id"],
        at=tx.now,
        message_id=UUID(message_id) if message_id else None,
        permanent=fact.permanent,
        address_dead=dead,
    )
    tx.emit(bounced)


async def _stop_waiting(tx: Tx, recipient_id: UUID) -> None:
    """Nothing is acknowledged any more at an address that does not exist."""
    for row in await deliveries.silence_waiting(tx, recipient_id, Silence.BOUNCED):
        suppressed(tx, row["id"], row["kind"], row["ticket_id"], Silence.BOUNCED)


async def _alert(tx: Tx, cause_id: UUID, row: Any, fact: MailBounced) -> None:
    """The assignee learns that the customer does not hear us."""
    ticket = await projection.ticket(tx, row["ticket_id"]) if row["ticket_id"] else None
    if ticket is None or ticket["assignee_id"] in {None, row["recipient_id"]}:
        return
    facts: dict[str, Any] = {"status": fact.status, "delivery_id": str(row["id"])}
    people = [ticket["assignee_id"]]
    telling = Telling(
        kind=row["kind"],
        cause_id=cause_id,
        organization_id=row["organization_id"],
        recipients=people,
        ticket_id=row["ticket_id"],
        facts=facts,
    )
    note(tx, "bounced", telling)
