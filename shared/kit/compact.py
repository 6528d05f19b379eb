"""Reading a compact token without trusting it: one canonical form, flat, bounded, each claim once.

jose's own reader accepts a missing `exp` or `aud`, ignores `crit`, keeps the last of two claims and
recurses on nested headers (reliability.md T26). Whatever is wrong here is one `TokenRefused`.
"""

import json
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

ALGORITHM: Final = "RS256"
TYPE: Final = "at+jwt"
ISSUER: Final = "sanad"
MAX_TOKEN: Final = 4096
MAX_HEADER: Final = 256
MAX_LIFE: Final = 3600
LEEWAY: Final = 30

_HEADER_NAMES: Final = frozenset({"alg", "typ", "kid"})
_REQUIRED: Final = ("exp", "iat", "aud", "iss", "sub", "jti")
_B64URL: Final = re.compile(r"[A-Za-z0-9_-]+\Z", re.ASCII)
_KID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z", re.ASCII)


class TokenRefused(Exception):
    """The token proves nothing. The reason is for our log, never for the caller."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A well-formed token whose signature nobody has looked at."""

    kid: str
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def read(token: str) -> Unverified:
    """Take a token apart without trusting it; every part must be in its one canonical form."""
    if len(token) > MAX_TOKEN or not token.isascii():
        raise TokenRefused("size")
    parts = token.split(".")
    if len(parts) != 3:
        raise TokenRefused("parts")
    header, payload, signature = parts
    kid = _header(decode(header))
    claims = _object(decode(payload), most=MAX_TOKEN)
    _check_claims(claims)
    return Unverified(kid, claims, f"{header}.{payload}".encode(), decode(signature))


def check_times(issued_at: float, expires_at: float, now: float) -> None:
    if now > expires_at + LEEWAY:
        raise TokenRefused("expired")
    if now < issued_at - LEEWAY:
        raise TokenRefused("not yet valid")


def encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    if not _B64URL.match(text) or len(text) % 4 == 1:
        raise TokenRefused("encoding")
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(raw) != text:  # spare bits make a second spelling of the same bytes
        raise TokenRefused("encoding")
    return raw


def _header(raw: bytes) -> str:
    header = _object(raw, most=MAX_HEADER)
    if header.get("alg") != ALGORITHM or header.get("typ") != TYPE or header.keys() - _HEADER_NAMES:
        raise TokenRefused("header")
    kid = header.get("kid")
    if not isinstance(kid, str) or not _KID.match(kid):
        raise TokenRefused("kid")
    return kid


def _check_claims(claims: Mapping[str, Any]) -> None:
    if any(name not in claims for name in _REQUIRED):
        raise TokenRefused("claim missing")
    issued, expires = _instant(claims["iat"]), _instant(claims["exp"])
    if not issued < expires <= issued + MAX_LIFE or _instant(claims.get("nbf", issued)) > issued:
        raise TokenRefused("times")
    texts = (claims["aud"], claims["sub"], claims["jti"])
    if claims["iss"] != ISSUER or not all(isinstance(text, str) and text for text in texts):
        raise TokenRefused("claim")


def _instant(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TokenRefused("time")
    if not 0 <= value < 2**40:  # also false for NaN
        raise TokenRefused("time")
    return float(value)


def _object(raw: bytes, most: int) -> dict[str, Any]:
    """A flat JSON object of at most `most` bytes: no second object, no list in a list."""
    if len(raw) > most or raw.count(b"{") != 1 or re.search(rb"\[[^\]]*\[", raw):
        raise TokenRefused("shape")
    try:
        value = json.loads(raw, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise TokenRefused("json") from error
    if not isinstance(value, dict):
        raise TokenRefused("json")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise TokenRefused("claim twice")
    if any(isinstance(value, float) and not math.isfinite(value) for value in found.values()):
        raise TokenRefused("number")
    return found


def _refuse(text: str) -> None:
    raise TokenRefused(text)
