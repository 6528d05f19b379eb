"""What nobody claims is removed: orphaned contents, forgotten uploads, run-out proofs (T41)."""

from datetime import timedelta

from services.tickets.adapters.files import files_of
from services.tickets.adapters.parts import forgotten, parts_of
from services.tickets.store import messages, proofs, uploads
from shared.kit.context import Context
from shared.vocabulary import RESERVED_ORGANIZATION

ORPHAN_AFTER = 3600.0
"""Seconds; a content is written before its row, never this long before."""


async def sweep(context: Context) -> int:
    """One round; how many orphaned contents were removed."""
    hours = timedelta(hours=context.settings.tickets_upload_hours)
    async with context.tx() as tx:
        await uploads.drop_older(tx, tx.now - hours)
        await proofs.forget(tx)
    await _drop_parts(context)
    return await _drop_orphans(context)


async def _drop_parts(context: Context) -> None:
    folders = forgotten(context)
    async with context.tx() as tx:
        growing = await uploads.known(tx, folders)
    box = await context.vault.box(RESERVED_ORGANIZATION)
    for upload_id in set(folders) - growing:
        await parts_of(context, upload_id, box).discard()


async def _drop_orphans(context: Context) -> int:
    files = files_of(context)
    dropped = 0
    for organization_id, digest in files.older_than(ORPHAN_AFTER):
        async with context.tx() as tx:
            wanted = await messages.is_attached(tx, organization_id, digest)
        if not wanted:
            files.drop(organization_id, digest, ORPHAN_AFTER)
            dropped += 1
    return dropped
