"""What happened to a ticket: stored entries, joined with its opening and its messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping
from sqlalchemy import insert as insert_into

from services.tickets.domain.words import Ticket
from services.tickets.store import seals
from services.tickets.tables import Timeline
from shared.kit.crypto import Box
from shared.kit.ids import uuid7
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import NUMBER_PREFIX

TIMELINE = table(Timeline)
_ADD = insert_into(TIMELINE)

_LISTED = """select * from (
    select t.id, t.created_at as at, 'opened' as kind, true as public,
        t.requester_id as actor_id, 'customer' as actor_kind,
        jsonb_build_object('channel', t.channel) as data, null::bytea as reason,
        null::bytea as detail
    from tickets.ticket t where t.id = :ticket
    union all
    select md5(t.id::text || 'sla_started')::uuid, (t.sla -> 'promised' ->> 'at')::timestamptz,
        'sla_started', true, null::uuid, 'system', t.sla -> 'promised', null::bytea,
        null::bytea
    from tickets.ticket t where t.id = :ticket and t.sla ? 'promised'
    union all
    select m.id, m.created_at, 'message', m.public, m.author_id, m.author_kind,
        jsonb_build_object('direction', m.direction, 'channel', m.channel,
            'automatic', m.automatic), null, null
    from tickets.message m where m.ticket_id = :ticket
    union all
    select md5(t.id::text || 'follow_up')::uuid, t.created_at + interval '1 microsecond',
        'follow_up', true, null::uuid, 'system',
        jsonb_build_object('number', cast(:prefix as text) || o.number), null, null
    from tickets.ticket t join tickets.ticket o on o.id = t.follow_up_of where t.id = :ticket
    union all
    select md5(f.id::text || 'followed_up')::uuid, f.created_at, 'followed_up', true, null::uuid,
        'system', jsonb_build_object('number', cast(:prefix as text) || f.number), null, null
    from tickets.ticket f where f.follow_up_of = :ticket
    union all
    select e.id, e.at, e.kind, e.public, e.actor_id, e.actor_kind, e.data, e.reason, e.detail
    from tickets.timeline e where e.ticket_id = :ticket
) entries where (public or :internal) and (at, id) > (:after_at, :after_id)
order by at, id limit :limit"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `data` holds ids and words of the house, no personal text."""

    kind: str
    at: datetime
    actor_id: UUID | None
    actor_kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    public: bool = True
    detail: Any = None
    """What people wrote, as JSON: sealed, and told only to those who may see it."""


def add(tx: Tx, box: Box, ticket: Ticket, entries: list[Entry]) -> None:
    add_to(tx, box, (ticket.id, ticket.organization_id), entries)


def add_to(tx: Tx, box: Box, place: tuple[UUID, UUID], entries: list[Entry]) -> None:
    """The same on a ticket that was only just written; `place` = ticket, organization."""
    for entry in entries:
        entry_id = uuid7()
        values = {
            "id": entry_id,
            "ticket_id": place[0],
            "organization_id": place[1],
            "at": entry.at,
            "kind": entry.kind,
            "public": entry.public,
            "actor_id": entry.actor_id,
            "actor_kind": entry.actor_kind,
            "data": dict(entry.data),
            "reason": seals.seal(box, seals.REASON, entry_id, entry.reason),
            "detail": seals.seal_json(box, seals.DETAIL, entry_id, entry.detail),
        }
        tx.write(_ADD, values, place[0])


_ADD_LIVING = """with recursive chain (id, organization_id, into_id) as (
        select id, organization_id, merged_into from tickets.ticket where id = :ticket
        union all
        select t.id, t.organization_id, t.merged_into from tickets.ticket t
        join chain c on t.id = c.into_id)
    insert into tickets.timeline
        (id, ticket_id, organization_id, at, kind, public, actor_kind, data)
    select :id, c.id, c.organization_id, :at, :kind, false, 'system', cast(:data as jsonb)
    from chain c where c.into_id is null"""


def add_living(tx: Tx, ticket_id: UUID, kind: str, data: Mapping[str, str]) -> None:
    """What staff see of a ticket, or of the one that it lives on in; nothing is held or read.

    Many of a batch are one round trip. A merge at the same moment may leave one where it was.
    """
    told = orjson.dumps(data).decode()
    values = {"id": uuid7(), "ticket": ticket_id, "at": tx.now, "kind": kind, "data": told}
    tx.write(_ADD_LIVING, values, ticket_id)


async def listed(
    tx: Tx, ticket_id: UUID, *, internal: bool, after: tuple[datetime, UUID], limit: int
) -> list[RowMapping]:
    """A page of a visible ticket's story, oldest first."""
    return await tx.rows(
        _LISTED,
        {
            "ticket": ticket_id,
            "internal": internal,
            "after_at": after[0],
            "after_id": after[1],
            "limit": limit + 1,
            "prefix": NUMBER_PREFIX,
        },
    )


async def happened_since(tx: Tx, ticket_id: UUID, kind: str, start: datetime) -> int:
    """How often this happened to the ticket from that instant on."""
    count: int = await tx.scalar(
        """select count(*) from tickets.timeline
        where ticket_id = :ticket and kind = :kind and at >= :start""",
        {"ticket": ticket_id, "kind": kind, "start": start},
    )
    return count
