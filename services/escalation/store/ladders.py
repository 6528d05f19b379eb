"""Rows of ladders and of the escalations on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping

from services.escalation.domain.ladder import Ladder, Rung, Wait
from services.escalation.domain.words import Standing
from services.escalation.store.tickets import visible
from shared.kit.callers import Caller
from shared.kit.tx import Tx
from shared.vocabulary import Metric, Priority, Role

_LADDERS = """
    select ticket_id, metric, cycle, rungs::text as rungs, reached, standing, waits_for, broken_at
    from escalation.ladder where ticket_id = :ticket_id order by metric, cycle"""
_PUT_LADDER = """
    insert into escalation.ladder (ticket_id, metric, cycle, organization_id, rungs, policy_id,
        policy_version, reached, standing, waits_for, broken_at, created_at)
    values (:ticket_id, :metric, :cycle, :organization_id, cast(:rungs as jsonb), :policy_id,
        :policy_version, :reached, :standing, :waits_for, :broken_at, :created_at)
    on conflict (ticket_id, metric, cycle) do update set reached = excluded.reached,
        standing = excluded.standing, waits_for = excluded.waits_for,
        broken_at = excluded.broken_at"""
_ADD_ESCALATION = """
    insert into escalation.escalation (id, ticket_id, organization_id, metric, cycle, level,
        to_role, action, user_ids, assign_to, cause, state, reason, raised_at)
    values (:id, :ticket_id, :organization_id, :metric, :cycle, :level, :to_role, :action,
        :user_ids, :assign_to, :cause, :state, :reason, :raised_at)"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A ladder with what the rule does not ask for: whose it is and which rung it waits for."""

    ticket_id: UUID
    ladder: Ladder
    waits_for: int | None
    broken_at: datetime | None


async def ladders(tx: Tx, ticket_id: UUID) -> list[Kept]:
    """All ladders of a ticket; the ticket's row is locked already."""
    rows = await tx.rows(_LADDERS, {"ticket_id": ticket_id})
    return [_kept(row) for row in rows]


def _kept(row: RowMapping) -> Kept:
    ladder = Ladder(
        Metric(row["metric"]),
        row["cycle"],
        tuple(rung(one) for one in orjson.loads(row["rungs"])),
        row["reached"],
        Standing(row["standing"]),
    )
    return Kept(row["ticket_id"], ladder, row["waits_for"], row["broken_at"])


def rung(value: dict[str, Any]) -> Rung:
    """A rung from its JSON form (also that of the setting)."""
    priorities = value.get("priorities")
    return Rung(
        value["level"],
        Role(value["to"]),
        tuple(value["action"]),
        Wait(value.get("seconds"), value.get("business_days")),
        tuple(Priority(one) for one in priorities) if priorities is not None else None,
    )


def _rung_json(one: Rung) -> dict[str, Any]:
    return {
        "level": one.level,
        "to": one.to.value,
        "action": list(one.action),
        "seconds": one.after.seconds,
        "business_days": one.after.business_days,
        "priorities": [str(p) for p in one.priorities] if one.priorities is not None else None,
    }


def put_ladder(
    tx: Tx, kept: Kept, organization_id: UUID, policy: tuple[UUID, int] | None = None
) -> None:
    """A new ladder, or the moving parts of a known one."""
    ladder = kept.ladder
    policy_id, policy_version = policy or (None, None)
    row = {
        "ticket_id": kept.ticket_id,
        "metric": ladder.metric.value,
        "cycle": ladder.cycle,
        "organization_id": organization_id,
        "rungs": orjson.dumps([_rung_json(one) for one in ladder.rungs]).decode(),
        "policy_id": policy_id,
        "policy_version": policy_version,
        "reached": ladder.reached,
        "standing": ladder.standing.value,
        "waits_for": kept.waits_for,
        "broken_at": kept.broken_at,
        "created_at": tx.now,
    }
    tx.write(_PUT_LADDER, row, kept.ticket_id)


def put_escalations(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Each (ticket, metric, cycle, level) exactly once: a second one breaks the transaction."""
    for row in rows:
        tx.write(_ADD_ESCALATION, row, row["ticket_id"])


async def escalations(tx: Tx, ticket_id: UUID) -> list[RowMapping]:
    return await tx.rows(
        "select * from escalation.escalation where ticket_id = :ticket_id order by id",
        {"ticket_id": ticket_id},
    )


async def lock_escalation(tx: Tx, caller: Caller, escalation_id: UUID) -> RowMapping | None:
    """The escalation when the caller may see its ticket."""
    condition, params = visible(caller)
    return await tx.row(
        "select e.* from escalation.escalation e join escalation.ticket t using (ticket_id)"
        f" where e.id = :escalation_id and {condition} for update of e",
        {**params, "escalation_id": escalation_id},
    )


async def acknowledge(tx: Tx, escalation_id: UUID, by: UUID) -> RowMapping:
    row = await tx.row(
        "update escalation.escalation set state = 'acknowledged', acknowledged_at = :now,"
        " acknowledged_by = :by where id = :id returning *",
        {"id": escalation_id, "by": by, "now": tx.now},
    )
    assert row is not None
    return row
