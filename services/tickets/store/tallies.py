"""What changed is noted with the change; stretches are written from what was noted."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CTE, BindParameter, RowMapping, Uuid, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from services.tickets.tables import Stretch, Ticket, Untallied
from shared.kit.ids import uuid7
from shared.kit.tables import table
from shared.kit.tx import Tx

STRETCH = table(Stretch)
TICKET = table(Ticket)
UNTALLIED = table(Untallied)
_ALONE: Final = "select pg_advisory_xact_lock(hashtext('tickets.tally'))"
"""One hand writes stretches at a time: a second one could write what is old already."""
_ONCE: Final = frozenset({"ticket_id", "cycle", "resolve_counted"})


def untallied(
    ticket_id: UUID | BindParameter[Any], note_id: BindParameter[Any] | None = None
) -> CTE:
    """Goes into the statement that changes a ticket: its stretches must be read anew."""
    noted = select(
        literal(uuid7(), Uuid) if note_id is None else note_id,
        TICKET.c.id,
        TICKET.c.organization_id,
    ).where(TICKET.c.id == ticket_id)
    names = ["id", "ticket_id", "organization_id"]
    return insert(UNTALLIED).from_select(names, noted).cte("noted")


async def claim(tx: Tx, limit: int) -> tuple[list[UUID], bool]:
    """Tickets that were noted longest ago, and whether there may be more."""
    await tx.execute(_ALONE)
    rows = await tx.rows(
        """delete from tickets.untallied where id = any(array(select id from tickets.untallied
            order by id limit :limit)) returning ticket_id""",
        {"limit": limit},
    )
    return sorted({row["ticket_id"] for row in rows}), len(rows) == limit


async def waiting(tx: Tx) -> bool:
    """Whether anything was noted that no stretch shows."""
    return bool(await tx.scalar("select exists (select from tickets.untallied)"))


async def materials(tx: Tx, ids: Sequence[UUID]) -> list[RowMapping]:
    """Tickets with what their messages add up to; spam, which customers count, as they know it."""
    return await tx.rows(
        """select t.id, t.organization_id, t.department_id, t.assignee_id, t.priority, t.channel,
            t.tags, t.status, t.created_at, t.updated_at, t.resolved_at, t.closed_at,
            (told.sla -> 'first_response' ->> 'counted_seconds')::int as answer_counted,
            (told.sla -> 'resolution' ->> 'counted_seconds')::int as resolve_counted,
            m.messages, m.answered_at
        from tickets.ticket t
        cross join lateral (select coalesce(t.sla -> 'outside', t.sla) as sla) told
        cross join lateral (
            select count(*) filter (where m.public and not m.automatic) as messages,
                min(m.created_at) filter (where m.author_kind = 'staff' and m.public
                    and m.direction = 'outbound' and not m.automatic
                    and m.created_at >= t.created_at) as answered_at
            from tickets.message m where m.ticket_id = t.id) m
        where t.id = any(:ids)""",
        {"ids": list(ids)},
    )


async def changes(tx: Tx, ids: Sequence[UUID]) -> list[RowMapping]:
    """What the timelines hold of moves and hands, in the order in which it was written."""
    return await tx.rows(
        """select ticket_id, at, kind, data, actor_id, actor_kind from tickets.timeline
        where ticket_id = any(:ids) and kind in ('status_changed', 'assigned', 'department_changed')
        order by ticket_id, id""",
        {"ids": list(ids)},
    )


async def scores(tx: Tx, ids: Sequence[UUID]) -> dict[tuple[UUID, int], int]:
    rows = await tx.rows(
        "select ticket_id, reopen_count, score from tickets.feedback where ticket_id = any(:ids)",
        {"ids": list(ids)},
    )
    return {(row["ticket_id"], row["reopen_count"]): row["score"] for row in rows}


async def put(tx: Tx, ids: Sequence[UUID], rows: Sequence[dict[str, Any]]) -> None:
    """The stretches of these tickets, all anew; counted time that is not told again stays."""
    await tx.execute(
        "delete from tickets.stretch s where ticket_id = any(:ids) and not exists (select from"
        " unnest(cast(:tickets as uuid[]), cast(:cycles as int[])) k (ticket_id, cycle)"
        " where k.ticket_id = s.ticket_id and k.cycle = s.cycle)",
        {
            "ids": list(ids),
            "tickets": [row["ticket_id"] for row in rows],
            "cycles": [row["cycle"] for row in rows],
        },
    )
    wish = insert(STRETCH)
    anew: dict[str, Any] = {
        column.name: wish.excluded[column.name] for column in STRETCH.c if column.name not in _ONCE
    }
    anew["resolve_counted"] = func.coalesce(
        wish.excluded["resolve_counted"], STRETCH.c.resolve_counted
    )
    statement = wish.on_conflict_do_update(index_elements=["ticket_id", "cycle"], set_=anew)
    if rows:
        await tx.execute(statement, list(rows))
