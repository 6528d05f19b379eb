"""One mail of a mailbox becomes ours: bytes, row and cursor in one transaction (mail.md 6.4)."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.intake.domain.mail import Envelope
from services.intake.domain.servers import arrival, return_path, source_key
from services.intake.store import cursors
from services.intake.store.cursors import Place, Stub
from services.intake.store.servers import Mailbox
from services.intake.usecases.accept import PARSER, Origin, accept, seal
from shared.events.mail import MailAccepted
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.logging import get_logger
from shared.kit.tx import Tx

_LARGE: Final = 1024 * 1024
_log = get_logger("mailbox")


class NotOurs(Exception):
    """Another replica reads this mailbox now, or it was changed: let go of it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as its server gave it."""

    raw: bytes
    arrived: datetime | None = None
    cut: bool = False


async def take(context: Context, mailbox: Mailbox, place: Place, fetched: Fetched) -> UUID | None:
    """Own the mail and move the cursor; None when it was ours already."""
    key = source_key(mailbox.id, place.validity, place.uid)
    sha256 = await _digest(fetched.raw) if place.uid <= mailbox.rescan_to else None
    envelope = _envelope(mailbox, fetched.raw)
    async with context.tx() as tx:
        await _advance(tx, place)
        if await cursors.known(tx, mailbox.id, key, sha256):
            return None
        origin = Origin(mailbox.id, key, arrival(fetched.arrived, tx.now), fetched.cut)
        return await accept(tx, fetched.raw, envelope, "imap", origin)


async def skip(context: Context, place: Place) -> None:
    """The mail is gone from its server, or older than what we were asked to fetch."""
    async with context.tx() as tx:
        await _advance(tx, place)


async def stumble(context: Context, place: Place) -> int:
    """The server did not give this mail; how often it has not by now."""
    async with context.tx() as tx:
        return await cursors.stumble(tx, place)


async def set_aside(
    context: Context, mailbox: Mailbox, place: Place, arrived: datetime | None
) -> UUID:
    """Three times in vain: a visible stub stands in its place, and the next mails come in."""
    mail_id = uuid7()
    sealed = await seal(context, mail_id, b"", _envelope(mailbox, b""))
    async with context.tx() as tx:
        await _advance(tx, place)
        key = source_key(mailbox.id, place.validity, place.uid)
        if not await cursors.known(tx, mailbox.id, key, None):
            stub = {"id": mail_id, "mailbox_id": mailbox.id, "source_key": key}
            received = {"received_at": arrival(arrived, tx.now)}
            await cursors.set_aside(tx, {**stub, **received, **sealed})
    _log.error("mail_unfetchable", mailbox_id=str(mailbox.id), mail_id=str(mail_id))
    return mail_id


async def fill(context: Context, mailbox: Mailbox, stub: Stub, fetched: Fetched) -> None:
    """A replayed stub has its bytes at last: it goes on like any other mail."""
    sealed = await seal(context, stub.id, fetched.raw, _envelope(mailbox, fetched.raw))
    async with context.tx() as tx:
        version = await cursors.fill(tx, {"id": stub.id, **sealed})
        if version is not None:
            tx.emit(MailAccepted(mail_id=stub.id, at=tx.now, channel="imap"), sequence=version)
            tx.wake(PARSER)


async def _digest(raw: bytes) -> bytes:
    if len(raw) < _LARGE:
        return hashlib.sha256(raw).digest()
    return (await asyncio.to_thread(hashlib.sha256, raw)).digest()


async def _advance(tx: Tx, place: Place) -> None:
    if not await cursors.advance(tx, place):
        raise NotOurs


def _envelope(mailbox: Mailbox, raw: bytes) -> Envelope:
    """Of the envelope a server keeps the sender at most; the recipient is this mailbox."""
    server = mailbox.server.authserv_id if mailbox.server else ""
    return Envelope(return_path(raw), (mailbox.address,), server=server)
