"""Links between tickets: one row each, seen from both of its ends."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from services.tickets.domain.bonds import Bond, Kind
from services.tickets.domain.rights import Viewer
from services.tickets.store.visibility import visible
from shared.kit.tx import Tx

_FAMILY: Final = 0x73616E61645F6661
"""The lock of the family tree: without it two halves of a circle could be tied at once."""


async def add(tx: Tx, bond: Bond, organization_id: UUID) -> bool:
    """Remember a link; whether it is new."""
    result = await tx.execute(
        """insert into tickets.link
            (ticket_id, other_id, kind, organization_id, actor_id, created_at)
        values (:ticket, :other, :kind, :organization, :actor, :now) on conflict do nothing""",
        {
            "ticket": bond.ticket_id,
            "other": bond.other_id,
            "kind": bond.kind,
            "organization": organization_id,
            "actor": tx.caller.id,
            "now": tx.now,
        },
    )
    return bool(result.rowcount)


async def drop(tx: Tx, ends: tuple[UUID, UUID], bond: Bond | None) -> list[Bond]:
    """Untie two tickets: one link between them, or all."""
    rows = await tx.rows(
        """delete from tickets.link where
            ((ticket_id = :one and other_id = :two) or (ticket_id = :two and other_id = :one))
            and (cast(:kind as text) is null
                or (kind = :kind and ticket_id = cast(:first as uuid)))
        returning ticket_id, other_id, kind""",
        {
            "one": ends[0],
            "two": ends[1],
            "kind": bond.kind if bond else None,
            "first": bond.ticket_id if bond else None,
        },
    )
    return [_bond(row) for row in rows]


async def count_reports(tx: Tx, ticket_ids: Iterable[UUID]) -> None:
    """How many reports each incident has, kept beside it: few tickets are one."""
    await tx.execute(
        """update tickets.ticket t set reports = n.reports from (
            select one as id, (select count(*) from tickets.link l
                where l.other_id = one and l.kind = 'incident') as reports
            from unnest(cast(:ids as uuid[])) one order by one) n
        where t.id = n.id and t.reports <> n.reports""",
        {"ids": list(ticket_ids)},
    )


async def hold(tx: Tx, ticket_ids: Iterable[UUID]) -> None:
    """Before any of these tickets is touched: nobody else ties or merges until the end.

    Then the tickets, in the order of their ids, with the incidents that they report: their counts
    change as well, and whoever took them later would wait for somebody who waits for us.
    """
    await tx.execute("select pg_advisory_xact_lock(:key)", {"key": _FAMILY})
    await tx.rows(
        """select t.id from tickets.ticket t where t.id = any(:ids) or t.id = any(array(
            select l.other_id from tickets.link l
            where l.ticket_id = any(:ids) and l.kind = 'incident'))
        order by t.id for no key update""",
        {"ids": list(ticket_ids)},
    )


async def reaches(tx: Tx, start: UUID, kind: Kind, end: UUID) -> bool:
    """Whether following one kind of link from `start` leads to `end`."""
    found = await tx.scalar(
        """with recursive up (id) as (
            select other_id from tickets.link where ticket_id = :start and kind = :kind
            union select l.other_id from tickets.link l join up on l.ticket_id = up.id
                where l.kind = :kind
        ) select true from up where id = :end""",
        {"start": start, "kind": kind, "end": end},
    )
    return bool(found)


async def of_ticket(tx: Tx, ticket_id: UUID) -> list[Bond]:
    """Every link of a ticket, from either end."""
    rows = await tx.rows(
        """select ticket_id, other_id, kind from tickets.link where ticket_id = :ticket
        union all select ticket_id, other_id, kind from tickets.link where other_id = :ticket""",
        {"ticket": ticket_id},
    )
    return [_bond(row) for row in rows]


_PAGE: Final = """
    select l.*, t.id, t.number, t.organization_id as owner_id, t.subject, t.status, t.priority
    from (select kind, true as outward, other_id as far_id, actor_id, created_at
            from tickets.link where ticket_id = :ticket
        union all select kind, false, ticket_id, actor_id, created_at
            from tickets.link where other_id = :ticket
        union all select 'follow_up_of', true, follow_up_of, requester_id, created_at
            from tickets.ticket where id = :ticket and follow_up_of is not null
        union all select 'follow_up_of', false, id, requester_id, created_at
            from tickets.ticket where follow_up_of = :ticket) l
    join tickets.ticket t on t.id = l.far_id
    where {visible} {kind} {place} order by l.created_at, t.id, l.kind limit :limit"""


async def page(
    tx: Tx,
    viewer: Viewer,
    ticket_id: UUID,
    wanted: tuple[Kind, bool | None] | None,
    span: tuple[tuple[datetime, UUID, str] | None, int],
) -> list[RowMapping]:
    """Links whose other end the viewer may see, oldest first, one more than the limit if any.

    `wanted` names a kind and the end to see it from; None for that end is both.
    """
    condition, params = visible(viewer)
    after, limit = span
    kind, place = "" if viewer.staff else "and l.kind <> 'possibly_related'", ""
    known: dict[str, Any] = {"ticket": ticket_id, "limit": limit + 1, **params}
    if wanted is not None:
        kind += " and l.kind = :kind and (cast(:outward as bool) is null or l.outward = :outward)"
        known |= {"kind": wanted[0], "outward": wanted[1]}
    if after is not None:
        place = "and (l.created_at, t.id, l.kind) > (:after_at, :after_id, :after_kind)"
        known |= {"after_at": after[0], "after_id": after[1], "after_kind": after[2]}
    return await tx.only(_PAGE.format(visible=condition, kind=kind, place=place), known)


def _bond(row: RowMapping) -> Bond:
    return Bond(row["ticket_id"], row["other_id"], Kind(row["kind"]))
