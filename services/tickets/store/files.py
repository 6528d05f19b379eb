"""Rows of attached files: what they are, whether they were scanned, what shows them small."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy import insert as insert_into

from services.tickets.domain.opening import File
from services.tickets.domain.scanning import State, previewable
from services.tickets.store import seals
from services.tickets.tables import Attachment
from shared.kit.crypto import Box
from shared.kit.ids import uuid7
from shared.kit.tables import table
from shared.kit.tx import Tx

ATTACHMENT = table(Attachment)


async def add(
    tx: Tx,
    box: Box,
    place: tuple[UUID, UUID, UUID],
    files: Iterable[File],
    *,
    state: State,
    public: bool,
) -> None:
    """Rows of files whose contents are safe already; `place` = organization, ticket, message."""
    organization_id, ticket_id, message_id = place
    rows = [
        {
            **_values(box, uuid7(), file),
            "ticket_id": ticket_id,
            "message_id": message_id,
            "organization_id": organization_id,
            "public": public,
            "state": state,
            "created_at": tx.now,
            "scan_at": tx.now,
            "preview_at": tx.now,
        }
        for file in files
    ]
    if rows:
        await tx.execute(insert_into(ATTACHMENT), rows)


def _values(box: Box, row_id: UUID, file: File) -> dict[str, Any]:
    return {
        "id": row_id,
        "name": box.seal(seals.FILE_NAME, row_id, file.name),
        "media_type": file.media_type,
        "size": file.size,
        "file_id": file.file_id,
        "file_key": file.key,
        "about": box.seal_json(seals.FILE_ABOUT, row_id, file.about),
        "cautions": list(file.cautions),
        "content_id": seals.seal(box, seals.CONTENT_ID, row_id, file.content_id),
        "preview": "wanted" if previewable(file.media_type, file.size) else "none",
    }


async def of_messages(tx: Tx, message_ids: Sequence[UUID]) -> list[RowMapping]:
    if not message_ids:
        return []
    return await tx.only(
        "select a.* from tickets.attachment a where a.message_id = any(:messages)"
        " order by a.created_at, a.id",
        {"messages": list(message_ids)},
    )


async def find(tx: Tx, attachment_id: UUID) -> RowMapping | None:
    """A file by id; whoever asks must then be shown to see its ticket."""
    return await tx.row(
        "select a.* from tickets.attachment a where a.id = :id", {"id": attachment_id}
    )


async def needed(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these contents a row still names; asked by the sweeper."""
    rows = await tx.rows(
        """select file_id as id from tickets.attachment where file_id = any(:ids)
        union select preview_id from tickets.attachment where preview_id = any(:ids)
        union select file_id from tickets.upload where file_id = any(:ids)
        union select part from tickets.upload, unnest(parts) as part
            where parts && cast(:ids as uuid[]) and part = any(:ids)""",
        {"ids": list(ids)},
    )
    return {row["id"] for row in rows}


async def claim_scans(tx: Tx, until: datetime, limit: int) -> list[RowMapping]:
    """Files that wait for the scanner, ours until then: those of a dead process come back."""
    return await tx.rows(
        """update tickets.attachment set scan_at = :until, scan_attempts = scan_attempts + 1
        where id in (select id from tickets.attachment where state = 'pending' and scan_at <= :now
            order by scan_at limit :limit for update skip locked) returning *""",
        {"until": until, "now": tx.now, "limit": limit},
    )


async def scan_later(tx: Tx, attachment_id: UUID, wait: timedelta, *, counted: bool) -> None:
    """Try again; a scanner that was away does not count as an attempt of the file's."""
    await tx.execute(
        """update tickets.attachment set scan_at = :at, scan_attempts = scan_attempts - :back
        where id = :id and state = 'pending'""",
        {"id": attachment_id, "at": tx.now + wait, "back": 0 if counted else 1},
    )


async def scanned(tx: Tx, attachment_id: UUID, state: State) -> bool:
    """Note the verdict; whether it was still awaited."""
    result = await tx.execute(
        """update tickets.attachment set state = :state, scanned_at = :now, preview_at = :now
        where id = :id and state = 'pending'""",
        {"id": attachment_id, "state": state, "now": tx.now},
    )
    return bool(result.rowcount)


async def claim_preview(tx: Tx, until: datetime) -> RowMapping | None:
    """A clean picture that nobody has made small yet."""
    return await tx.row(
        """update tickets.attachment set preview_at = :until where id in (
            select id from tickets.attachment where preview = 'wanted' and state = 'clean'
                and preview_at <= :now order by preview_at limit 1 for update skip locked)
        returning *""",
        {"until": until, "now": tx.now},
    )


async def previewed(tx: Tx, attachment_id: UUID, place: tuple[UUID, bytes, int] | None) -> bool:
    """Where the small picture lies: id, key, size; None = this one is refused for good."""
    preview_id, key, size = place or (None, None, None)
    result = await tx.execute(
        """update tickets.attachment set preview = :state, preview_id = :preview,
            preview_key = :key, preview_size = :size where id = :id and preview = 'wanted'""",
        {
            "id": attachment_id,
            "state": "ready" if place else "refused",
            "preview": preview_id,
            "key": key,
            "size": size,
        },
    )
    return bool(result.rowcount)


async def oldest_wait(tx: Tx) -> datetime | None:
    """Since when the oldest file waits for the scanner."""
    since: datetime | None = await tx.scalar(
        "select min(created_at) from tickets.attachment where state = 'pending'"
    )
    return since
