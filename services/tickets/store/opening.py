"""The hot statement: a ticket, its first message, its fact and the caller's key, all in one."""

from functools import cache
from typing import Any
from uuid import UUID

from services.tickets.domain.opening import Opening
from services.tickets.store import seals
from shared.kit.crypto import Box
from shared.kit.idempotency import IDEMPOTENCY_CTE
from shared.kit.ids import uuid7
from shared.kit.outbox import FACTS_CTE
from shared.kit.tx import Tx
from shared.vocabulary import Direction, Status

_OPEN = """with ticket as (
    insert into tickets.ticket (id, number, organization_id, requester_id, department_id, status,
        priority, requested_priority, priority_settled, channel, locale, subject, tags, custom,
        created_at, updated_at, follow_up_of, unconfirmed, version, last_customer_message_at)
    values (:id, :number, :organization_id, :requester_id, :department_id, :status,
        :priority, :requested_priority, :priority_settled, :channel, :locale, :subject, :tags,
        :custom, :at, :now, :follow_up_of, :unconfirmed, 1, :at)),
message as (
    insert into tickets.message (id, ticket_id, organization_id, direction, public, author_id,
        author_kind, channel, automatic, created_at, body_text, body_html, visible_text,
        mail_id, mail)
    values (:message_id, :id, :organization_id, :direction, true, :author_id, :author_kind,
        :channel, :automatic, :at, :body_text, :body_html, :visible_text, :mail_id, :mail)),
noted as (insert into tickets.untallied (id, ticket_id, organization_id)
    values (:note_id, :id, :organization_id)),
"""


@cache
def _statement(*, repeatable: bool) -> str:
    key = f", {IDEMPOTENCY_CTE('tickets')}" if repeatable else ""
    return f"{_OPEN}{FACTS_CTE('tickets')}{key} select 1"


async def insert(
    tx: Tx,
    box: Box,
    opening: Opening,
    ids: tuple[UUID, UUID, int],
    repeat: dict[str, Any] | None = None,
) -> None:
    """Write the ticket `ids` = (ticket, message, number), with the facts stated so far.

    A lone statement when nothing has begun; a taken idempotency key breaks all of it.
    """
    params = {**_params(tx, box, opening, ids), **(repeat or {})}
    await tx.only(_statement(repeatable=repeat is not None), params)


def insert_beside(tx: Tx, box: Box, opening: Opening, ids: tuple[UUID, UUID, int]) -> None:
    """The same, sent with the next statement of the transaction or at its end."""
    tx.write(_statement(repeatable=False), _params(tx, box, opening, ids), ids[0])


def _params(tx: Tx, box: Box, opening: Opening, ids: tuple[UUID, UUID, int]) -> dict[str, Any]:
    ticket_id, message_id, number = ids
    return {
        "id": ticket_id,
        "number": number,
        "message_id": message_id,
        "note_id": uuid7(),
        "now": max(tx.now, opening.first.at),  # nothing changes before it is made
        **_ticket_params(box, opening, ticket_id),
        **_message_params(box, opening, message_id),
        **tx.take_facts(),
    }


def _ticket_params(box: Box, opening: Opening, ticket_id: UUID) -> dict[str, Any]:
    return {
        "organization_id": opening.organization_id,
        "requester_id": opening.requester_id,
        "department_id": opening.department_id,
        "status": Status.NEW,
        "priority": opening.priority,
        "requested_priority": opening.requested_priority,
        "priority_settled": opening.priority_settled,
        "channel": opening.channel,
        "locale": opening.locale,
        "subject": box.seal(seals.SUBJECT, ticket_id, opening.subject),
        "tags": list(opening.tags),
        "custom": seals.seal_json(box, seals.CUSTOM, ticket_id, opening.custom),
        "follow_up_of": opening.follow_up_of,
        "unconfirmed": opening.confirm is not None,
    }


def _message_params(box: Box, opening: Opening, message_id: UUID) -> dict[str, Any]:
    first = opening.first
    return {
        "direction": Direction.INBOUND,
        "author_id": first.author_id,
        "author_kind": first.author_kind,
        "automatic": first.automatic,
        "at": first.at,
        "body_text": box.seal(seals.BODY, message_id, first.text),
        "body_html": seals.seal(box, seals.HTML, message_id, first.html),
        "visible_text": seals.seal(box, seals.VISIBLE, message_id, first.visible),
        "mail_id": first.mail_id,
        "mail": seals.seal_json(box, seals.MAIL, message_id, first.mail_headers),
    }
