"""Timers that are no more: fired, or disarmed because the promise moved; appended, never changed.

A breach that fired is on the record of broken promises already, so only warnings are kept here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kit.tx import Tx


@dataclass(frozen=True, slots=True)
class Ended:
    """A timer that has said its word."""

    ticket_id: UUID
    organization_id: UUID
    key: str
    kind: str
    due_at: datetime
    generation: int
    ended_at: datetime


_ADD = """
    insert into sla.timer_past
        (ticket_id, organization_id, key, kind, due_at, generation, ended_at, state)
    select *, 'fired' from unnest(cast(:tickets as uuid[]), cast(:organizations as uuid[]),
        cast(:keys as text[]), cast(:kinds as text[]), cast(:dues as timestamptz[]),
        cast(:generations as int[]), cast(:ended as timestamptz[]))
    on conflict (ticket_id, key, ended_at, state) do nothing"""
"""A timer that has fired cannot fire again: that key is unique among the fired (migration 0007)."""


async def add(tx: Tx, rows: Sequence[Ended]) -> None:
    if not rows:
        return
    params: dict[str, Any] = {
        "tickets": [row.ticket_id for row in rows],
        "organizations": [row.organization_id for row in rows],
        "keys": [row.key for row in rows],
        "kinds": [row.kind for row in rows],
        "dues": [row.due_at for row in rows],
        "generations": [row.generation for row in rows],
        "ended": [row.ended_at for row in rows],
    }
    await tx.execute(_ADD, params)


async def of_ticket(tx: Tx, ticket_id: UUID) -> list[dict[str, Any]]:
    """A ticket's past timers, in the order in which they ended."""
    rows = await tx.rows(
        "select key, kind, due_at, generation, state, ended_at, cause, moved_to"
        " from sla.timer_past where ticket_id = :ticket_id order by ended_at, key",
        {"ticket_id": ticket_id},
    )
    return [{str(name): value for name, value in row.items()} for row in rows]
