"""What operators may do with mails: look, read the bytes, decide anew, overrule.

A mail outside the caller's sight is not there.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.intake.domain.mail import Mail
from services.intake.domain.words import REDECIDABLE, RELEASABLE, State
from services.intake.problems import NobodyToOwn, NotReleasable
from services.intake.store import contents, mails, pages
from services.intake.usecases import read, secrets, sight
from services.intake.usecases.accept import PARSER
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.problems import NotFound
from shared.kit.sealedstream import Opener
from shared.kit.tx import Tx
from shared.vocabulary import MailClass, SenderAuth


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail as operators and other services see it."""

    row: mails.Row
    subject: str
    sender: dict[str, str]
    mail: Mail | None = None
    files: tuple[dict[str, Any], ...] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which mails a list shows; what is None does not matter."""

    state: State | None = None
    mail_class: MailClass | None = None
    sender_auth: SenderAuth | None = None
    ticket_id: UUID | None = None
    department_id: UUID | None = None

    def columns(self) -> dict[str, Any]:
        """The department goes by the sight, which knows whose mails without one are."""
        wanted = ("state", "mail_class", "sender_auth", "ticket_id")
        known = {name: getattr(self, name) for name in wanted}
        return {name: value for name, value in known.items() if value is not None}


async def listed(tx: Tx, filters: Filters, before: UUID | None, most: int) -> list[Shown]:
    """Newest first, with subject and sender only."""
    within = sight.narrowed(sight.reading(tx.caller), filters.department_id)
    rows = await pages.page(tx, pages.Wish(before, most, within, filters.columns()))
    return [await summary(tx, row) for row in rows]


async def show(tx: Tx, mail_id: UUID) -> Shown:
    """One mail with its words, the list of its files, and why it was refused if it was."""
    row = await mails.find(tx, mail_id, sight.reading(tx.caller), watched=True)
    if row is None:
        raise NotFound
    shown = await summary(tx, row)
    mail = await read.content(tx, mail_id)
    files = (await _files(tx, mail_id))[mail_id]
    refused = await refusal(tx, mail_id) if row.state is State.REJECTED else None
    return Shown(row, shown.subject, shown.sender, mail, files, refused)


async def fetched(tx: Tx, mail_ids: Sequence[UUID]) -> list[Shown]:
    """Mails with their words as other services take them over; unknown ids are left out."""
    found = await mails.with_contents(tx, mail_ids)
    filed = [row.id for row, _, has_files in found if has_files]
    files = await _files(tx, *filed) if filed else {}
    box = await secrets.box_of(tx.context)
    shown = []
    for row, sealed, _ in found:
        if sealed is None:
            shown.append(await summary(tx, row))
            continue
        mail = read.opened(box, row.id, sealed)
        sender = {"email": mail.sender, "name": mail.sender_name}
        shown.append(Shown(row, mail.subject, sender, mail, files.get(row.id, ())))
    return shown


async def raw(tx: Tx, mail_id: UUID) -> bytes:
    """The bytes as they came in."""
    sealed = await mails.raw_of(tx, mail_id, sight.reading(tx.caller))
    if sealed is None:
        raise NotFound
    box = await secrets.box_of(tx.context)
    return box.open_bytes(secrets.RAW, mail_id, sealed)


async def file(context: Context, mail_id: UUID, file_id: UUID) -> tuple[int, AsyncIterator[bytes]]:
    """Size and bytes of one file of a mail, read in pieces."""
    async with context.tx() as tx:
        row = await contents.file_of(tx, mail_id, file_id)
    if row is None:
        raise NotFound
    box = await secrets.box_of(context)
    key = box.open_json(secrets.ABOUT, file_id, row["about"]).get("key")
    if key is None:  # sealed whole, before files had keys of their own
        return row["size"], _whole(context, box, file_id)

    async def read_slice(start: int, stop: int) -> AsyncIterator[bytes]:
        async with context.tx() as tx:
            piece = await contents.file_slice(tx, file_id, start, stop)
        yield piece

    opener = Opener(bytes.fromhex(key), file_id, row["size"], read_slice)
    return row["size"], opener.span(0, row["size"])


async def _whole(context: Context, box: Box, file_id: UUID) -> AsyncIterator[bytes]:
    async with context.tx() as tx:
        sealed = await contents.file_slice(tx, file_id, 0)
    yield box.open_bytes(secrets.FILE, file_id, sealed)


async def replay(tx: Tx, mail_id: UUID) -> mails.Row:
    """Read and decide the mail again; what is on a ticket, or on its way there, stays."""
    row = await _locked(tx, mail_id)
    if row.state is State.UNFETCHABLE:
        await mails.change(tx, mail_id, {"next_at": tx.now})
        tx.wake(f"mailbox {row.mailbox_id}")
    elif row.state in REDECIDABLE:
        fields = {"state": State.ACCEPTED, "attempts": 0, "next_at": tx.now, "duplicate_of": None}
        await mails.change(tx, mail_id, fields)
        tx.wake(PARSER)
    return await _locked(tx, mail_id)


async def release(tx: Tx, mail_id: UUID) -> mails.Row:
    """A person lets the mail through: onto the matched ticket, or into a new one."""
    row = await _locked(tx, mail_id)
    if row.released and row.state not in RELEASABLE:
        return row
    if row.state not in RELEASABLE:
        raise NotReleasable(state=row.state)
    if "no_sender" in row.reasons:
        raise NobodyToOwn
    fields = {
        "state": State.PARSED,
        "released": True,
        "decided_by": tx.caller.id,
        "attempts": 0,
        "next_at": tx.now,
    }
    await mails.change(tx, mail_id, fields)
    tx.wake(PARSER)
    return await _locked(tx, mail_id)


async def _locked(tx: Tx, mail_id: UUID) -> mails.Row:
    row = await mails.find(tx, mail_id, sight.deciding(tx.caller), lock=True)
    if row is None:
        raise NotFound
    return row


async def refusal(tx: Tx, mail_id: UUID) -> str | None:
    """Why a person refused the mail."""
    sealed = await mails.note_of(tx, mail_id)
    if sealed is None:
        return None
    box = await secrets.box_of(tx.context)
    return box.open(secrets.NOTE, mail_id, sealed)


async def summary(tx: Tx, row: mails.Row) -> Shown:
    if row.summary is None:
        return Shown(row, "", {"email": "", "name": ""})
    box = await secrets.box_of(tx.context)
    told = box.open_json(secrets.SUMMARY, row.id, row.summary)
    return Shown(row, told["subject"], told["from"])


async def _files(tx: Tx, *mail_ids: UUID) -> dict[UUID, tuple[dict[str, Any], ...]]:
    box = await secrets.box_of(tx.context)
    return {
        mail_id: tuple(_file(box, row) for row in rows)
        for mail_id, rows in (await contents.files_of(tx, *mail_ids)).items()
    }


def _file(box: Box, row: Mapping[str, Any]) -> dict[str, Any]:
    about = box.open_json(secrets.ABOUT, row["id"], row["about"])
    about.pop("key", None)
    return {**row, **about, "sha256": row["sha256"].hex()}
