"""Sealing: AES-256-GCM under a data key of each organization, wrapped by the master key."""

import base64
import hashlib
import hmac
import secrets
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_TAG = 16


class SealBroken(Exception):
    """A sealed value was altered, moved to another place, or its key is not ours."""


class Keys:
    """Every key of the house comes from one master key (decisions.md 12)."""

    def __init__(self, master: str) -> None:
        self._master = base64.b64decode(master)
        if len(self._master) != 32:
            raise ValueError("the master key must be 32 bytes, written as base64")
        self._derived: dict[tuple[str, int], bytes] = {}

    def derive(self, purpose: str, length: int = 32) -> bytes:
        """HKDF-SHA256 (RFC 5869) of the master key for one purpose; the same text, the same key."""
        wanted = (purpose, length)
        if wanted not in self._derived:
            self._derived[wanted] = _hkdf(self._master, purpose.encode(), length)
        return self._derived[wanted]

    def wrap(self, data_key: bytes, owner: UUID) -> bytes:
        """A data key sealed under the master key, bound to its owner."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.derive("wrap")).encrypt(nonce, data_key, owner.bytes)

    def unwrap(self, wrapped: bytes, owner: UUID) -> bytes:
        """The data key again; SealBroken under another master key."""
        try:
            cipher = AESGCM(self.derive("wrap"))
            return cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], owner.bytes)
        except InvalidTag as error:
            raise SealBroken("a data key does not open under this master key") from error


class Box:
    """Seals and opens the values of one organization.

    A sealed value is `key version (1 byte) | nonce (12) | ciphertext`; its additional data names
    the organization, the column and the row, so that a value cannot be moved elsewhere.
    """

    def __init__(self, organization_id: UUID, data_keys: dict[int, bytes]) -> None:
        self.organization_id = organization_id
        self._owner = organization_id.bytes
        self._ciphers = {version: AESGCM(key) for version, key in data_keys.items()}
        self._newest = max(data_keys)

    def seal_large(self, label: str, row_id: UUID, plain: bytes | bytearray) -> bytearray:
        """As `seal`; nothing large is copied on the way."""
        nonce, place = secrets.token_bytes(_NONCE), self._place(label, row_id)
        sealed = bytearray(1 + _NONCE + len(plain) + _TAG)
        sealed[: 1 + _NONCE] = bytes([self._newest]) + nonce
        with memoryview(sealed) as whole, whole[1 + _NONCE :] as body:
            _ = self._ciphers[self._newest].encrypt_into(nonce, plain, place, body)
        return sealed

    def seal(self, label: str, row_id: UUID, value: str | bytes) -> bytes:
        """`value` sealed for one place, named `schema.table.column` and row."""
        plain = value.encode() if isinstance(value, str) else value
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._ciphers[self._newest].encrypt(nonce, plain, self._place(label, row_id))
        return bytes([self._newest]) + nonce + sealed

    def open_bytes(self, label: str, row_id: UUID, sealed: bytes) -> bytes:
        """The bytes that `seal` took; SealBroken when anything does not fit."""
        cipher = self._ciphers.get(sealed[0]) if sealed else None
        if cipher is None:
            raise SealBroken(f"{label}: sealed under a key that is gone")
        body = 1 + _NONCE
        try:
            return cipher.decrypt(sealed[1:body], sealed[body:], self._place(label, row_id))
        except InvalidTag as error:
            raise SealBroken(f"{label}: altered or moved") from error

    def open(self, label: str, row_id: UUID, sealed: bytes) -> str:
        """The text that `seal` took."""
        return self.open_bytes(label, row_id, sealed).decode()

    def seal_json(self, label: str, row_id: UUID, value: Any) -> bytes:
        """Any JSON value, sealed."""
        return self.seal(label, row_id, orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))

    def open_json(self, label: str, row_id: UUID, sealed: bytes) -> Any:
        """The JSON value that `seal_json` took."""
        return orjson.loads(self.open_bytes(label, row_id, sealed))

    def _place(self, label: str, row_id: UUID) -> bytes:
        return self._owner + label.encode() + row_id.bytes


def _hkdf(master: bytes, info: bytes, length: int) -> bytes:
    pseudo_random = hmac.new(b"sanad", master, hashlib.sha256).digest()
    block, out = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.new(pseudo_random, block + info + bytes([counter]), hashlib.sha256).digest()
        out += block
    return out[:length]
