"""Uploads becoming files of a message: contents first, then rows (T41)."""

from dataclasses import dataclass
from uuid import UUID

from services.tickets import problems
from services.tickets.adapters.files import files_of
from services.tickets.domain.opening import File
from services.tickets.store import messages, seals, uploads
from services.tickets.store.rows import Row
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.problems import ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Locale


@dataclass(frozen=True, slots=True)
class Claim:
    """Finished uploads whose contents already lie under the ticket's organization."""

    upload_ids: tuple[UUID, ...]
    files: tuple[File, ...]


NOTHING = Claim((), ())


def owner_of(caller: Caller) -> UUID | None:
    """Whose uploads a caller may use; visitors of the form share one pool of unguessable ids."""
    return None if caller.kind == "anonymous" else caller.id


async def prepare(
    context: Context, caller: Caller, upload_ids: tuple[UUID, ...], organization_id: UUID
) -> Claim:
    """Read the uploads and seal them anew where they lie under another organization's key."""
    if not upload_ids:
        return NOTHING
    if len(set(upload_ids)) > context.settings.tickets_files_per_message:
        texts = problems.TOO_MANY_FILES
        raise ValidationFailed.of("/upload_ids", "too_many_files", texts, caller.locale)
    async with context.tx(caller) as tx:
        rows = await uploads.complete_ones(tx, upload_ids, owner_of(caller))
    if len(rows) != len(set(upload_ids)):
        raise _unknown(caller.locale)
    files = [await _file(context, row, organization_id) for row in rows]
    return Claim(tuple(row["id"] for row in rows), tuple(files))


async def take(tx: Tx, claim: Claim) -> None:
    """Use the uploads up; whoever comes second is refused."""
    if claim.upload_ids and await uploads.take(tx, claim.upload_ids) != len(claim.upload_ids):
        raise _unknown(tx.caller.locale)


async def attach(
    tx: Tx,
    box: Box,
    place: tuple[UUID, UUID, UUID],
    files: tuple[File, ...],
    *,
    public: bool = True,
) -> None:
    """Rows of files whose contents are safe; `place` = organization, ticket, message."""
    state = "clean" if tx.context.settings.tickets_trust_unscanned else "pending"
    await messages.add_files(tx, box, place, files, state=state, public=public)


async def _file(context: Context, row: Row, organization_id: UUID) -> File:
    box = await context.vault.box(row["organization_id"])
    name = box.open(seals.UPLOAD_NAME, row["id"], row["name"])
    digest: bytes = row["digest"]
    if row["organization_id"] != organization_id:
        store = files_of(context)
        content = await store.get(box, row["organization_id"], digest)
        await store.put(await context.vault.box(organization_id), organization_id, content)
    return File(name, row["media_type"], row["length"], digest)


def _unknown(locale: Locale) -> ValidationFailed:
    return ValidationFailed.of("/upload_ids", "unknown_upload", problems.UPLOAD_UNKNOWN, locale)
