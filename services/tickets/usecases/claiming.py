"""Uploads becoming files of a message: contents first, then rows (T41)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.tickets import problems
from services.tickets.adapters.files import Place, hand_over
from services.tickets.domain.opening import File
from services.tickets.domain.scanning import State
from services.tickets.settings import TicketsSettings
from services.tickets.store import files as attached
from services.tickets.store import seals, uploads
from services.tickets.store.rows import Row
from services.tickets.usecases.uploading import complete, oldest, owner_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.problems import ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Localized


@dataclass(frozen=True, slots=True)
class Claim:
    """Finished uploads whose keys are already wrapped for the ticket's organization."""

    upload_ids: tuple[UUID, ...]
    files: tuple[File, ...]


NOTHING = Claim((), ())


async def prepare(
    context: Context, caller: Caller, upload_ids: tuple[UUID, ...], organization_id: UUID
) -> Claim:
    """Read the uploads and hand their keys over to the ticket's organization."""
    wanted = tuple(dict.fromkeys(upload_ids))
    if not wanted:
        return NOTHING
    if len(wanted) > context.settings.tickets_files_per_message:
        texts = problems.TOO_MANY_FILES
        raise ValidationFailed.of("/upload_ids", "too_many_files", texts, caller.locale)
    by_id = {row["id"]: row for row in await _finished(context, caller, wanted)}
    if absent := [one for one in upload_ids if one not in by_id]:
        async with context.tx(caller) as tx:
            raise await _refused(tx, upload_ids, absent)
    files = [await _file(context, by_id[one], organization_id) for one in wanted]
    return Claim(wanted, tuple(files))


async def take(tx: Tx, claim: Claim) -> None:
    """Use the uploads up; whoever comes second is refused."""
    if not claim.upload_ids:
        return
    taken = {row["id"] for row in await uploads.spend(tx, claim.upload_ids)}
    if absent := [one for one in claim.upload_ids if one not in taken]:
        raise await _refused(tx, claim.upload_ids, absent)


async def attach(
    tx: Tx,
    box: Box,
    place: tuple[UUID, UUID, UUID],
    files: tuple[File, ...],
    *,
    public: bool = True,
) -> None:
    """Rows of files whose contents are safe; `place` = organization, ticket, message."""
    await attached.add(tx, box, place, files, state=_first(tx.context.settings), public=public)
    if files:
        tx.wake("tickets.scan")
        tx.wake("tickets.preview")


def _first(settings: TicketsSettings) -> State:
    """With a scanner every file waits for it."""
    trusted = settings.tickets_trust_unscanned and not settings.tickets_clamd
    return State.CLEAN if trusted else State.PENDING


async def _finished(context: Context, caller: Caller, wanted: tuple[UUID, ...]) -> list[Row]:
    async with context.tx(caller) as tx:
        rows = await uploads.find(tx, wanted, owner_of(caller), oldest(tx))
    if any([await complete(context, caller, row) for row in rows]):
        async with context.tx(caller) as tx:
            rows = await uploads.find(tx, wanted, owner_of(caller), oldest(tx))
    return [row for row in rows if row["completed_at"] is not None]


async def _file(context: Context, row: Row, organization_id: UUID) -> File:
    box = await context.vault.box(row["organization_id"])
    place = Place(row["file_id"], row["file_key"], row["length"])
    if row["organization_id"] != organization_id:
        place = hand_over(place, box, await context.vault.box(organization_id))
    return File(
        name=box.open(seals.UPLOAD_NAME, row["id"], row["name"]),
        media_type=row["media_type"],
        size=place.size,
        file_id=place.id,
        key=place.key,
        about=box.open_json(seals.UPLOAD_ABOUT, row["id"], row["about"]),
        cautions=tuple(row["cautions"]),
    )


def _why(row: Row | None, *, used: bool) -> Localized:
    if used:
        return problems.UPLOAD_USED
    if row is None:
        return problems.UPLOAD_UNKNOWN
    return problems.UPLOAD_PART if row["partial"] else problems.UPLOAD_UNFINISHED


async def _refused(tx: Tx, named: Sequence[UUID], absent: Sequence[UUID]) -> ValidationFailed:
    """Each of the named uploads that cannot be used, and why: its owner alone learns that."""
    owner = owner_of(tx.caller)
    here = {row["id"]: row for row in await uploads.find(tx, absent, owner, oldest(tx))}
    spent = await uploads.spent(tx, absent, owner)
    errors = []
    for place, upload_id in enumerate(named):
        if upload_id not in absent:
            continue
        texts = _why(here.get(upload_id), used=upload_id in spent)
        errors += ValidationFailed.of(
            f"/upload_ids/{place}", "unknown_upload", texts, tx.caller.locale
        ).errors
    return ValidationFailed(errors=errors)
