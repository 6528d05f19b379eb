"""Messages: written sealed, read in pages by arrival."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy import insert as insert_into

from services.tickets.domain.opening import Writing
from services.tickets.domain.words import Ticket
from services.tickets.store import files, seals
from services.tickets.tables import Message
from shared.kit.crypto import Box
from shared.kit.ids import uuid7
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Direction

MESSAGE = table(Message)
_ADD = insert_into(MESSAGE)


def add(tx: Tx, box: Box, ticket: Ticket, writing: Writing, direction: Direction) -> UUID:
    """Write one message; its files follow (store/files.py)."""
    message_id = uuid7()
    values = {
        "id": message_id,
        "ticket_id": ticket.id,
        "organization_id": ticket.organization_id,
        "direction": direction,
        "public": writing.public,
        "author_id": writing.author_id,
        "author_kind": writing.author_kind,
        "channel": writing.channel,
        "automatic": writing.automatic,
        "created_at": writing.at,
        "body_text": box.seal(seals.BODY, message_id, writing.text),
        "body_html": seals.seal(box, seals.HTML, message_id, writing.html),
        "visible_text": seals.seal(box, seals.VISIBLE, message_id, writing.visible),
        "mail_id": writing.mail_id,
        "mail": seals.seal_json(box, seals.MAIL, message_id, writing.mail_headers),
        "indexed": False,
    }
    tx.write(_ADD, values, ticket.id)
    return message_id


async def page(
    tx: Tx, ticket_id: UUID, *, internal: bool, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[RowMapping], list[RowMapping]]:
    """Messages of a visible ticket, oldest first, one more than `limit` if any; and their files."""
    condition = "" if internal else "and m.public"
    place = "and (m.created_at, m.id) > (:after_at, :after_id)" if after else ""
    params: dict[str, Any] = {"ticket": ticket_id, "limit": limit + 1}
    if after:
        params |= {"after_at": after[0], "after_id": after[1]}
    rows = await tx.only(
        f"""select m.*, exists (select from tickets.attachment a where a.message_id = m.id) as filed
        from tickets.message m where m.ticket_id = :ticket {condition} {place}
        order by m.created_at, m.id limit :limit""",
        params,
    )
    return rows, await files.of_messages(tx, [row["id"] for row in rows if row["filed"]])


async def of_ticket(tx: Tx, ticket_id: UUID, message_id: UUID) -> RowMapping | None:
    return await tx.row(
        "select m.* from tickets.message m where m.ticket_id = :ticket and m.id = :id",
        {"ticket": ticket_id, "id": message_id},
    )


async def of_mail(tx: Tx, mail_id: UUID) -> RowMapping | None:
    """The message that a mail became, when it already did."""
    return await tx.row(
        "select id, ticket_id from tickets.message where mail_id = :mail", {"mail": mail_id}
    )


async def of_mails(tx: Tx, mail_ids: Collection[UUID]) -> set[UUID]:
    """Those of the mails that became messages already."""
    rows = await tx.only(
        "select mail_id from tickets.message where mail_id = any(cast(:mails as uuid[]))",
        {"mails": list(mail_ids)},
    )
    return {row["mail_id"] for row in rows}


async def mark_bounced(tx: Tx, ticket_id: UUID, message_id: UUID, at: datetime) -> None:
    """A mail that carried this message came back."""
    await tx.execute(
        "update tickets.message set bounced_at = coalesce(bounced_at, :at)"
        " where id = :message and ticket_id = :ticket",
        {"message": message_id, "ticket": ticket_id, "at": at},
    )


async def with_mail(tx: Tx, ticket_id: UUID) -> list[RowMapping]:
    """Messages that came by mail, oldest first, for the thread of an outgoing mail."""
    return await tx.rows(
        "select id, mail from tickets.message where ticket_id = :ticket and mail is not null"
        " order by created_at, id",
        {"ticket": ticket_id},
    )


async def ids_of(tx: Tx, ticket_id: UUID) -> tuple[UUID, ...]:
    rows = await tx.rows(
        "select id from tickets.message where ticket_id = :ticket order by created_at, id",
        {"ticket": ticket_id},
    )
    return tuple(row["id"] for row in rows)


async def move(
    tx: Tx, message_ids: Sequence[UUID], sources: Sequence[UUID], target: UUID
) -> tuple[UUID, ...]:
    """Give messages of some tickets, with their files, to another one; those that moved."""
    values = {"ids": list(message_ids), "sources": list(sources), "target": target}
    rows = await tx.rows(
        """update tickets.message set ticket_id = :target
        where id = any(:ids) and ticket_id = any(:sources) returning id""",
        values,
    )
    moved = tuple(row["id"] for row in rows)
    await tx.execute(
        "update tickets.attachment set ticket_id = :target where message_id = any(:ids)",
        {"ids": list(moved), "target": target},
    )
    return moved


async def last_words(tx: Tx, ticket_id: UUID) -> dict[str, datetime | None]:
    """When staff and the customer last spoke, as the messages themselves say."""
    row = await tx.row(
        """select max(created_at) filter (where author_kind = 'staff') as staff,
            max(created_at) filter (where author_kind = 'customer') as customer
        from tickets.message where ticket_id = :ticket and public and not automatic""",
        {"ticket": ticket_id},
    )
    assert row is not None
    return {
        "last_staff_message_at": row["staff"],
        "last_customer_message_at": row["customer"],
    }
