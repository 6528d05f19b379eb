"""Rows of ladders and of the escalations on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert

from services.escalation.domain.ladder import Ladder, Rung, Wait
from services.escalation.domain.words import Standing
from services.escalation.store.tickets import visible
from services.escalation.tables import Escalation
from services.escalation.tables import Ladder as LadderRow
from shared.kit.callers import Caller
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Metric, Priority, Role

_LADDER = table(LadderRow)
_ESCALATION = table(Escalation)


@dataclass(frozen=True, slots=True)
class Kept:
    """A ladder with what the rule does not ask for: whose it is and which rung it waits for."""

    ticket_id: UUID
    ladder: Ladder
    waits_for: int | None
    broken_at: datetime | None


async def ladders(tx: Tx, ticket_id: UUID) -> list[Kept]:
    """All ladders of a ticket; the ticket's row is locked already."""
    chosen = select(_LADDER).where(_LADDER.c.ticket_id == ticket_id)
    rows = await tx.rows(chosen.order_by(_LADDER.c.metric, _LADDER.c.cycle))
    return [_kept(row) for row in rows]


def _kept(row: RowMapping) -> Kept:
    ladder = Ladder(
        Metric(row["metric"]),
        row["cycle"],
        tuple(rung(one) for one in row["rungs"]),
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


async def put_ladder(tx: Tx, kept: Kept, organization_id: UUID, **more: Any) -> None:
    """A new ladder, or the moving parts of a known one."""
    ladder = kept.ladder
    moving = {
        "reached": ladder.reached,
        "standing": ladder.standing.value,
        "waits_for": kept.waits_for,
        "broken_at": kept.broken_at,
    }
    statement = insert(_LADDER).values(
        ticket_id=kept.ticket_id,
        metric=ladder.metric.value,
        cycle=ladder.cycle,
        organization_id=organization_id,
        rungs=[_rung_json(one) for one in ladder.rungs],
        created_at=tx.now,
        **moving,
        **more,
    )
    key = ["ticket_id", "metric", "cycle"]
    await tx.execute(statement.on_conflict_do_update(index_elements=key, set_=moving))


async def put_escalations(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Each (ticket, metric, cycle, level) exactly once: a second one breaks the transaction."""
    if rows:
        await tx.execute(insert(_ESCALATION).values(rows))


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
