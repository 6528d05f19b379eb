"""From sealed bytes to sealed content: the parser's step, which every mail survives."""

import asyncio
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid5

from services.intake.adapters.children import Parser, ParserLost, ParserTooSlow
from services.intake.adapters.frames import read_content
from services.intake.domain.body import File
from services.intake.domain.mail import Mail, Parsed, Reading, unreadable
from services.intake.domain.words import Decision, State
from services.intake.store import contents, mails
from services.intake.usecases import secrets
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.logging import get_logger
from shared.kit.tx import Tx

_log = get_logger("read")
_LARGE: Final = 1024 * 1024


async def read(context: Context, parser: Parser, mail_id: UUID) -> State | None:
    """Parse an accepted mail; what cannot be parsed goes on degraded. Its new state."""
    async with context.tx() as tx:
        row = await mails.find(tx, mail_id)
        sealed = await mails.raw_of(tx, mail_id)
    if row is None or sealed is None or row.state is not State.ACCEPTED:
        return row.state if row else None
    box = await secrets.box_of(context)
    raw = await _opened(box, mail_id, sealed)
    envelope = secrets.open_envelope(box, mail_id, row.envelope)
    reading = Reading(context.settings.trusted_authserv, context.settings.arabic)
    degraded = False
    try:
        parsed = await parser.parse(raw, envelope, reading)
    except (ParserLost, ParserTooSlow) as failure:
        _log.warning("mail_unreadable", mail_id=str(mail_id), cause=type(failure).__name__)
        parsed, degraded = unreadable(raw, envelope, reading), True
    async with context.tx() as tx:
        return await _keep(tx, box, mail_id, parsed, degraded=degraded)


async def _opened(box: Box, mail_id: UUID, sealed: bytes) -> bytes:
    if len(sealed) < _LARGE:
        return box.open_bytes(secrets.RAW, mail_id, sealed)
    return await asyncio.to_thread(box.open_bytes, secrets.RAW, mail_id, sealed)


async def _keep(tx: Tx, box: Box, mail_id: UUID, parsed: Parsed, *, degraded: bool) -> State:
    """Store the reading; a mail whose content came before is a duplicate and ends here."""
    mail, context = parsed.mail, tx.context
    files = [_file(box, mail_id, place, file) for place, file in enumerate(parsed.files, 1)]
    content = box.seal_json(secrets.CONTENT, mail_id, asdict(mail))
    await contents.replace(tx, mail_id, content, files)
    tag = secrets.digest_tag(context, mail.digest)
    first = await mails.claim_digest(tx, tag, mail_id)
    fields = {
        "summary": _summary(box, mail_id, mail),
        "digest_tag": tag,
        "message_tag": secrets.message_tag(context, mail.message_id) if mail.message_id else None,
        "sender_tag": secrets.person_tag(context, mail.sender) if mail.sender else None,
        "mail_class": mail.mail_class,
        "sender_auth": mail.sender_auth,
        "flags": list(mail.flags),
        "degraded": degraded,
        "attempts": 0,
        "next_at": tx.now,
    }
    if first == mail_id:
        await mails.change(tx, mail_id, {**fields, "state": State.PARSED})
        return State.PARSED
    twin = {"decision": Decision.DUPLICATE, "duplicate_of": first, "reasons": ["same_content"]}
    await mails.change(tx, mail_id, {**fields, **twin, "state": State.DUPLICATE})
    return State.DUPLICATE


def _file(box: Box, mail_id: UUID, place: int, file: File) -> dict[str, Any]:
    """A file keeps its id however often the mail is read again."""
    file_id = uuid5(mail_id, f"file {place}")
    about = {
        "name": file.name,
        "original_name": file.original_name,
        "content_id": file.content_id,
        "inline": file.inline,
    }
    return {
        "id": file_id,
        "mail_id": mail_id,
        "position": place,
        "media_type": file.media_type,
        "size": len(file.content),
        "sha256": sha256(file.content).digest(),
        "about": box.seal_json(secrets.ABOUT, file_id, about),
        "content": box.seal(secrets.FILE, file_id, file.content),
    }


def _summary(box: Box, mail_id: UUID, mail: Mail) -> bytes:
    shown = {"subject": mail.subject, "from": {"email": mail.sender, "name": mail.sender_name}}
    return box.seal_json(secrets.SUMMARY, mail_id, shown)


async def content(tx: Tx, mail_id: UUID) -> Mail | None:
    """The mail's content again, as the parser read it."""
    sealed = await contents.content_of(tx, mail_id)
    if sealed is None:
        return None
    box = await secrets.box_of(tx.context)
    return read_content(box.open_json(secrets.CONTENT, mail_id, sealed))
