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


async def find(tx: Tx, upload_id: UUID, owner_id: UUID | None) -> RowMapping | None:
    """An upload of this owner; nobody's uploads are those of the public form."""
    return await tx.row(
        "select * from tickets.upload where id = :id and owner_id is not distinct from :owner",
        {"id": upload_id, "owner": owner_id},
    )


async def complete(tx: Tx, upload_id: UUID, digest: bytes, media_type: str) -> None:
    await tx.execute(
        "update tickets.upload set completed_at = :now, digest = :digest, media_type = :media_type"
        " where id = :id",
        {"id": upload_id, "now": tx.now, "digest": digest, "media_type": media_type},
    )


async def complete_ones(
    tx: Tx, upload_ids: Sequence[UUID], owner_id: UUID | None
) -> list[RowMapping]:
    """The finished uploads among `upload_ids`."""
    return await tx.rows(
        """select * from tickets.upload where id = any(:ids)
        and owner_id is not distinct from :owner and completed_at is not null""",
        {"ids": list(upload_ids), "owner": owner_id},
    )


async def take(tx: Tx, upload_ids: Sequence[UUID]) -> int:
    """Remove them, so that each is attached once; how many were still there."""
    result = await tx.execute(
        "delete from tickets.upload where id = any(:ids)", {"ids": list(upload_ids)}
    )
    return int(result.rowcount)


async def unclaimed_bytes(tx: Tx) -> int:
    """What visitors of the public form have announced and no ticket has claimed."""
    total = await tx.scalar(
        "select coalesce(sum(length), 0) from tickets.upload where owner_id is null"
    )
    return int(total)


async def drop_older(tx: Tx, before: datetime) -> list[UUID]:
    rows = await tx.rows(
        "delete from tickets.upload where created_at < :before returning id", {"before": before}
    )
    return [row["id"] for row in rows]


async def known(tx: Tx, upload_ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.rows(
        "select id from tickets.upload where id = any(:ids) and completed_at is null",
        {"ids": list(upload_ids)},
    )
    return {row["id"] for row in rows}
