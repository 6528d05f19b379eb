"""Own the bytes first: one statement commits a mail, then the door may answer (mail.md 6)."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from services.intake.domain.mail import Envelope
from services.intake.domain.words import Flag
from services.intake.store import mails
from services.intake.usecases import secrets
from shared.events.mail import MailAccepted
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.ids import uuid7
from shared.kit.tx import Tx

PARSER: Final = "parser"
"""The worker that an accepted mail wakes."""

_LARGE: Final = 1024 * 1024
Channel = Literal["smtp", "http", "imap"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a server that kept the mail for us knows of it."""

    mailbox_id: UUID
    source_key: str
    arrived: datetime
    cut: bool = False


async def accept(
    tx: Tx, raw: bytes, envelope: Envelope, channel: Channel, origin: Origin | None = None
) -> UUID:
    """The mail is ours when this transaction has committed; nothing of it is read here.

    The bytes lie in the row itself: one commit makes mail and fact durable together, a backup
    holds both, and no file without a row has ever to be swept up.
    """
    mail_id = uuid7()
    sealed = await seal(tx.context, mail_id, raw, envelope)
    tx.emit(MailAccepted(mail_id=mail_id, at=tx.now, channel=channel), sequence=1)
    tx.wake(PARSER)
    await mails.keep(
        tx,
        {
            "id": mail_id,
            "channel": channel,
            "now": tx.now,
            "received_at": origin.arrived if origin else tx.now,
            "source_key": origin.source_key if origin else None,
            "mailbox_id": origin.mailbox_id if origin else None,
            "sender_tag": told_by(tx.context, envelope),
            "flags": [Flag.MESSAGE_CUT] if origin and origin.cut else [],
            **sealed,
        },
    )
    return mail_id


def told_by(context: Context, envelope: Envelope) -> bytes | None:
    """Who sent the mail as far as its door was told: what keeps a person's mails in order."""
    told = envelope.sender
    return secrets.person_tag(context, told) if "@" in told else None


async def seal(
    context: Context, mail_id: UUID, raw: bytes | bytearray, envelope: Envelope
) -> dict[str, Any]:
    """The columns that hold a mail's bytes and envelope.

    A bytearray is empty then: a large mail must not be in memory in both of its forms.
    """
    box, size = await secrets.box_of(context), len(raw)
    if size < _LARGE:
        sha256, sealed = _seal(box, mail_id, raw)
    else:
        sha256, sealed = await asyncio.to_thread(_seal, box, mail_id, raw)
    if isinstance(raw, bytearray):
        raw.clear()
    told = {"from": envelope.sender, "to": list(envelope.recipients)}
    told |= {"peer": envelope.peer, "helo": envelope.helo, "server": envelope.server}
    return {
        "sha256": sha256,
        "size": size,
        "envelope": box.seal_json(secrets.ENVELOPE, mail_id, told),
        "raw": sealed,
    }


def _seal(box: Box, mail_id: UUID, raw: bytes | bytearray) -> tuple[bytes, bytearray]:
    return hashlib.sha256(raw).digest(), box.seal_large(secrets.RAW, mail_id, raw)
