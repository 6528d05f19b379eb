"""Secrets that machines hold: 256 random bits, stored as a hash, found by scanners' prefix."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

from shared.kit.context import Context

_REFRESH = "snr_"
_CLIENT = "sns_"


def new_refresh() -> str:
    return _REFRESH + secrets.token_urlsafe(32)


def new_client_secret() -> str:
    return _CLIENT + secrets.token_urlsafe(32)


def child_of(context: Context, parent: str) -> str:
    """The one successor of a refresh token: twins of a request get the same, unstored."""
    key = context.keys.derive("identity.refresh-child")
    made = hmac.new(key, parent.encode(), hashlib.sha256).digest()
    return _REFRESH + urlsafe_b64encode(made).rstrip(b"=").decode()


def digest(secret: str) -> bytes:
    """Random bits need no slow hash."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).digest()


def same(secret: str, stored: bytes) -> bool:
    return hmac.compare_digest(digest(secret), stored)
