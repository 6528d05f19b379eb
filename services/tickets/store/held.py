"""Mails that wait for a person's word before they may speak on a ticket."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from shared.kit.tx import Tx

_COUNT = """update tickets.ticket t set held_mails =
    (select count(*) from tickets.held_mail h where h.ticket_id = t.id) where t.id = :ticket"""


async def add(tx: Tx, mail_id: UUID, ticket: tuple[UUID, UUID], **known: Any) -> bool:
    """Remember a mail that names `ticket` = (ticket, organization); whether it is new."""
    ticket_id, organization_id = ticket
    added = await tx.row(
        """insert into tickets.held_mail
            (mail_id, ticket_id, organization_id, reasons, sender_auth, held_at)
        values (:mail, :ticket, :organization, :reasons, :sender_auth, :held_at)
        on conflict do nothing returning mail_id""",
        {"mail": mail_id, "ticket": ticket_id, "organization": organization_id, **known},
    )
    if added is not None:
        await tx.execute(_COUNT, {"ticket": ticket_id})
    return added is not None


async def drop(tx: Tx, mail_id: UUID) -> UUID | None:
    """It waits no longer; the ticket that it waited at."""
    ticket_id: UUID | None = await tx.scalar(
        "delete from tickets.held_mail where mail_id = :mail returning ticket_id",
        {"mail": mail_id},
    )
    if ticket_id is not None:
        await tx.execute(_COUNT, {"ticket": ticket_id})
    return ticket_id


async def drop_all(tx: Tx, mail_ids: Collection[UUID]) -> None:
    """The same of many mails."""
    rows = await tx.rows(
        "delete from tickets.held_mail where mail_id = any(cast(:mails as uuid[]))"
        " returning ticket_id",
        {"mails": list(mail_ids)},
    )
    for ticket_id in sorted({row["ticket_id"] for row in rows}):
        await tx.execute(_COUNT, {"ticket": ticket_id})


async def of_ticket(tx: Tx, ticket_id: UUID, most: int) -> Sequence[RowMapping]:
    """What waits at a ticket, oldest first."""
    return await tx.rows(
        """select mail_id, reasons, sender_auth, held_at from tickets.held_mail
        where ticket_id = :ticket order by held_at, mail_id limit :most""",
        {"ticket": ticket_id, "most": most},
    )


async def ids_of(tx: Tx, ticket_id: UUID) -> tuple[UUID, ...]:
    rows = await tx.rows(
        "select mail_id from tickets.held_mail where ticket_id = :ticket", {"ticket": ticket_id}
    )
    return tuple(row["mail_id"] for row in rows)


async def move(tx: Tx, mail_ids: Sequence[UUID], sources: Sequence[UUID], into: UUID) -> None:
    """Whatever waits at some tickets waits at another one from now on."""
    await tx.execute(
        """update tickets.held_mail set ticket_id = :into
        where mail_id = any(:mails) and ticket_id = any(:sources)""",
        {"mails": list(mail_ids), "sources": list(sources), "into": into},
    )
    for one in (*sources, into):
        await tx.execute(_COUNT, {"ticket": one})
