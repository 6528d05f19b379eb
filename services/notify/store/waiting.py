"""What of the mails still waits, read from the index of what is due."""

from datetime import datetime

from shared.kit.tx import Tx


async def count(tx: Tx) -> int:
    found = await tx.scalar(
        "select count(*) from notify.delivery where state in ('pending', 'ready')"
    )
    return int(found or 0)


async def oldest_due(tx: Tx) -> datetime | None:
    found: datetime | None = await tx.scalar(
        "select min(next_at) from notify.delivery where state in ('pending', 'ready')"
        " and next_at <= :now",
        {"now": tx.now},
    )
    return found
