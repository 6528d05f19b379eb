"""The only place that touches jose: strict reading, verifying and signing of our tokens.

jose checks and makes signatures here and nothing else: its own token reader accepts a missing
`exp` or `aud`, ignores `crit`, keeps the last of two claims and recurses on nested headers
(reliability.md T25, T26). Whatever is wrong with a token is one `TokenRefused`.
"""

import json
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwk
from jose.backends.cryptography_backend import CryptographyRSAKey

assert jwk.get_key("RS256") is CryptographyRSAKey, "jose must run on the cryptography package"

ALGORITHM: Final = "RS256"
TYPE: Final = "at+jwt"
ISSUER: Final = "sanad"
MAX_TOKEN: Final = 4096
MAX_HEADER: Final = 256
MAX_LIFE: Final = 3600
LEEWAY: Final = 30
KEY_BITS: Final = 2048

_HEADER_NAMES: Final = frozenset({"alg", "typ", "kid"})
_REQUIRED: Final = ("exp", "iat", "aud", "iss", "sub", "jti")
_B64URL: Final = re.compile(r"[A-Za-z0-9_-]+\Z", re.ASCII)
_KID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z", re.ASCII)


class TokenRefused(Exception):
    """The token proves nothing. The reason is for our log, never for the caller."""


class RsaKey(Protocol):
    """A prepared key of jose's cryptography backend."""

    prepared_key: Any

    def sign(self, msg: bytes) -> bytes: ...

    def verify(self, msg: bytes, sig: bytes) -> bool: ...


@dataclass(frozen=True, slots=True)
class Unverified:
    """A well-formed token whose signature nobody has looked at."""

    kid: str
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A prepared private key: signing from PEM text each time costs 140 times as much."""

    kid: str
    key: RsaKey

    def public_jwk(self) -> dict[str, str]:
        numbers = self.key.prepared_key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": ALGORITHM,
            "kid": self.kid,
            "n": _encode_int(numbers.n),
            "e": _encode_int(numbers.e),
        }


def read(token: str) -> Unverified:
    """Take a token apart without trusting it; every part must be in its one canonical form."""
    if len(token) > MAX_TOKEN or not token.isascii():
        raise TokenRefused("size")
    parts = token.split(".")
    if len(parts) != 3:
        raise TokenRefused("parts")
    header, payload, signature = parts
    kid = _header(_decode(header))
    claims = _object(_decode(payload), most=MAX_TOKEN)
    _check_claims(claims)
    return Unverified(kid, claims, f"{header}.{payload}".encode(), _decode(signature))


def verify(token: Unverified, key: RsaKey) -> None:
    try:
        good = key.verify(token.signed, token.signature)
    except Exception as error:
        raise TokenRefused("signature") from error
    if good is not True:
        raise TokenRefused("signature")


def check_times(issued_at: float, expires_at: float, now: float) -> None:
    if now > expires_at + LEEWAY:
        raise TokenRefused("expired")
    if now < issued_at - LEEWAY:
        raise TokenRefused("not yet valid")


def sign(key: SigningKey, claims: Mapping[str, Any]) -> str:
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
    signed = f"{_encode(_json(header))}.{_encode(_json({'iss': ISSUER, **claims}))}"
    return f"{signed}.{_encode(key.key.sign(signed.encode()))}"


def generate_pem() -> str:
    """A new private key for the gateway to seal and keep."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def signing_key(kid: str, pem: str) -> SigningKey:
    return SigningKey(kid, cast("RsaKey", jwk.construct(pem, ALGORITHM)))


def verification_key(entry: Mapping[str, Any]) -> RsaKey | None:
    """The prepared key of a JWKS entry; None for anything but an RSA signature key of ours."""
    wanted = entry.get("kty") == "RSA" and entry.get("alg", ALGORITHM) == ALGORITHM
    if not wanted or entry.get("use", "sig") != "sig" or "d" in entry:
        return None
    try:
        key = jwk.construct({"kty": "RSA", "n": entry["n"], "e": entry["e"]}, ALGORITHM)
        prepared = cast("RsaKey", key)
    except Exception:  # noqa: BLE001 - whatever jose dislikes about it, it is no key of ours
        return None
    return prepared if prepared.prepared_key.key_size >= KEY_BITS else None


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


def _decode(text: str) -> bytes:
    if not _B64URL.match(text) or len(text) % 4 == 1:
        raise TokenRefused("encoding")
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encode(raw) != text:  # spare bits make a second spelling of the same bytes
        raise TokenRefused("encoding")
    return raw


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _encode_int(number: int) -> str:
    return _encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
