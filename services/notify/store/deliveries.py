"""Rows of mails on their way: queued with their cause, claimed by lease, closed with a fact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import RowMapping

from services.notify.domain.words import Kind, Silence, State
from shared.kit.tx import Tx

LEASE: Final = timedelta(seconds=15)
"""How long a mail waits whose sender died: the living say every `BEAT` that they hold theirs."""

BEAT: Final = 4.0

_QUEUE: Final = """insert into notify.delivery (id, organization_id, kind, ticket_id, recipient_id,
        cause_id, state, reason, facts, next_at, created_at)
    values (:id, :organization_id, :kind, :ticket_id, :recipient_id, :cause_id, :state, :reason,
        :facts, :next_at, :created_at)
    on conflict do nothing"""


def queue(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """One row per cause, kind and person; a cause that comes again queues nothing."""
    for row in rows:
        told = orjson.dumps(row["facts"]).decode()
        tx.write(_QUEUE, {**row, "facts": told}, row["ticket_id"] or row["id"])


@dataclass(frozen=True, slots=True)
class Mail:
    """A claimed mail: what it is about, and its sealed bytes once it was composed."""

    id: UUID
    organization_id: UUID
    kind: Kind
    ticket_id: UUID | None
    recipient_id: UUID
    facts: dict[str, Any]
    attempts: int
    sealed: bytes | None


async def claim(tx: Tx, limit: int, held: Sequence[UUID] = ()) -> list[Mail]:
    """Due mails that nobody holds, now ours for a lease; `held` are ours, however late we are."""
    rows = await tx.rows(
        """update notify.delivery d set leased_until = :until, attempts = d.attempts + 1
            from (select id from notify.delivery
                where state in ('pending', 'ready') and next_at <= :now
                and (leased_until is null or leased_until <= :now)
                and id <> all(cast(:held as uuid[]))
                order by kind = 'acknowledgement', next_at limit :limit for update skip locked) due
            where d.id = due.id returning d.*""",
        {"now": tx.now, "until": tx.now + LEASE, "limit": limit, "held": list(held)},
    )
    return [_mail(row) for row in rows]


async def keep(tx: Tx, held: Sequence[UUID]) -> None:
    """What we hold stays ours for another lease; what somebody else closed meanwhile is not."""
    await tx.execute(
        "update notify.delivery set leased_until = :until where id = any(:held)"
        " and leased_until is not null",
        {"held": list(held), "until": tx.now + LEASE},
    )


def _mail(row: RowMapping) -> Mail:
    return Mail(
        row["id"],
        row["organization_id"],
        Kind(row["kind"]),
        row["ticket_id"],
        row["recipient_id"],
        row["facts"],
        row["attempts"],
        row["sealed"],
    )


async def ready(tx: Tx, delivery_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these that are written and may still go."""
    asked = (
        "select id from notify.delivery where id = any(cast(:ids as uuid[])) and state = 'ready'"
    )
    return {row["id"] for row in await tx.only(asked, {"ids": list(delivery_ids)})}


_HURRY: Final = """update notify.delivery d set next_at = :now from notify.ticket t
    where d.ticket_id = :ticket_id and t.ticket_id = :ticket_id and t.promise is not null
    and d.kind = 'acknowledgement' and d.state = 'pending' and d.next_at > :now"""


def hurry(tx: Tx, ticket_id: UUID) -> None:
    """An acknowledgement waits no longer once the promise is known, whichever came first."""
    tx.write(_HURRY, {"ticket_id": ticket_id, "now": tx.now}, ticket_id)


async def withhold_reply(tx: Tx, ticket_id: UUID, message_id: UUID) -> None:
    """The text goes into the resolution mail: the mail of its own that still waits is not sent."""
    await tx.execute(
        "update notify.delivery set state = 'suppressed', reason = :reason, next_at = null"
        " where ticket_id = :ticket_id and kind = 'reply' and state = 'pending'"
        " and facts ->> 'message_id' = :message_id",
        {
            "ticket_id": ticket_id,
            "message_id": str(message_id),
            "reason": Silence.IN_RESOLUTION.value,
        },
    )


