"""Small pictures of attached ones: made once a file is clean, sealed like every other content."""

from datetime import timedelta
from typing import Final

from services.tickets.adapters.files import files_of, once
from services.tickets.adapters.pictures import NoPicture, shrink
from services.tickets.store import files
from services.tickets.store.rows import Row
from services.tickets.usecases.scanning import content_of
from shared.kit.context import Context
from shared.kit.logging import get_logger

_LEASE: Final = timedelta(minutes=1)
_LARGEST: Final = 4 * 1024 * 1024
_log = get_logger("preview")


async def preview_one(context: Context) -> bool:
    """Make one; False when none is wanted now."""
    async with context.tx() as tx:
        row = await files.claim_preview(tx, tx.now + _LEASE)
    if row is None:
        return False
    try:
        made = await shrink(await content_of(context, row))
    except (NoPicture, FileNotFoundError) as reason:
        _log.info("no_preview", attachment_id=str(row["id"]), reason=str(reason))
        async with context.tx() as tx:
            await files.previewed(tx, row["id"], None)
        return True
    await _keep(context, row, made)
    return True


async def _keep(context: Context, row: Row, made: bytes) -> None:
    box, store = await context.vault.box(row["organization_id"]), files_of(context)
    place = (await store.put(box, once(made), _LARGEST)).place
    async with context.tx() as tx:
        first = await files.previewed(tx, row["id"], (place.id, place.key, place.size))
    if not first:
        await store.drop([place.id])
