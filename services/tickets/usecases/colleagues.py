"""What other services of ours may ask about a ticket (plan of the internal doors)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.tickets.domain.words import number_text
from services.tickets.store import files as attached
from services.tickets.store import messages, seals, tickets
from services.tickets.store.rows import Row
from services.tickets.usecases import answers, following, vouching
from services.tickets.usecases.enclosing import enclosed
from shared.kit.crypto import Box
from shared.kit.problems import NotFound
from shared.kit.tx import Tx

_PLAIN = (
    *("id", "status", "priority", "organization_id", "requester_id", "assignee_id"),
    *("department_id", "channel", "locale", "created_at", "reopen_until", "reopen_count"),
    *("version", "merged_into", "follow_up_of", "resolved_at"),
)


async def ticket(tx: Tx, ticket_id: UUID) -> dict[str, Any]:
    return await _tell(tx, await tickets.read(tx, ticket_id))


async def ticket_by_number(tx: Tx, number: int) -> dict[str, Any]:
    return await _tell(tx, await tickets.read_by_number(tx, number))


async def batch(tx: Tx, ticket_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Tickets for mails about them, each with the ids of the mails that came in, oldest first."""
    told = []
    heard = await following.hearing(tx, ticket_ids)
    rows = await tickets.read_for_mail(tx, ticket_ids)
    denied = await vouching.denied(tx, rows)
    for row in rows:
        box = await tx.context.vault.box(row["organization_id"])
        pairs = zip(row["mail_ids"], row["mails"], strict=True)
        mails = [_message_id(box, *pair) for pair in pairs]
        told.append(
            _told(row, box, row["people"])
            | {"mail_message_ids": list(filter(None, mails)), "watchers": heard.get(row["id"], [])}
            | {"denied": denied.get(row["id"], [])}
        )
    return told


async def message(tx: Tx, ticket_id: UUID, message_id: UUID) -> dict[str, Any]:
    """A message with what an outgoing mail about it needs."""
    row = await messages.of_ticket(tx, ticket_id, message_id)
    if row is None:
        raise NotFound
    box = await tx.context.vault.box(row["organization_id"])
    told = answers.message(row, box, await attached.of_messages(tx, [message_id]), {}, staff=True)
    headers = seals.unseal_json(box, seals.MAIL, row["id"], row["mail"]) or {}
    return {
        **{name: told[name] for name in ("id", "body_text", "body_html", "visible_text")},
        **{name: told[name] for name in ("direction", "public", "automatic", "attachments")},
        "files": enclosed(tx, row, told["attachments"]),
        "author_id": row["author_id"],
        "author_kind": row["author_kind"],
        "created_at": row["created_at"],
        "mail_message_id": headers.get("message_id"),
        "mail_references": headers.get("references") or [],
    }


async def thread(tx: Tx, ticket_id: UUID) -> dict[str, Any]:
    """Message ids of the mails that came in, oldest first."""
    found = await ticket(tx, ticket_id)
    box = await tx.context.vault.box(found["organization_id"])
    rows = await messages.with_mail(tx, ticket_id)
    ids = [_message_id(box, row["id"], row["mail"]) for row in rows]
    return {"message_ids": list(filter(None, ids))}


def _message_id(box: Box, message_id: UUID, mail: bytes) -> str | None:
    headers = seals.unseal_json(box, seals.MAIL, message_id, mail) or {}
    return headers.get("message_id")


async def _tell(tx: Tx, row: Row | None) -> dict[str, Any]:
    if row is None:
        raise NotFound
    box = await tx.context.vault.box(row["organization_id"])
    return _told(row, box, await tickets.participants(tx, row["id"]))


def _told(row: Row, box: Box, people: list[UUID]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _PLAIN},
        "number": row["number"],
        "number_text": number_text(row["number"]),
        "subject": seals.subject_of(box, row),
        "participants": people,
    }
