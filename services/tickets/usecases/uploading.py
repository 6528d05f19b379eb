"""Resumable uploads (tus 1.0): parts are kept sealed as they come, whatever happens to the line.

Bytes are safe before the row that names them, and no transaction is open while they come.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.tickets.adapters.files import Stored, files_of
from services.tickets.adapters.parts import Parts, parts_of
from services.tickets.domain.formroom import life, weight
from services.tickets.domain.naming import file_name
from services.tickets.domain.uploads import MOST_PARTS, Announcement, Checksum, Progress
from services.tickets.problems import (
    UploadFinished,
    UploadMismatch,
    UploadsUnused,
    UploadUnknown,
)
from services.tickets.problems.tus import FileTooLarge, UploadPieces
from services.tickets.store import seals, uploads
from services.tickets.store.rows import Row
from services.tickets.usecases import formroom
from services.tickets.usecases.leftovers import forget
from services.tickets.usecases.receiving import Receiver
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.ids import uuid7
from shared.kit.problems import NotFound, Problem
from shared.kit.tx import Tx
from shared.vocabulary import RESERVED_ORGANIZATION

_HEAVY: Final = 60.0
"""Seconds after which a sender may ask again for room."""


def owner_of(caller: Caller) -> UUID | None:
    """Whose uploads a caller may use; visitors of the form share one pool of unguessable ids."""
    return None if caller.kind == "anonymous" else caller.id


def box_owner(caller: Caller) -> UUID:
    """Under whose key a caller's uploads lie."""
    return caller.organization_id or RESERVED_ORGANIZATION


Sent = tuple[AsyncIterator[bytes] | None, Checksum | None]


async def create(tx: Tx, caller: Caller, told: Announcement, sent: Sent) -> Progress:
    """Announce a file, and send its first bytes with it; an empty one is complete at once."""
    context = tx.context
    box = await context.vault.box(box_owner(caller))
    received = _Received(parts_of(context, box))
    length = await _begin(context, caller, told, received)
    stream, checksum = sent
    if stream is not None and not told.pieces:
        await Receiver(received.parts, received.keep, 0, length, checksum).take(stream)
    row = _new_row(tx, caller, told, box)
    row |= {"length": length, "received": received.offset, "parts": received.ids}
    if caller.kind == "anonymous" and not told.pieces:
        await _take_room(tx, told.visitor, weight(received.offset, length), received)
    whole = received.offset == length and not told.partial
    if whole:
        row |= await _whole(context, box, row) | {"parts": [], "completed_at": tx.now}
    if told.pieces and len(await uploads.take(tx, told.pieces)) != len(told.pieces):
        raise UploadUnknown
    await uploads.add(tx, row)
    if whole:
        await received.parts.drop(received.ids)
    return _progress(context, row)


async def progress(context: Context, caller: Caller, upload_id: UUID) -> Progress:
    """Where to go on; NotFound for anybody else's upload."""
    row = await find(context, caller, upload_id)
    await complete(context, caller, row)
    box = await context.vault.box(row["organization_id"])
    return _progress(context, row, box.open(seals.UPLOAD_NAME, upload_id, row["name"]))


async def append(
    context: Context,
    caller: Caller,
    place: tuple[UUID, int],
    stream: AsyncIterator[bytes],
    checksum: Checksum | None = None,
) -> Progress:
    """Keep what comes at `place` = upload and offset; the last byte makes the file complete."""
    upload_id, offset = place
    row = await find(context, caller, upload_id)
    if row["completed_at"] is not None or offset >= row["length"] == row["received"]:
        raise UploadFinished
    if offset != row["received"]:
        raise UploadMismatch
    if len(row["parts"]) >= MOST_PARTS:
        raise UploadPieces(MOST_PARTS)
    parts = parts_of(context, await context.vault.box(row["organization_id"]))

    async def keep(start: int, stop: int, ids: list[UUID]) -> None:
        try:
            await _grow(context, caller, row, (start, stop), ids)
        except Problem:
            await parts.drop(ids)
            raise

    end = await Receiver(parts, keep, offset, row["length"], checksum).take(stream)
    row = await find(context, caller, upload_id)
    await complete(context, caller, row)
    return _progress(context, {**row, "received": end})


async def _grow(
    context: Context, caller: Caller, row: Row, span: tuple[int, int], ids: list[UUID]
) -> None:
    """Write down that a span of an upload is kept; for the form only where there is room."""
    start, stop = span
    more = weight(stop, row["length"]) - weight(start, row["length"])
    public = caller.kind == "anonymous"
    if public:
        await formroom.make(context, row["visitor"], more)
    async with context.tx(caller) as tx:
        if public:
            await formroom.check(tx, row["visitor"], more)
        if not await uploads.grow(tx, row["id"], start, stop, ids):
            raise UploadMismatch


async def discard(context: Context, caller: Caller, upload_id: UUID) -> None:
    """The sender no longer wants it (tus termination)."""
    await find(context, caller, upload_id)
    async with context.tx(caller) as tx:
        rows = await uploads.take(tx, [upload_id])
    await forget(context, rows)


