"""Which reports of a solved incident are still to be told, and what became of the others."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.words import Ticket
from services.tickets.store import seals
from services.tickets.store.rows import Row
from shared.kit.crypto import Box
from shared.kit.ids import uuid7
from shared.kit.tx import Tx
from shared.vocabulary import Status

Report = tuple[UUID, UUID]
"""The telling and the ticket."""


async def begin(tx: Tx, box: Box, incident: Ticket, what: tuple[UUID | None, str | None]) -> UUID:
    """What is to be said, and in whose name."""
    telling_id = uuid7()
    await tx.execute(
        """insert into tickets.telling (id, incident_id, organization_id, actor_id, reopen_count,
            message, created_at)
        values (:id, :incident, :organization, :actor, :count, :message, :now)""",
        {
            "id": telling_id,
            "incident": incident.id,
            "organization": incident.organization_id,
            "actor": what[0],
            "count": incident.reopen_count,
            "message": seals.seal(box, seals.BODY, telling_id, what[1]),
            "now": tx.now,
        },
    )
    return telling_id


async def enlist(tx: Tx, telling_id: UUID, incident_id: UUID, statuses: Iterable[Status]) -> int:
    """The reports that live now; how many."""
    done = await tx.execute(
        """insert into tickets.telling_report (telling_id, report_id, state, next_at)
        select :telling, t.id, 'pending', :now from tickets.link l
        join tickets.ticket t on t.id = l.ticket_id
        where l.other_id = :incident and l.kind = 'incident' and t.status = any(:statuses)""",
        {
            "telling": telling_id,
            "incident": incident_id,
            "statuses": [one.value for one in statuses],
            "now": tx.now,
        },
    )
    return int(done.rowcount)


async def due(tx: Tx, limit: int) -> list[Report]:
    rows = await tx.rows(
        """select telling_id, report_id from tickets.telling_report
        where state = 'pending' and next_at <= :now order by next_at, report_id limit :limit""",
        {"now": tx.now, "limit": limit},
    )
    return [(row["telling_id"], row["report_id"]) for row in rows]


_ONE: Final = "telling_id = :telling and report_id = :report and state = 'pending'"


async def claim(tx: Tx, one: Report) -> Row | None:
    """Hold a report that nobody else is telling, with what is to be said."""
    return await tx.row(
        f"""select t.*, r.report_id from tickets.telling_report r
        join tickets.telling t on t.id = r.telling_id
        where {_ONE} for no key update of r skip locked""",
        _key(one),
    )


async def mark(tx: Tx, one: Report, state: str) -> None:
    await tx.execute(
        f"update tickets.telling_report set state = :state, told_at = :now where {_ONE}",
        {**_key(one), "state": state, "now": tx.now},
    )


async def failed(tx: Tx, one: Report, again: tuple[datetime, int]) -> None:
    """Tried once more at an instant, until it was tried often enough."""
    await tx.execute(
        f"""update tickets.telling_report set attempts = attempts + 1, next_at = :at,
            state = case when attempts + 1 >= :most then 'failed' else 'pending' end
        where {_ONE}""",
        {**_key(one), "at": again[0], "most": again[1]},
    )


async def progress(tx: Tx, incident_id: UUID) -> dict[str, Any]:
    """How far the newest telling is; before any, how many reports there are to tell."""
    row = await tx.row(
        """select count(*) as total, count(*) filter (where state = 'told') as told,
            count(*) filter (where state = 'failed') as failed,
            count(*) filter (where state = 'passed') as passed,
            count(*) filter (where state = 'pending') as pending
        from tickets.telling_report where telling_id = (select id from tickets.telling
            where incident_id = :incident order by created_at desc, id desc limit 1)""",
        {"incident": incident_id},
    )
    assert row is not None
    if row["total"]:
        return dict(row)
    total = await tx.scalar(
        "select reports from tickets.ticket where id = :incident", {"incident": incident_id}
    )
    return {"total": total, "told": 0, "failed": 0, "passed": 0, "pending": 0}


def _key(one: Report) -> dict[str, Any]:
    return {"telling": one[0], "report": one[1]}
