"""Colleagues who want to hear of a ticket."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from services.tickets.domain.words import Ticket
from shared.kit.tx import Tx


async def add(tx: Tx, ticket: Ticket, people: Sequence[UUID]) -> list[UUID]:
    """Those of them who did not watch already."""
    rows = await tx.rows(
        """insert into tickets.follower (ticket_id, person_id, organization_id, added_at)
        select :ticket, one, :organization, :now from unnest(cast(:people as uuid[])) one
        on conflict do nothing returning person_id""",
        {
            "ticket": ticket.id,
            "organization": ticket.organization_id,
            "now": tx.now,
            "people": list(people),
        },
    )
    return [row["person_id"] for row in rows]


async def drop(tx: Tx, ticket_id: UUID, people: Sequence[UUID]) -> list[UUID]:
    """Those of them who watched until now."""
    rows = await tx.rows(
        """delete from tickets.follower where ticket_id = :ticket
        and person_id = any(cast(:people as uuid[])) returning person_id""",
        {"ticket": ticket_id, "people": list(people)},
    )
    return [row["person_id"] for row in rows]


async def of_ticket(tx: Tx, ticket_id: UUID) -> list[RowMapping]:
    """Who watches, and since when."""
    return await tx.rows(
        """select person_id, added_at from tickets.follower where ticket_id = :ticket
        order by added_at, person_id""",
        {"ticket": ticket_id},
    )


async def with_rights(tx: Tx, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    """Who watches, with all that decides whether they see what they watch."""
    return await tx.rows(
        """select f.ticket_id, f.person_id, p.roles, p.department_ids, p.disabled,
            t.organization_id, t.requester_id, t.department_id, t.assignee_id,
            t.watching_department_ids
        from tickets.follower f join tickets.ticket t on t.id = f.ticket_id
        left join tickets.person p on p.id = f.person_id
        where f.ticket_id = any(:ids) order by f.added_at, f.person_id""",
        {"ids": list(ticket_ids)},
    )