async def complete(context: Context, caller: Caller, row: Row) -> bool:
    """Make one file of all parts; done again for whoever asks, should a process die before."""
    if row["partial"] or row["completed_at"] is not None or row["received"] < row["length"]:
        return False
    box = await context.vault.box(row["organization_id"])
    values = await _whole(context, box, dict(row))
    async with context.tx(caller) as tx:
        first = await uploads.complete(tx, row["id"], values)
    needless = row["parts"] if first else [values["file_id"]]
    await files_of(context).drop(needless)
    return first


async def find(context: Context, caller: Caller, upload_id: UUID) -> Row:
    async with context.tx(caller) as tx:
        rows = await uploads.find(tx, [upload_id], owner_of(caller), oldest(tx))
    if not rows:
        raise NotFound
    return rows[0]


def oldest(tx: Tx) -> datetime:
    """What nobody has touched since then has run out."""
    return tx.now - _life(tx.context)


class _Received:
    """Parts that have no row yet."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.ids: list[UUID] = []
        self.offset = 0

    async def keep(self, _start: int, stop: int, ids: list[UUID]) -> None:
        self.ids += ids
        self.offset = stop


async def _begin(context: Context, caller: Caller, told: Announcement, received: _Received) -> int:
    """The length of an upload that may begin; what it is made of is received already."""
    if not told.pieces:
        await _check_room(context, caller, told)
        return told.length
    for piece in await _pieces(context, caller, told.pieces):
        await received.keep(0, received.offset + piece["length"], piece["parts"])
    if received.offset > context.settings.tickets_file_limit:
        raise FileTooLarge(context.settings.tickets_file_limit)
    return received.offset


async def _pieces(context: Context, caller: Caller, ids: tuple[UUID, ...]) -> list[Row]:
    """The partial uploads of a concatenation, in the order in which they were named."""
    async with context.tx(caller) as tx:
        rows = await uploads.find(tx, ids, owner_of(caller), oldest(tx))
    by_id = {row["id"]: row for row in rows if row["partial"] and row["received"] == row["length"]}
    if len(ids) != len(by_id) or set(ids) != set(by_id):
        raise UploadUnknown
    return [by_id[one] for one in ids]


async def _check_room(context: Context, caller: Caller, told: Announcement) -> None:
    settings = context.settings
    if told.length > settings.tickets_file_limit:
        raise FileTooLarge(settings.tickets_file_limit)
    if caller.kind == "anonymous":
        await formroom.make(context, told.visitor, weight(0, told.length))
        return
    async with context.tx() as tx:
        held = await uploads.unclaimed_bytes(tx, caller.id)
    if held + told.length > settings.tickets_upload_budget:
        raise UploadsUnused(retry_after=_HEAVY)


async def _take_room(tx: Tx, visitor: bytes | None, more: int, received: "_Received") -> None:
    try:
        await formroom.check(tx, visitor, more)
    except Problem:
        await received.parts.drop(received.ids)
        raise


def _new_row(tx: Tx, caller: Caller, told: Announcement, box: Box) -> dict[str, Any]:
    upload_id = uuid7()
    about = {"original_name": told.name[:500], "declared": told.declared[:200]}
    return {
        "id": upload_id,
        "organization_id": box.organization_id,
        "owner_id": owner_of(caller),
        "name": box.seal(seals.UPLOAD_NAME, upload_id, file_name(told.name)),
        "media_type": "application/octet-stream",
        "declared": told.declared[:200],
        "partial": told.partial,
        "created_at": tx.now,
        "touched_at": tx.now,
        "completed_at": None,
        "about": box.seal_json(seals.UPLOAD_ABOUT, upload_id, about),
        "cautions": [],
        "visitor": told.visitor,
    }


async def _whole(context: Context, box: Box, row: dict[str, Any]) -> dict[str, Any]:
    """One sealed file of all parts, and what its bytes say; the columns of its row."""
    about = box.open_json(seals.UPLOAD_ABOUT, row["id"], row["about"])
    told = (about["original_name"], about["declared"])
    content = parts_of(context, box).read(row["parts"])
    stored = await files_of(context).put(box, content, row["length"], told)
    return _columns(box, row["id"], stored, about)


def _columns(box: Box, upload_id: UUID, stored: Stored, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "file_id": stored.place.id,
        "file_key": stored.place.key,
        "media_type": stored.finding.media_type,
        "cautions": list(stored.finding.cautions),
        "about": box.seal_json(seals.UPLOAD_ABOUT, upload_id, {**about, "sha256": stored.sha256}),
    }


def _progress(context: Context, row: Row | dict[str, Any], name: str = "") -> Progress:
    return Progress(
        id=row["id"],
        offset=row["received"],
        length=row["length"],
        expires_at=row["touched_at"] + _life_of(context, row),
        name=name,
        declared=row["declared"],
        partial=row["partial"],
    )


def _life_of(context: Context, row: Row | dict[str, Any]) -> timedelta:
    usual = _life(context)
    return usual if row["owner_id"] else life(row["received"], row["length"], usual)


def _life(context: Context) -> timedelta:
    return timedelta(hours=context.settings.tickets_upload_hours)
