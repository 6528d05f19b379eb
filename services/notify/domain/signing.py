"""Standard Webhooks: secrets and the signature over the exact bytes that are sent."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"


def new_secret(randomness: bytes) -> str:
    """`whsec_` and base64 of 24 to 64 random bytes."""
    if not 24 <= len(randomness) <= 64:
        raise ValueError("a secret has 24 to 64 bytes")
    return PREFIX + base64.b64encode(randomness).decode()


def sign(secret: str, delivery: str, timestamp: int, body: bytes) -> str:
    """`v1,<base64 of HMAC-SHA256 over id.timestamp.body>`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    message = f"{delivery}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def signed_headers(
    secrets: Iterable[str], delivery: str, at: datetime, body: bytes
) -> dict[str, str]:
    """The three headers of an attempt; both secrets sign while a rotation lasts."""
    timestamp = int(at.timestamp())
    signatures = " ".join(sign(secret, delivery, timestamp, body) for secret in secrets)
    return {
        "webhook-id": delivery,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures,
    }
