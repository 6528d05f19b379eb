"""Uploads on their way in, until a message claims them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy import insert as insert_into

from services.tickets.tables import Upload
from shared.kit.tables import table
from shared.kit.tx import Tx

UPLOAD = table(Upload)


async def add(tx: Tx, values: dict[str, Any]) -> None:
    await tx.execute(insert_into(UPLOAD), values)


async def find(
    tx: Tx, upload_ids: Sequence[UUID], owner_id: UUID | None, after: datetime
) -> list[RowMapping]:
    """An owner's uploads that have not run out; nobody's are those of the public form."""
    return await tx.rows(
        """select * from tickets.upload where id = any(:ids)
        and owner_id is not distinct from :owner and touched_at > :after""",
        {"ids": list(upload_ids), "owner": owner_id, "after": after},
    )


async def grow(tx: Tx, upload_id: UUID, start: int, stop: int, parts: Sequence[UUID]) -> bool:
    """Take parts that begin where the upload ends; False when somebody else was there first."""
    result = await tx.execute(
        """update tickets.upload set received = :stop, parts = parts || cast(:parts as uuid[]),
            touched_at = :now
        where id = :id and received = :start and completed_at is null""",
        {"id": upload_id, "start": start, "stop": stop, "parts": list(parts), "now": tx.now},
    )
    return bool(result.rowcount)


async def complete(tx: Tx, upload_id: UUID, values: dict[str, Any]) -> bool:
    """All of it is one file now, and the parts are needed no more."""
    result = await tx.execute(
        """update tickets.upload set completed_at = :now, touched_at = :now, parts = '{}',
            file_id = :file_id, file_key = :file_key, media_type = :media_type, about = :about,
            cautions = :cautions
        where id = :id and completed_at is null""",
        {"id": upload_id, "now": tx.now, **values},
    )
    return bool(result.rowcount)


async def take(tx: Tx, upload_ids: Sequence[UUID]) -> list[RowMapping]:
    """Remove them, so that each is used once; those that were still there."""
    return await tx.rows(
        "delete from tickets.upload where id = any(:ids) returning id, parts, file_id",
        {"ids": list(upload_ids)},
    )


async def unclaimed_bytes(tx: Tx, owner_id: UUID | None) -> int:
    """What an owner, or all visitors of the form, have announced and no message has claimed."""
    total = await tx.scalar(
        """select coalesce(sum(length), 0) from tickets.upload
        where owner_id is not distinct from :owner""",
        {"owner": owner_id},
    )
    return int(total)


async def drop_older(tx: Tx, before: datetime) -> list[RowMapping]:
    """Forget what nobody has touched since; where its bytes lie."""
    return await tx.rows(
        "delete from tickets.upload where touched_at <= :before returning id, parts, file_id",
        {"before": before},
    )
