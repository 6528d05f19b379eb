"""Rows of the feed: partner-visible events in one order that never changes."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from services.notify.store.projection import visible
from shared.kit.callers import Caller, Seat
from shared.kit.tx import Tx

REPLAY_LIMIT = 20_000
_ORDER_LOCK = 7_230_001


_APPEND: Final = """insert into notify.feed
        (id, type, organization_id, ticket_id, inside, envelope, at)
    values (:id, :type, :organization_id, :ticket_id, :inside, :envelope, :at)
    on conflict do nothing"""


def append(tx: Tx, values: dict[str, Any]) -> None:
    tx.write(_APPEND, values, values["id"])


async def number(tx: Tx, limit: int) -> int:
    """Give positions to what was committed; one transaction at a time, so none is ever skipped."""
    await tx.execute("select pg_advisory_xact_lock(:key)", {"key": _ORDER_LOCK})
    rows = await tx.rows(
        """update notify.feed f set position = n.position
            from (select id, nextval('notify.feed_position') as position
                from (select id from notify.feed where position is null
                    order by id limit :limit) waiting) n
            where f.id = n.id returning f.id""",
        {"limit": limit},
    )
    return len(rows)


async def read(
    tx: Tx, caller: Caller, after: int, types: list[str], limit: int
) -> list[RowMapping]:
    """Events after a position that the caller may see; customers do not see internal notes."""
    condition, params = visible(caller)
    inside = "and not f.inside" if caller.seat is Seat.CUSTOMER else ""
    return await tx.rows(
        f"""select f.position, f.id, f.envelope from notify.feed f
            join notify.ticket t using (ticket_id)
            where f.position > :after and {condition} {inside}
            and (cast(:types as text[]) = '{{}}' or f.type = any(:types))
            order by f.position limit :limit""",
        {**params, "after": after, "types": types, "limit": limit},
    )


async def position_of(tx: Tx, event_id: UUID) -> int | None:
    found = await tx.scalar("select position from notify.feed where id = :id", {"id": event_id})
    return int(found) if found is not None else None


async def newest(tx: Tx) -> int:
    """The last position that was given."""
    return int(await tx.scalar("select coalesce(max(position), 0) from notify.feed") or 0)


_OUTSIDE: Final = """not inside and not exists (select from notify.ticket t
    where t.ticket_id = feed.ticket_id and t.unconfirmed)"""


async def of_ticket(tx: Tx, ticket_id: UUID) -> list[RowMapping]:
    """What has happened to a ticket so far, without inside work, oldest first."""
    return await tx.rows(
        """select id, type, envelope from notify.feed where ticket_id = :ticket_id and not inside
            order by position nulls last, id limit :most""",
        {"ticket_id": ticket_id, "most": REPLAY_LIMIT},
    )


async def between(
    tx: Tx, organization_id: UUID | None, since: datetime, until: datetime
) -> list[RowMapping]:
    """Events of a span for a replay, oldest first; a customer's own, without inside work."""
    inside = "" if organization_id is None else f"and organization_id = :mine and {_OUTSIDE}"
    return await tx.rows(
        f"""select id, type, envelope from notify.feed
            where at >= :since and at < :until {inside}
            order by position nulls last, id limit :most""",
        {"mine": organization_id, "since": since, "until": until, "most": REPLAY_LIMIT},
    )


async def drop_before(tx: Tx, at: datetime) -> None:
    await tx.execute("delete from notify.feed where at < :at", {"at": at})
