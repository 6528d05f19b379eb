"""Rows of tickets as escalation sees them, and who of the callers may see which."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.escalation.domain.holds import Clock
from services.escalation.tables import Ticket as TicketRow
from shared.kit.callers import Caller, Seat
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Metric, Priority, Role, Status

_TICKET = table(TicketRow)
_KEPT = {"ticket_id", "clocks", "watching_department_ids"}
_OPENED = insert(_TICKET)
_PUT = _OPENED.on_conflict_do_update(
    index_elements=["ticket_id"],
    set_={c.name: c for c in _OPENED.excluded if c.name not in _KEPT},
)
_LOCK = """
    select ticket_id, organization_id, department_id, assignee_id, priority, status,
        clocks::text as clocks
    from escalation.ticket where ticket_id = :ticket_id for update"""
_SEES_ALL = frozenset({Role.SENIOR_MANAGEMENT, Role.EXECUTIVE, Role.ADMIN, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where a ticket belongs and whether it still waits."""

    id: UUID
    organization_id: UUID
    department_id: UUID
    assignee_id: UUID | None
    priority: Priority
    status: Status
    clocks: dict[Metric, Clock]


def put_ticket(tx: Tx, values: dict[str, Any]) -> None:
    """The ticket as its first fact tells it; a row made by an early breach is completed."""
    tx.write(_PUT, {**values, "clocks": {}}, values["ticket_id"])


async def hold_ticket(tx: Tx, early: dict[str, Any]) -> Ticket:
    """The ticket, locked; where a breach overtook its opening, as the breach tells it."""
    known = await lock_ticket(tx, early["ticket_id"])
    if known is None:
        statement = insert(_TICKET).values({**early, "clocks": {}, "version": 0})
        await tx.execute(statement.on_conflict_do_nothing())
        known = await lock_ticket(tx, early["ticket_id"])
    assert known is not None
    return known


async def change_ticket(tx: Tx, ticket_id: UUID, column: str, value: Any, version: int) -> None:
    """One projected column; the name comes from our own code."""
    await tx.execute(
        f"update escalation.ticket set {column} = :value, version = :version"
        " where ticket_id = :ticket_id",
        {"ticket_id": ticket_id, "value": value, "version": version},
    )


async def put_clocks(tx: Tx, ticket_id: UUID, clocks: dict[str, dict[str, Any]]) -> None:
    """The last word of sla on each metric, merged over what was known."""
    statement = _TICKET.update().where(_TICKET.c.ticket_id == ticket_id)
    merged = _TICKET.c.clocks.op("||")(clocks)
    await tx.execute(statement.values(clocks=merged))


async def lock_ticket(tx: Tx, ticket_id: UUID) -> Ticket | None:
    """The ticket, locked: ladders of one ticket are climbed one transaction at a time."""
    row = await tx.row(_LOCK, {"ticket_id": ticket_id})
    return _ticket(row) if row else None


def _ticket(row: RowMapping) -> Ticket:
    return Ticket(
        row["ticket_id"],
        row["organization_id"],
        row["department_id"],
        row["assignee_id"],
        Priority(row["priority"]),
        Status(row["status"]),
        {Metric(name): _clock(value) for name, value in orjson.loads(row["clocks"]).items()},
    )


def _clock(value: dict[str, Any]) -> Clock:
    met = value.get("met_at")
    return Clock(value["state"], datetime.fromisoformat(met) if met else None)


_OURS: Final = "t.organization_id = :mine and not t.unconfirmed"
"""A request of the form is no customer's before somebody has confirmed it."""


def visible(caller: Caller) -> tuple[str, dict[str, Any]]:
    """The condition on `t` (escalation.ticket) that the caller's rights amount to."""
    who = {"me": caller.id, "mine": caller.organization_id, "deps": list(caller.department_ids)}
    if caller.kind == "client":
        bound = caller.organization_id is not None
        return (_OURS if bound else "true"), who
    if caller.seat is Seat.CUSTOMER:
        if caller.plays(Role.CUSTOMER_ADMIN):
            return _OURS, who
        return f"{_OURS} and t.requester_id = :me", who
    if not _SEES_ALL.isdisjoint(caller.roles):
        return "true", who
    theirs = "t.department_id = any(:deps) or t.watching_department_ids && :deps"
    return f"({theirs} or t.assignee_id = :me)", who


async def may_see(tx: Tx, caller: Caller, ticket_id: UUID) -> bool:
    condition, params = visible(caller)
    found = await tx.scalar(
        f"select true from escalation.ticket t where t.ticket_id = :ticket_id and {condition}",
        {**params, "ticket_id": ticket_id},
    )
    return bool(found)
