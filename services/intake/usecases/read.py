"""From sealed bytes to sealed content: the parser's step, which every mail survives."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from services.intake.adapters.children import Parser, ParserLost, ParserTooSlow
from services.intake.adapters.frames import read_content
from services.intake.adapters.zone import Zone
from services.intake.domain.admission import Network, read_networks
from services.intake.domain.body import File
from services.intake.domain.files import file_id
from services.intake.domain.mail import Envelope, Mail, Parsed, Reading, unreadable
from services.intake.domain.words import State
from services.intake.store import contents, mails
from services.intake.store.claims import Claimed
from services.intake.usecases import secrets, witness
from shared.kit import sealedstream
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.gathering import Gathering
from shared.kit.logging import get_logger
from shared.kit.sealedstream import Sealer
from shared.kit.tx import Tx

_log = get_logger("read")
_ATTEMPTS: Final = 5
"""After so many failures of ours beside the parser's, the mail goes on unread."""
_LARGE: Final = 1024 * 1024
_COLUMNS: Final = (
    *("file_ids", "file_types", "file_sizes", "file_hashes", "file_abouts", "file_contents"),
)


Saving = Gathering[Mapping[str, Any], State | None]


def saving(context: Context) -> Saving:
    """Readings that are ready at the same moment are stored together."""
    return Gathering(partial(_saved, context))


async def _saved(context: Context, readings: Sequence[Mapping[str, Any]]) -> list[State | None]:
    """In one order, whoever stores them: equal contents wait for one another."""
    async with context.tx() as tx:
        stamped = ({**one, "now": tx.now} for one in readings)
        states = await contents.save(tx, sorted(stamped, key=lambda one: one["digest_tag"]))
    return [states.get(one["id"]) for one in readings]


async def read(
    context: Context,
    parser: Parser,
    found: Claimed,
    zone: Zone | None = None,
    together: Saving | None = None,
    patience: witness.Patience = witness.ONCE,
) -> State | None:
    """Parse an accepted mail; what cannot be parsed goes on degraded. Its new state.

    StillAsking when names are late that may be waited for.
    """
    mail_id = found.id
    if found.state is not State.ACCEPTED:
        return found.state
    box = await secrets.box_of(context)
    raw = await _opened(box, mail_id, found.raw or await _fetched(context, mail_id))
    envelope = secrets.open_envelope(box, mail_id, found.envelope)
    reading = replace(_reading(context, envelope), mail=mail_id)
    if zone is not None and found.attempts < _ATTEMPTS:
        relays = _relays(context)
        reading = await witness.heard(zone, raw, envelope, reading, relays, patience)
    parsed = None
    if found.attempts < _ATTEMPTS:
        try:
            parsed = await parser.parse(raw, envelope, reading)
        except (ParserLost, ParserTooSlow) as failure:
            _log.warning("mail_unreadable", mail_id=str(mail_id), cause=type(failure).__name__)
    degraded = parsed is None
    parsed = parsed or unreadable(raw, envelope, reading)
    raw = b""  # a large mail is in memory once, not in each of its forms
    sealed = _seal(context, box, mail_id, parsed)
    parsed = None
    size = sum(map(len, sealed["file_contents"]), len(sealed["content"]))
    return await (together or saving(context)).add({**sealed, "degraded": degraded}, size)


def _relays(context: Context) -> tuple[Network, ...]:
    """Servers of our own; whoever alone may hand mail in at our door is one of them."""
    settings = context.settings
    return _networks(f"{settings.intake_relays},{settings.smtp_allow}")


@lru_cache(maxsize=4)
def _networks(listed: str) -> tuple[Network, ...]:
    return read_networks(listed)


def _reading(context: Context, envelope: Envelope) -> Reading:
    settings = context.settings
    sealers = tuple(one.strip() for one in settings.intake_arc_sealers.split(",") if one.strip())
    return Reading(envelope.server or settings.trusted_authserv, settings.arabic, sealers)


async def _fetched(context: Context, mail_id: UUID) -> bytes:
    async with context.tx() as tx:
        return await mails.raw_of(tx, mail_id, None) or b""


async def _opened(box: Box, mail_id: UUID, sealed: bytes) -> bytes:
    if len(sealed) < _LARGE:
        return box.open_bytes(secrets.RAW, mail_id, sealed)
    return await asyncio.to_thread(box.open_bytes, secrets.RAW, mail_id, sealed)


def _seal(context: Context, box: Box, mail_id: UUID, parsed: Parsed) -> dict[str, Any]:
    """What is stored of a reading."""
    mail = parsed.mail
    return {
        "id": mail_id,
        "content": box.seal_json(secrets.CONTENT, mail_id, mail),
        "summary": _summary(box, mail_id, mail),
        "digest_tag": secrets.digest_tag(context, mail.digest),
        "message_tag": secrets.message_tag(context, mail.message_id) if mail.message_id else None,
        "sender_tag": secrets.person_tag(context, mail.sender) if mail.sender else None,
        "mail_class": mail.mail_class,
        "sender_auth": mail.sender_auth,
        "flags": list(mail.flags),
        **_files(box, mail_id, parsed.files),
    }


def _files(box: Box, mail_id: UUID, files: list[File]) -> dict[str, Any]:
    """One array for each column; what is sealed is let go, so that it is not in memory twice."""
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for place, file in enumerate(files, 1):
        one, key = file_id(mail_id, place), sealedstream.new_key()
        sealed = _sealed(Sealer(key, one), file.content)
        about = {**_about(file), "key": key.hex()}
        values = (
            *(one, file.media_type, len(file.content), sha256(file.content).digest()),
            *(box.seal_json(secrets.ABOUT, one, about), sealed),
        )
        files[place - 1] = replace(file, content=b"")
        for name, value in zip(_COLUMNS, values, strict=True):
            columns[name].append(value)
    return columns


def _sealed(sealer: Sealer, content: bytes) -> bytearray:
    """In small steps: neither the content nor its form is copied as a whole."""
    sealed = bytearray()
    for start in range(0, len(content), _LARGE):
        sealed += sealer.add(content[start : start + _LARGE])
    sealed += sealer.finish()
    return sealed


def _about(file: File) -> dict[str, Any]:
    return {
        "name": file.name,
        "original_name": file.original_name,
        "content_id": file.content_id,
        "inline": file.inline,
    }


def _summary(box: Box, mail_id: UUID, mail: Mail) -> bytes:
    shown = {"subject": mail.subject, "from": {"email": mail.sender, "name": mail.sender_name}}
    return box.seal_json(secrets.SUMMARY, mail_id, shown)


async def content(tx: Tx, mail_id: UUID) -> Mail | None:
    """The mail's content again, as the parser read it."""
    sealed = await contents.content_of(tx, mail_id)
    if sealed is None:
        return None
    return opened(await secrets.box_of(tx.context), mail_id, sealed)


def opened(box: Box, mail_id: UUID, sealed: bytes) -> Mail:
    """A stored mail as the parser read it."""
    return read_content(box.open_json(secrets.CONTENT, mail_id, sealed))
