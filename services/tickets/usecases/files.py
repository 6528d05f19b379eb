"""Attached files: shown and handed out within the rights of their ticket."""

from typing import Any
from uuid import UUID

from services.tickets.adapters.files import files_of
from services.tickets.problems import FileWithheld
from services.tickets.store import messages, seals, tickets
from services.tickets.store.rows import Row
from services.tickets.usecases import answers
from services.tickets.usecases.sight import viewer_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import NotFound


async def attachment(context: Context, caller: Caller, attachment_id: UUID) -> dict[str, Any]:
    """One file without its content."""
    row = await _find(context, caller, attachment_id)
    return answers.attachment(row, await context.vault.box(row["organization_id"]))


async def content(context: Context, caller: Caller, attachment_id: UUID) -> tuple[bytes, str, str]:
    """Bytes, name and type; what was not found clean reaches staff only (mail.md 11)."""
    row = await _find(context, caller, attachment_id)
    if row["state"] != "clean" and not viewer_of(caller).staff:
        raise FileWithheld
    box = await context.vault.box(row["organization_id"])
    try:
        found = await files_of(context).get(box, row["organization_id"], row["digest"])
    except FileNotFoundError:
        raise NotFound from None
    return found, box.open(seals.FILE_NAME, row["id"], row["name"]), row["media_type"]


async def _find(context: Context, caller: Caller, attachment_id: UUID) -> Row:
    viewer = viewer_of(caller)
    async with context.tx(caller) as tx:
        row = await messages.file(tx, attachment_id)
        if row is None or not (row["public"] or viewer.staff):
            raise NotFound
        if await tickets.find(tx, viewer, row["ticket_id"]) is None:
            raise NotFound
    return row
