"""Addresses that lead a bounce back to the exact mail (VERP), and ids of our mails."""

import base64
import hashlib
import hmac
import re
from uuid import UUID

_MAC = 10
_SHAPE = re.compile(r"[a-z2-7]{42}")


def bounce_address(key: bytes, support: str, delivery_id: UUID) -> str:
    """`support+b<token>@domain`: base32 of the delivery's id and a MAC, 42 characters."""
    local, _, domain = support.rpartition("@")
    raw = delivery_id.bytes + _mac(key, delivery_id)
    return f"{local}+b{base64.b32encode(raw).decode().rstrip('=').lower()}@{domain}"


def read_bounce_address(key: bytes, address: str) -> UUID | None:
    """The delivery whose bounce address this is; None for anything we did not sign."""
    token = address.rpartition("@")[0].lower().rpartition("+b")[2]
    if not _SHAPE.fullmatch(token):
        return None
    raw = base64.b32decode(token.upper() + "======")
    delivery_id = UUID(bytes=raw[:16])
    return delivery_id if hmac.compare_digest(raw[16:], _mac(key, delivery_id)) else None


def is_dead(status: str, *, permanent: bool) -> bool:
    """Whether the address itself is gone (RFC 3463, 5.1.x), not merely full or refused."""
    return permanent and status.startswith("5.1.")


def message_id(token: str, delivery_id: UUID, support: str) -> str:
    """`<s.<token>.<delivery id>@domain>` (mail.md 9)."""
    return f"<s.{token}.{delivery_id}@{support.rpartition('@')[2]}>"


def reply_address(token: str, support: str) -> str:
    """`support+r<token>@domain`: who answers there has shown that our mail reached them."""
    local, _, domain = support.rpartition("@")
    return f"{local}+r{token}@{domain}"


def _mac(key: bytes, delivery_id: UUID) -> bytes:
    return hmac.new(key, b"bounce:" + delivery_id.bytes, hashlib.sha256).digest()[:_MAC]
