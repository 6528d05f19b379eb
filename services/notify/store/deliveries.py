"""Rows of mails on their way: queued with their cause, claimed by lease, closed with a fact."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.caps import Sent
from services.notify.domain.words import Kind, Silence, State
from services.notify.tables import Delivery
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Channel

LEASE: Final = timedelta(seconds=90)
"""Longer than any attempt lasts: a mail whose sender died is taken up again after it."""

_DELIVERY = table(Delivery)


async def queue(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """One row per cause, kind and person; a cause that comes again queues nothing."""
    if rows:
        await tx.execute(insert(_DELIVERY).values(rows).on_conflict_do_nothing())


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


async def claim(tx: Tx, limit: int) -> list[Mail]:
    """Due mails that nobody holds, now ours for a lease."""
    rows = await tx.rows(
        """update notify.delivery d set leased_until = :until, attempts = d.attempts + 1
            from (select id from notify.delivery
                where state in ('pending', 'ready') and next_at <= :now
                and (leased_until is null or leased_until <= :now)
                order by next_at limit :limit for update skip locked) due
            where d.id = due.id returning d.*""",
        {"now": tx.now, "until": tx.now + LEASE, "limit": limit},
    )
    return [_mail(row) for row in rows]


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


async def hurry(tx: Tx, ticket_id: UUID, kind: Kind) -> None:
    """What a waiting mail waited for is here."""
    await tx.execute(
        "update notify.delivery set next_at = :now where ticket_id = :ticket_id"
        " and kind = :kind and state = 'pending' and next_at > :now",
        {"ticket_id": ticket_id, "kind": kind.value, "now": tx.now},
    )


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


async def silence_waiting(tx: Tx, recipient_id: UUID, reason: Silence) -> None:
    """Acknowledgements to an address that bounced stop."""
    await tx.execute(
        "update notify.delivery set state = 'suppressed', reason = :reason, next_at = null"
        " where recipient_id = :recipient_id and kind = 'acknowledgement'"
        " and state in ('pending', 'ready')",
        {"recipient_id": recipient_id, "reason": reason.value},
    )


async def keep_composed(tx: Tx, delivery_id: UUID, values: dict[str, Any]) -> None:
    """The sealed mail; from here on the very same bytes are tried again."""
    statement = _DELIVERY.update().where(_DELIVERY.c.id == delivery_id)
    composed = {**values, "state": State.READY.value, "composed_at": tx.now}
    await tx.execute(statement.values(composed))


async def close(tx: Tx, delivery_id: UUID, state: State, reason: str | None = None) -> None:
    """Sent, failed, suppressed or bounced: nothing more is tried."""
    await tx.execute(
        "update notify.delivery set state = :state, reason = :reason, next_at = null,"
        " leased_until = null, sent_at = case when :state = 'sent' then :now else sent_at end"
        " where id = :id",
        {"id": delivery_id, "state": state.value, "reason": reason, "now": tx.now},
    )


async def postpone(tx: Tx, delivery_id: UUID, next_at: datetime, reason: str) -> None:
    await tx.execute(
        "update notify.delivery set next_at = :next_at, reason = :reason, leased_until = null"
        " where id = :id",
        {"id": delivery_id, "next_at": next_at, "reason": reason},
    )


async def delivery(tx: Tx, delivery_id: UUID) -> RowMapping | None:
    return await tx.row(
        "select * from notify.delivery where id = :id for update", {"id": delivery_id}
    )


async def lock_address(tx: Tx, address_key: bytes) -> None:
    """Caps of one address are counted by one transaction at a time."""
    number = int.from_bytes(address_key[:8], "big", signed=True)
    await tx.execute("select pg_advisory_xact_lock(:number)", {"number": number})


async def acknowledged(
    tx: Tx, address_key: bytes, subject_key: bytes, since: datetime
) -> list[Sent]:
    """Acknowledgements that went, or are about to go, to an address."""
    rows = await tx.rows(
        "select composed_at, subject_key = :subject_key as same,"
        " facts ->> 'channel' = :form as by_form from notify.delivery"
        " where address_key = :address_key and composed_at > :since"
        " and kind = 'acknowledgement' and state <> 'suppressed'",
        {
            "address_key": address_key,
            "subject_key": subject_key,
            "since": since,
            "form": Channel.FORM.value,
        },
    )
    return [Sent(row["composed_at"], row["same"], row["by_form"]) for row in rows]


async def acknowledged_by_form(tx: Tx, domain_key: bytes, since: datetime) -> int:
    """How many addresses of a domain the open form has had acknowledged."""
    found = await tx.scalar(
        "select count(*) from notify.delivery where domain_key = :domain_key"
        " and composed_at > :since and facts ->> 'channel' = :form and state <> 'suppressed'",
        {"domain_key": domain_key, "since": since, "form": Channel.FORM.value},
    )
    return int(found)


async def sent_message_ids(tx: Tx, ticket_id: UUID, recipient_id: UUID) -> list[str]:
    """Ids of the mails that a person already has from us about a ticket, oldest first."""
    rows = await tx.rows(
        "select message_id from notify.delivery where ticket_id = :ticket_id"
        " and recipient_id = :recipient_id and message_id is not null and state = 'sent'"
        " order by sent_at desc limit 20",
        {"ticket_id": ticket_id, "recipient_id": recipient_id},
    )
    return [row["message_id"] for row in reversed(rows)]
