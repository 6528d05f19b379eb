"""Uploads on their way in, until a message claims them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy import insert as insert_into

from services.tickets.domain.formroom import EMPTY_LIFE
from services.tickets.tables import Upload
from shared.kit.tables import table
from shared.kit.tx import Tx

UPLOAD = table(Upload)
_RUN_OUT: Final = """(touched_at <= :after
    or (owner_id is null and received = 0 and length > 0 and touched_at <= :empty_after))"""


def _lives(tx: Tx, after: datetime) -> dict[str, datetime]:
    return {"after": after, "empty_after": tx.now - EMPTY_LIFE}


async def add(tx: Tx, values: dict[str, Any]) -> None:
    await tx.execute(insert_into(UPLOAD), values)


async def find(
    tx: Tx, upload_ids: Sequence[UUID], owner_id: UUID | None, after: datetime
) -> list[RowMapping]:
    """An owner's uploads that have not run out; nobody's are those of the public form."""
    return await tx.rows(
        f"""select * from tickets.upload where id = any(:ids)
        and owner_id is not distinct from :owner and not {_RUN_OUT}""",
        {"ids": list(upload_ids), "owner": owner_id, **_lives(tx, after)},
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


async def spend(tx: Tx, upload_ids: Sequence[UUID]) -> list[RowMapping]:
    """Remove them for good, and remember that they were used; those that were still there."""
    return await tx.rows(
        """with gone as (
            delete from tickets.upload where id = any(:ids)
            returning id, organization_id, owner_id, parts, file_id
        ), kept as (
            insert into tickets.spent_upload (id, organization_id, owner_id, spent_at)
            select id, organization_id, owner_id, :now from gone
        ) select id, parts, file_id from gone""",
        {"ids": list(upload_ids), "now": tx.now},
    )


async def spent(tx: Tx, upload_ids: Sequence[UUID], owner_id: UUID | None) -> frozenset[UUID]:
    """Those of an owner's uploads that a message uses already, as far as we remember."""
    rows = await tx.rows(
        """select id from tickets.spent_upload where id = any(:ids)
        and owner_id is not distinct from :owner""",
        {"ids": list(upload_ids), "owner": owner_id},
    )
    return frozenset(row["id"] for row in rows)


async def forget_spent(tx: Tx, before: datetime) -> None:
    await tx.execute(
        "delete from tickets.spent_upload where spent_at <= :before", {"before": before}
    )


async def unclaimed_bytes(tx: Tx, owner_id: UUID) -> int:
    """What an owner has announced and no message has claimed."""
    total = await tx.scalar(
        "select coalesce(sum(length), 0) from tickets.upload where owner_id = :owner",
        {"owner": owner_id},
    )
    return int(total)


async def drop_older(tx: Tx, before: datetime) -> list[RowMapping]:
    """Forget what nobody has touched since, of the form sooner what has no byte."""
    return await tx.rows(
        f"delete from tickets.upload where {_RUN_OUT} returning id, parts, file_id",
        _lives(tx, before),
    )