async def unacknowledged(tx: Tx, ticket_id: UUID) -> bool:
    """Whether its acknowledgement was not wanted: a robot's ticket, or one of a doubtful sender."""
    found = await tx.scalar(
        "select true from notify.delivery where ticket_id = :ticket_id"
        " and kind = 'acknowledgement' and reason = any(:reasons) limit 1",
        {"ticket_id": ticket_id, "reasons": [Silence.NOT_WANTED.value, Silence.AUTOMATIC.value]},
    )
    return bool(found)


async def release_replies(tx: Tx, ticket_id: UUID) -> bool:
    """Replies that were held for the resolution, which is another's, go now; whether there were."""
    rows = await tx.rows(
        "update notify.delivery set next_at = :now where ticket_id = :ticket_id"
        " and kind = 'reply' and state = 'pending' returning id",
        {"ticket_id": ticket_id, "now": tx.now},
    )
    return bool(rows)


async def silence_waiting(tx: Tx, recipient_id: UUID, reason: Silence) -> list[RowMapping]:
    """What nobody wrote by hand, to an address that bounced stop; which they were."""
    return await tx.rows(
        "update notify.delivery set state = 'suppressed', reason = :reason, next_at = null"
        " where recipient_id = :recipient_id and kind in ('acknowledgement', 'reopened', 'closed')"
        " and state in ('pending', 'ready') returning id, kind, ticket_id",
        {"recipient_id": recipient_id, "reason": reason.value},
    )


async def hold_back(tx: Tx, ticket_id: UUID, kinds: Sequence[str]) -> None:
    """What waits to go to the customers of a ticket does not go: it is spam."""
    await tx.execute(
        "update notify.delivery set state = 'suppressed', reason = :reason, next_at = null"
        " where ticket_id = :ticket_id and kind = any(:kinds) and state in ('pending', 'ready')",
        {"ticket_id": ticket_id, "kinds": list(kinds), "reason": Silence.SPAM.value},
    )


async def let_go(tx: Tx, ticket_id: UUID) -> None:
    """It was no spam: what was held back for that goes now."""
    await tx.execute(
        "update notify.delivery set reason = null, next_at = :now,"
        " state = case when sealed is null then 'pending' else 'ready' end"
        " where ticket_id = :ticket_id and state = 'suppressed' and reason = :reason",
        {"ticket_id": ticket_id, "now": tx.now, "reason": Silence.SPAM.value},
    )


async def overtake(tx: Tx, ticket_id: UUID) -> None:
    """A word to watchers of where a ticket stood, not written yet, when it stands elsewhere."""
    await tx.execute(
        "update notify.delivery set state = 'suppressed', reason = :reason, next_at = null"
        " where ticket_id = :ticket_id and kind = :kind and state = 'pending'"
        " and sealed is null and leased_until is null and facts ->> 'news' <> 'message'",
        {
            "ticket_id": ticket_id,
            "kind": Kind.WATCHED.value,
            "reason": Silence.OVERTAKEN.value,
        },
    )


async def withdraw(tx: Tx, ticket_id: UUID, recipient_id: UUID) -> None:
    """Somebody takes part no more: what waits to go to them does not go."""
    await tx.execute(
        "update notify.delivery set state = 'suppressed', reason = :reason, next_at = null"
        " where ticket_id = :ticket_id and recipient_id = :recipient_id"
        " and state in ('pending', 'ready')",
        {
            "ticket_id": ticket_id,
            "recipient_id": recipient_id,
            "reason": Silence.GONE.value,
        },
    )


async def bar(tx: Tx, recipient_id: UUID, reason: Silence, ticket_id: UUID | None = None) -> None:
    """Somebody is to hear nothing more, of one ticket or at all: what waits for them stays here."""
    await tx.execute(
        "update notify.delivery set state = 'suppressed', reason = :reason, next_at = null"
        " where recipient_id = :recipient_id and state in ('pending', 'ready')"
        " and (cast(:ticket_id as uuid) is null or ticket_id = :ticket_id)",
        {"recipient_id": recipient_id, "ticket_id": ticket_id, "reason": reason.value},
    )


