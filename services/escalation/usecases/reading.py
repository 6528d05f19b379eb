"""Reading a ticket's ladders, acknowledging a rung, and who is on call."""

from typing import Any
from uuid import UUID

from services.escalation.domain.people import Directory
from services.escalation.domain.words import State
from services.escalation.problems import NotRaised
from services.escalation.store import directory as people
from services.escalation.store import ladders as store
from services.escalation.store import tickets
from shared.events.escalation import EscalationAcknowledged
from shared.kit.callers import Caller, Seat
from shared.kit.context import Context
from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.kit.problems import NotFound
from shared.kit.tx import Tx
from shared.vocabulary import Role


async def escalations(tx: Tx, caller: Caller, ticket_id: UUID) -> list[dict[str, Any]]:
    """What happened on the ticket's ladders; a ticket the caller may not see does not exist."""
    await _require_sight(tx.context, caller, ticket_id)
    rows = [dict(row) for row in await store.escalations(tx, ticket_id)]
    return [_outside(row) for row in rows] if caller.seat is Seat.CUSTOMER else rows


async def _require_sight(context: Context, caller: Caller, ticket_id: UUID) -> None:
    """NotFound unless the caller may see the ticket (decisions.md 18, 19).

    No fact says who was put in copy, so a colleague of the requester is looked up at tickets.
    """
    async with context.tx(caller) as look:
        if await tickets.may_see(look, caller, ticket_id):
            return
    in_question = caller.kind == "user" and caller.seat is Seat.CUSTOMER
    if not in_question or caller.id not in await _participants(context, ticket_id):
        raise NotFound


async def _participants(context: Context, ticket_id: UUID) -> list[UUID]:
    try:
        ticket = await context.peers.get("tickets", f"/internal/tickets/{ticket_id}")
    except (PeerRefused, PeerUnavailable):
        return []
    return [UUID(str(one)) for one in ticket.get("participants", ())]


def _outside(row: dict[str, Any]) -> dict[str, Any]:
    """That it climbed, how high and when; whom it reached is the house's own affair."""
    hidden = ("to_role", "assign_to", "acknowledged_by", "reason")
    return {**row, "user_ids": [], "action": [], **dict.fromkeys(hidden)}


async def acknowledge(tx: Tx, caller: Caller, escalation_id: UUID) -> dict[str, Any]:
    """Somebody takes it; taking it twice changes nothing."""
    row = await store.lock_escalation(tx, caller, escalation_id)
    if row is None:
        raise NotFound
    if row["state"] == State.ACKNOWLEDGED:
        return dict(row)
    if row["state"] != State.RAISED:
        raise NotRaised
    fact = EscalationAcknowledged(
        ticket_id=row["ticket_id"],
        organization_id=row["organization_id"],
        escalation_id=escalation_id,
        at=tx.now,
        level=row["level"],
        actor_id=caller.id,
    )
    tx.emit(fact)
    return dict(await store.acknowledge(tx, escalation_id, caller.id))


async def on_call(tx: Tx) -> dict[str, Any]:
    """Who holds each position now."""
    found = await people.directory(tx)
    departments = [
        {
            "department_id": row["id"],
            "name": {"ar": row["name_ar"], "en": row["name_en"]},
            "supervisor": _holders(found, Role.SUPERVISOR, row["id"], tx),
            "manager": _holders(found, Role.MANAGER, row["id"], tx),
        }
        for row in await people.departments(tx)
    ]
    company = UUID(int=0)
    return {
        "at": tx.now,
        "senior_management": _holders(found, Role.SENIOR_MANAGEMENT, company, tx),
        "executive": _holders(found, Role.EXECUTIVE, company, tx),
        "departments": departments,
    }


def _holders(found: Directory, role: Role, department: UUID, tx: Tx) -> list[UUID]:
    return list(found.holders(role, department, None, tx.now))
