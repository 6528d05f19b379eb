"""Mails that are to be worked on, claimed by lease: many small ones, large ones one at a time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.intake.domain.words import State
from shared.kit.tx import Tx

LARGE: Final = 4 * 1024 * 1024
"""While it is read such a mail is in memory several times: one at a time is."""
ANY: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail to work on; `raw` is empty once somebody has read it, and where it is large."""

    id: UUID
    state: State
    attempts: int
    envelope: bytes
    raw: bytes
    size: int = 0


async def claim(
    tx: Tx, most: int, room: int, lease: timedelta, largest: int = ANY
) -> list[Claimed]:
    """Mails to decide now, with what their reading needs; an unrenewed claim ends by itself.

    No more bytes than there is room for, and one mail in any case. Of those that are still to be
    read none over `largest`, and one large one at most.
    """
    rows = await tx.only(
        """with due as (
            select id, next_at, case when state = 'accepted' then size else 0 end as size
            from intake.inbound_mail
            where state in ('accepted', 'parsed') and next_at <= :now
                and (state = 'parsed' or size <= :largest)
            order by next_at limit :most for update skip locked),
        heap as (
            select id, size, sum(size) over line as height, row_number() over line as place,
                count(*) filter (where size > :large) over line as large
            from due window line as (order by next_at, id))
        update intake.inbound_mail set next_at = :until where id in (
            select id from heap
            where (height <= :room or place = 1) and (size <= :large or large = 1))
        returning id, state, attempts, envelope, size,
            case when state = 'accepted' and size <= :large then raw else '' end as raw""",
        {
            "now": tx.now,
            "until": tx.now + lease,
            "most": most,
            "room": room,
            "large": LARGE,
            "largest": largest,
        },
    )
    return [Claimed(**{**row, "state": State(row["state"])}) for row in rows]