async def some(tx: Tx, delivery_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What these deliveries were about."""
    rows = await tx.only(
        "select id, kind, ticket_id from notify.delivery where id = any(:ids)",
        {"ids": list(delivery_ids)},
    )
    return [dict(row) for row in rows]


_KEEP: Final = """update notify.delivery set state = 'ready', composed_at = :now,
    sealed = :sealed, message_id = :message_id, address_key = :address_key,
    domain_key = :domain_key, subject_key = :subject_key where id = :id and state = 'pending'"""


def keep_composed(tx: Tx, delivery_id: UUID, values: dict[str, Any]) -> None:
    """The sealed mail; from here on the very same bytes are tried again."""
    tx.write(_KEEP, {**values, "id": delivery_id, "now": tx.now}, delivery_id)


_CLOSE: Final = """update notify.delivery set state = :state, reason = :reason,
    next_at = null, leased_until = null, provider_message_id = :provider_message_id,
    sent_at = case when :state = 'sent' then :now else sent_at end where id = :id"""
_POSTPONE: Final = """update notify.delivery set next_at = :next_at, reason = :reason,
    leased_until = null where id = :id"""


def close(
    tx: Tx, delivery_id: UUID, state: State, reason: str | None = None, theirs: str | None = None
) -> None:
    """Sent, failed or suppressed: nothing more is tried. `theirs` is the id a provider gave it."""
    values: dict[str, Any] = {"id": delivery_id, "state": state.value, "reason": reason}
    tx.write(_CLOSE, {**values, "now": tx.now, "provider_message_id": theirs}, delivery_id)


def postpone(tx: Tx, delivery_id: UUID, next_at: datetime, reason: str) -> None:
    """Another attempt, later."""
    tx.write(_POSTPONE, {"id": delivery_id, "next_at": next_at, "reason": reason}, delivery_id)


_PUT_BACK: Final = """update notify.delivery set attempts = greatest(attempts - 1, 0),
    reason = :reason, leased_until = null where id = :id"""


def put_back(tx: Tx, delivery_id: UUID, reason: str) -> None:
    """It was not tried: as due as before, and no attempt the poorer."""
    tx.write(_PUT_BACK, {"id": delivery_id, "reason": reason}, delivery_id)


async def delivery(tx: Tx, delivery_id: UUID) -> RowMapping | None:
    return await tx.row(
        "select * from notify.delivery where id = :id for update", {"id": delivery_id}
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """What our own rows say of a mail's recipient and of its ticket."""

    digits: str | None
    muted: Sequence[str]
    bounced: bool
    promise: dict[str, str]
    earlier: list[str]
    """Message ids of the mails that they already have from us about the ticket, oldest first."""


async def readers(tx: Tx, mails: Sequence[Mail]) -> dict[UUID, Reader]:
    """All that is asked before mails are written, in one look."""
    rows = await tx.rows(
        """select m.id, p.digits, p.muted, w.bounced_at is not null as bounced, t.promise::text,
            array(select coalesce(d.provider_message_id, d.message_id)
                from notify.delivery d where d.ticket_id = m.ticket_id
                and d.recipient_id = m.recipient_id and d.message_id is not null
                and d.state = 'sent' order by d.sent_at desc limit 20) as earlier
        from unnest(cast(:ids as uuid[]), cast(:recipients as uuid[]), cast(:tickets as uuid[]))
            as m (id, recipient_id, ticket_id)
        left join notify.preference p on p.user_id = m.recipient_id
        left join notify.person w on w.user_id = m.recipient_id
        left join notify.ticket t on t.ticket_id = m.ticket_id""",
        {
            "ids": [mail.id for mail in mails],
            "recipients": [mail.recipient_id for mail in mails],
            "tickets": [mail.ticket_id for mail in mails],
        },
    )
    return {row["id"]: _reader(row) for row in rows}


def _reader(row: RowMapping) -> Reader:
    promise = orjson.loads(row["promise"]) if row["promise"] else None
    return Reader(
        row["digits"],
        row["muted"] or (),
        row["bounced"],
        promise or {},
        row["earlier"][::-1],
    )
