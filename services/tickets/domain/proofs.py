"""Proof of work of the public form: a signed salt, and a nonce that makes its hash small."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_RANDOM: Final = 12
_MAC: Final = 16
_LENGTH: Final = _RANDOM + 8 + 1 + _MAC
_LONGEST_NONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Salt:
    """A challenge of ours; `id` is spent with its first use."""

    id: bytes
    expires_at: datetime
    bits: int


def make_salt(key: bytes, random: bytes, expires_at: datetime, bits: int) -> str:
    """`random (12) | expiry (8) | bits (1) | MAC (16)`, URL-safe."""
    seconds = int(expires_at.timestamp())
    body = random[:_RANDOM] + seconds.to_bytes(8, "big") + bytes([bits])
    return base64.urlsafe_b64encode(body + _sign(key, body)).decode().rstrip("=")


def read_salt(key: bytes, text: str, now: datetime) -> Salt | None:
    """The challenge, when we made it and it has not run out."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    body, mac = raw[:-_MAC], raw[-_MAC:]
    if len(raw) != _LENGTH or not hmac.compare_digest(mac, _sign(key, body)):
        return None
    seconds = int.from_bytes(body[_RANDOM : _RANDOM + 8], "big")
    expires_at = datetime.fromtimestamp(seconds, UTC)
    return None if expires_at < now else Salt(body[:_RANDOM], expires_at, body[-1])


def solves(salt: str, nonce: str, bits: int) -> bool:
    """Whether SHA-256 of salt and nonce begins with so many zero bits."""
    if len(nonce) > _LONGEST_NONCE:
        return False
    digest = hashlib.sha256((salt + nonce).encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0


def _sign(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"proof:" + body, hashlib.sha256)[:_MAC]
