"""A ticket that begins with messages of another one."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy import insert as insert_into

from services.tickets.domain.splitting import Beginning, Moved
from services.tickets.domain.words import Ticket
from services.tickets.store import seals
from services.tickets.store.listing import NEVER
from services.tickets.store.tickets import TICKET
from shared.kit.crypto import Box
from shared.kit.ids import uuid7
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind, Channel, Priority, Status


class Wish(Protocol):
    """What of the new ticket is not as in the old one."""

    @property
    def department_id(self) -> UUID | None: ...

    @property
    def priority(self) -> Priority | None: ...


async def named(tx: Tx, ticket_id: UUID, message_ids: Sequence[UUID]) -> list[Moved]:
    """These messages of a ticket, oldest first."""
    rows = await tx.rows(
        """select * from tickets.message where ticket_id = :ticket and id = any(:ids)
        order by created_at, id""",
        {"ticket": ticket_id, "ids": list(message_ids)},
    )
    return [_moved(row) for row in rows]


async def leaves_some(tx: Tx, ticket_id: UUID, message_ids: Sequence[UUID]) -> bool:
    """Whether a public message stays behind."""
    found = await tx.scalar(
        """select true from tickets.message where ticket_id = :ticket and public
        and not id = any(:ids) limit 1""",
        {"ticket": ticket_id, "ids": list(message_ids)},
    )
    return bool(found)


async def add(
    tx: Tx,
    box: Box,
    old: Ticket,
    told: tuple[int, str],
    start: Beginning,
    wish: Wish,
) -> RowMapping:
    """The new ticket's row, of which no fact is stated yet; `told` is its number and subject."""
    ticket_id = uuid7()
    values: dict[str, Any] = {
        "id": ticket_id,
        "number": told[0],
        "organization_id": old.organization_id,
        "requester_id": start.requester_id,
        "department_id": wish.department_id or old.department_id,
        "status": Status.NEW,
        "priority": wish.priority or old.priority,
        "priority_settled": True,
        "channel": start.first.channel,
        "locale": old.locale,
        "subject": box.seal(seals.SUBJECT, ticket_id, told[1]),
        "tags": [],
        "mail_reopens": [],
        "watching_department_ids": [],
        "created_at": start.at,
        "updated_at": tx.now,
        "version": 0,
        "reopen_window_seconds": int(old.reopen_window.total_seconds()),
        "next_due_at": NEVER,
    }
    row = await tx.row(insert_into(TICKET).values(values).returning(*TICKET.c))
    assert row is not None
    return row


def _moved(row: RowMapping) -> Moved:
    return Moved(
        id=row["id"],
        at=row["created_at"],
        author_id=row["author_id"],
        author_kind=AuthorKind(row["author_kind"]),
        channel=Channel(row["channel"]),
        public=row["public"],
        automatic=row["automatic"],
        direction=row["direction"],
        mail_id=row["mail_id"],
    )
