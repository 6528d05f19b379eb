"""The only place that touches jose: verifying and signing our tokens (reliability.md T25).

jose checks and makes signatures and nothing else, always by RS256 and always with a prepared key.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwk
from jose.backends.cryptography_backend import CryptographyRSAKey

from shared.kit.compact import (
    ALGORITHM,
    ISSUER,
    LEEWAY,
    MAX_LIFE,
    MAX_TOKEN,
    TYPE,
    TokenRefused,
    Unverified,
    check_times,
    encode,
    read,
)

__all__ = [
    "ISSUER",
    "LEEWAY",
    "MAX_LIFE",
    "MAX_TOKEN",
    "TokenRefused",
    "Unverified",
    "check_times",
    "generate_pem",
    "read",
    "sign",
    "signing_key",
    "verification_key",
    "verify",
]

assert jwk.get_key("RS256") is CryptographyRSAKey, "jose must run on the cryptography package"

KEY_BITS: Final = 2048


class RsaKey(Protocol):
    """A prepared key of jose's cryptography backend."""

    prepared_key: Any

    def sign(self, msg: bytes) -> bytes: ...

    def verify(self, msg: bytes, sig: bytes) -> bool: ...


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


def verify(token: Unverified, key: RsaKey) -> None:
    try:
        good = key.verify(token.signed, token.signature)
    except Exception as error:
        raise TokenRefused("signature") from error
    if good is not True:
        raise TokenRefused("signature")


def sign(key: SigningKey, claims: Mapping[str, Any]) -> str:
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
    signed = f"{encode(_json(header))}.{encode(_json({'iss': ISSUER, **claims}))}"
    return f"{signed}.{encode(key.key.sign(signed.encode()))}"


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


def _encode_int(number: int) -> str:
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
