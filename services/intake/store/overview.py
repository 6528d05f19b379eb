"""What operators see of all mails: how many stand where, pages to export, what has run out."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from services.intake.store.mails import DEPARTMENT
from shared.kit.ids import uuid7_floor
from shared.kit.tx import Tx

WAITING: Final = ("accepted", "parsed", "routed", "held", "quarantined", "unfetchable")
"""States that somebody, or something of ours, still has to end."""

_APART: Final = timedelta(minutes=1)
"""An id is made a moment before its mail is kept; the index is asked with room for that."""

_ON_NO_TICKET: Final = ("quarantined", "rejected", "loop")


async def counts(
    tx: Tx, since: datetime, within: Collection[UUID] | None
) -> tuple[dict[str, int], dict[str, Mapping[str, Any]]]:
    """Mails by state since an instant, and all that wait with the oldest of each state."""
    wall = "" if within is None else f"and {DEPARTMENT} = any(cast(:within as uuid[]))"
    params = {"floor": uuid7_floor(since), "within": list(within or ())}
    recent = await tx.rows(
        f"""select state, count(*) as number from intake.inbound_mail
        where id >= :floor {wall} group by state""",
        params,
    )
    waiting = await tx.rows(
        f"""select state, count(*) as number, min(received_at) as oldest from intake.inbound_mail
        where state = any(:states) {wall} group by state""",
        {**params, "states": list(WAITING)},
    )
    return (
        {row["state"]: row["number"] for row in recent},
        {row["state"]: {"count": row["number"], "oldest_at": row["oldest"]} for row in waiting},
    )


async def exported(
    tx: Tx, state: str, span: tuple[datetime, datetime], after: UUID | None, most: int
) -> list[RowMapping]:
    """A page of mails of one state that came within a period, oldest first, without their bytes."""
    since, until = span
    return await tx.rows(
        """select id, received_at, size, mail_class, sender_auth, ticket_id, reasons
        from intake.inbound_mail where state = :state and id >= :first and id < :last
        and accepted_at >= :since and accepted_at < :until
        and (cast(:after as uuid) is null or id > :after) order by id limit :most""",
        {
            "state": state,
            "first": uuid7_floor(since - _APART),
            "last": uuid7_floor(until + _APART),
            "since": since,
            "until": until,
            "after": after,
            "most": most,
        },
    )


async def forget(tx: Tx, before: datetime, most: int) -> int:
    """Erase mails on no ticket that are older; how many went."""
    result = await tx.execute(
        """delete from intake.inbound_mail where id in (
            select id from intake.inbound_mail where state = any(:states) and id < :floor
            order by id limit :most)""",
        {"states": list(_ON_NO_TICKET), "floor": uuid7_floor(before), "most": most},
    )
    return int(result.rowcount)
