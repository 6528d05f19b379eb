"""Links that hand out one file for a while, and the span of bytes that is asked for."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

_MAC: Final = 16
_BODY: Final = 16 + 16 + 5 + 1
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{72}")
_STAFF, _INLINE = 1, 2
_RANGE: Final = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a link says: which file, for whom, until when, and by which right."""

    attachment_id: UUID
    person_id: UUID
    until: int
    staff: bool
    inline: bool = False


def make_token(key: bytes, link: Grant) -> str:
    """72 URL-safe characters: file (16) | person (16) | until (5) | rights (1) | MAC (16)."""
    rights = _STAFF * link.staff | _INLINE * link.inline
    body = link.attachment_id.bytes + link.person_id.bytes
    body += link.until.to_bytes(5, "big") + bytes([rights])
    return base64.urlsafe_b64encode(body + _mac(key, body)).decode()


def read_token(key: bytes, text: str, now: datetime) -> Grant | None:
    """The link, when we made it and its time is not over; None for anything else."""
    if not _SHAPE.fullmatch(text):
        return None
    raw = base64.urlsafe_b64decode(text)
    body, mac = raw[:_BODY], raw[_BODY:]
    if not hmac.compare_digest(mac, _mac(key, body)):
        return None
    until, rights = int.from_bytes(body[32:37], "big"), body[37]
    if now.timestamp() > until:
        return None
    person = UUID(bytes=body[16:32])
    staff, inline = bool(rights & _STAFF), bool(rights & _INLINE)
    return Grant(UUID(bytes=body[:16]), person, until, staff, inline)


class Unsatisfiable(Exception):
    """The span lies outside the file."""


def span(asked: str | None, size: int) -> tuple[int, int] | None:
    """Start and stop of a single range of bytes; None = all of it (also for what we do not know).

    Several ranges in one answer are not worth their traps: then the whole file is sent.
    """
    found = _RANGE.fullmatch((asked or "").replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= stop:
        raise Unsatisfiable
    return start, stop


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, b"download:" + body, hashlib.sha256).digest()[:_MAC]
