"""Attached files: shown and handed out within the rights of their ticket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.tickets.adapters.files import Place, files_of
from services.tickets.adapters.pictures import MEDIA_TYPE
from services.tickets.domain.downloads import Grant, make_token, read_token
from services.tickets.domain.kinds import RASTER, UNKNOWN, shown_type
from services.tickets.domain.pixels import HEAD, MOST, pixels
from services.tickets.domain.scanning import State
from services.tickets.problems import (
    DownloadInvalid,
    FileInfected,
    FileWithheld,
    NotInline,
    PreviewAbsent,
    PreviewPending,
)
from services.tickets.store import files, seals, tickets
from services.tickets.store.rows import Row
from services.tickets.usecases import answers
from services.tickets.usecases.sight import viewer_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import NotFound
from shared.vocabulary import Role

_LINKS: Final = "/v1/files"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is wanted: inside a page, or in spite of what was found in it."""

    inline: bool = False
    infected: bool = False


@dataclass(frozen=True, slots=True)
class Handout:
    """A file that may be handed out."""

    context: Context
    row: Row
    place: Place
    name: str
    media_type: str
    inline: bool = False

    async def bytes(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """An iterator whose first piece is here already: what is gone is said before the answer."""
        box = await self.context.vault.box(self.row["organization_id"])
        pieces = files_of(self.context).read(box, self.place, start, stop)
        try:
            first = await anext(pieces, b"")
        except FileNotFoundError:
            raise NotFound from None
        return _after(first, pieces)


async def attachment(context: Context, caller: Caller, attachment_id: UUID) -> dict[str, Any]:
    """One file without its content."""
    row = await _find(context, caller, attachment_id)
    box = await context.vault.box(row["organization_id"])
    return answers.attachment(row, box, staff=viewer_of(caller).staff)


async def content(context: Context, caller: Caller, attachment_id: UUID, wish: Wish) -> Handout:
    """What was not found clean reaches staff only, what was found infected an admin who insists."""
    row = await _find(context, caller, attachment_id)
    staff = viewer_of(caller).staff
    insists = wish.infected and caller.kind == "user" and caller.plays(Role.ADMIN)
    _check(row, staff=staff, insists=insists)
    return await _handout(context, row, inline=wish.inline)


async def preview(context: Context, caller: Caller, attachment_id: UUID) -> Handout:
    """The small picture of a clean one."""
    row = await _find(context, caller, attachment_id)
    _check(row, staff=viewer_of(caller).staff)
    if row["preview"] == "wanted" and row["state"] in {State.PENDING, State.CLEAN}:
        raise PreviewPending
    if row["preview"] != "ready":
        raise PreviewAbsent
    place = Place(row["preview_id"], row["preview_key"], row["preview_size"])
    return Handout(context, row, place, "preview.webp", MEDIA_TYPE, inline=True)


async def link(
    context: Context, caller: Caller, attachment_id: UUID, *, inline: bool
) -> tuple[str, datetime]:
    """A short-lived address of the content, by the rights that the caller has now."""
    row = await _find(context, caller, attachment_id)
    staff = viewer_of(caller).staff
    _check(row, staff=staff)
    if inline:
        await _check_inline(context, row)
    until = context.clock.now() + timedelta(seconds=context.settings.tickets_link_seconds)
    grant = Grant(attachment_id, caller.id, int(until.timestamp()), staff, inline)
    return address(context, grant), until.replace(microsecond=0)


def address(context: Context, grant: Grant) -> str:
    """Where the holder of a grant fetches its file."""
    settings = context.settings
    base = (settings.tickets_download_url or settings.public_url).rstrip("/")
    return f"{base}{_LINKS}/{make_token(_key(context), grant)}"


async def by_link(context: Context, token: str) -> Handout:
    """The content behind a link; what has been found in it meanwhile counts."""
    grant = read_token(_key(context), token, context.clock.now())
    if grant is None:
        raise DownloadInvalid
    async with context.tx() as tx:
        row = await files.find(tx, grant.attachment_id)
    if row is None or not (row["public"] or grant.staff):
        raise DownloadInvalid
    _check(row, staff=grant.staff)
    return await _handout(context, row, inline=grant.inline)


def _check(row: Row, *, staff: bool, insists: bool = False) -> None:
    if row["state"] == State.INFECTED and not insists:
        raise FileInfected if staff else FileWithheld
    if row["state"] != State.CLEAN and not staff:
        raise FileWithheld


async def _check_inline(context: Context, row: Row) -> None:
    """A picture of which we made a small one unfolds in a browser too; else its head tells."""
    if row["state"] != State.CLEAN or row["media_type"] not in RASTER or row["cautions"]:
        raise NotInline
    if row["preview"] == "refused":
        raise NotInline
    if row["preview"] == "ready":
        return
    head = bytearray()
    async for piece in await (await _handed(context, row)).bytes(0, min(HEAD, row["size"])):
        head += piece
    size = pixels(bytes(head))
    if size is None or size > MOST:
        raise NotInline


async def _handout(context: Context, row: Row, *, inline: bool) -> Handout:
    if inline:
        await _check_inline(context, row)
    return await _handed(context, row, inline=inline)


async def _handed(context: Context, row: Row, *, inline: bool = False) -> Handout:
    box = await context.vault.box(row["organization_id"])
    infected = row["state"] == State.INFECTED
    return Handout(
        context,
        row,
        Place(row["file_id"], row["file_key"], row["size"]),
        box.open(seals.FILE_NAME, row["id"], row["name"]) + (".infected" if infected else ""),
        UNKNOWN if infected else shown_type(row["media_type"]),
        inline,
    )


async def _find(context: Context, caller: Caller, attachment_id: UUID) -> Row:
    viewer = viewer_of(caller)
    async with context.tx(caller) as tx:
        row = await files.find(tx, attachment_id)
        if row is None or not (row["public"] or viewer.staff):
            raise NotFound
        if await tickets.find(tx, viewer, row["ticket_id"]) is None:
            raise NotFound
    return row


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _key(context: Context) -> bytes:
    return context.keys.derive("download-link")
