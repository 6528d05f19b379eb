"""Resumable uploads (tus 1.0): parts are kept sealed as they come, whatever happens to the line."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.tickets.adapters.files import files_of
from services.tickets.adapters.kinds import media_type
from services.tickets.adapters.parts import Parts, parts_of
from services.tickets.domain.naming import file_name
from services.tickets.problems import FormBusy, UploadMismatch
from services.tickets.store import seals, uploads
from services.tickets.store.rows import Row
from services.tickets.usecases.claiming import owner_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.problems import NotFound, PayloadTooLarge
from shared.kit.tx import Tx
from shared.vocabulary import RESERVED_ORGANIZATION

_PART: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is."""

    id: UUID
    offset: int
    length: int


async def create(tx: Tx, caller: Caller, length: int, name: str, declared: str) -> Progress:
    """Announce a file; an empty one is complete at once."""
    if length > tx.context.settings.tickets_file_limit:
        raise PayloadTooLarge
    if caller.kind == "anonymous":
        held = await uploads.unclaimed_bytes(tx)
        if held + length > tx.context.settings.tickets_form_upload_budget:
            raise FormBusy(retry_after=60)
    upload_id = uuid7()
    organization_id = caller.organization_id or RESERVED_ORGANIZATION
    box = await tx.context.vault.box(organization_id)
    values: dict[str, Any] = {
        "id": upload_id,
        "organization_id": organization_id,
        "owner_id": owner_of(caller),
        "length": length,
        "name": box.seal(seals.UPLOAD_NAME, upload_id, file_name(name)),
        "media_type": media_type(b"", declared),
        "created_at": tx.now,
    }
    await uploads.add(tx, values)
    if length == 0:
        stored = await files_of(tx.context).put(box, organization_id, b"")
        await uploads.complete(tx, upload_id, stored.digest, values["media_type"])
    return Progress(upload_id, 0, length)


async def progress(context: Context, caller: Caller, upload_id: UUID) -> Progress:
    """Where to go on; NotFound for anybody else's upload."""
    row, parts = await _find(context, caller, upload_id)
    offset = row["length"] if row["completed_at"] else await parts.offset()
    return Progress(upload_id, offset, row["length"])


async def append(
    tx: Tx, caller: Caller, upload_id: UUID, offset: int, stream: AsyncIterator[bytes]
) -> Progress:
    """Keep what comes, part by part; the last byte makes the file complete."""
    row, parts = await _find(tx.context, caller, upload_id)
    length: int = row["length"]
    if row["completed_at"] is not None or offset != await parts.offset():
        raise UploadMismatch
    end = await _receive(parts, offset, length, stream)
    if end == length:
        await _complete(tx, row, parts)
    return Progress(upload_id, end, length)


async def discard(tx: Tx, caller: Caller, upload_id: UUID) -> None:
    """The sender no longer wants it (tus termination)."""
    _, parts = await _find(tx.context, caller, upload_id)
    await uploads.take(tx, [upload_id])
    await parts.discard()


async def _receive(parts: Parts, offset: int, length: int, stream: AsyncIterator[bytes]) -> int:
    """What has arrived is kept even when the line breaks in the middle."""
    held = bytearray()
    try:
        async for chunk in stream:
            held += chunk
            if offset + len(held) > length:
                held.clear()
                raise PayloadTooLarge
            if len(held) >= _PART:
                offset = await parts.add(offset, bytes(held))
                held.clear()
    finally:
        if held:
            offset = await parts.add(offset, bytes(held))
    return offset


async def _complete(tx: Tx, row: Row, parts: Parts) -> None:
    box = await tx.context.vault.box(row["organization_id"])
    content = await parts.content()
    stored = await files_of(tx.context).put(box, row["organization_id"], content)
    kind = media_type(content, row["media_type"])
    await uploads.complete(tx, row["id"], stored.digest, kind)


async def _find(context: Context, caller: Caller, upload_id: UUID) -> tuple[Row, Parts]:
    async with context.tx(caller) as tx:
        row = await uploads.find(tx, upload_id, owner_of(caller))
    if row is None:
        raise NotFound
    box = await context.vault.box(row["organization_id"])
    return row, parts_of(context, upload_id, box)
