"""DKIM: our mails carry a signature that receivers can check against our domain's DNS.

The library is imported with the first mail that is signed; without a key it never is.
"""

import asyncio
import base64
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from services.notify.domain.headers import ALLOWED, MAX_LINE
from services.notify.domain.letters import Parcel, UnsafeLetter

if TYPE_CHECKING:
    from services.notify.adapters.mailers import Mailer

_GUARDED: Final = ALLOWED | {"Cc"}
_LEAST_BITS: Final = 1024


class KeyUnfit(Exception):
    """There is no key to sign with; the words say why, and hold nothing of it."""

    def __init__(self, why: str, fault: Literal["away", "odd", "kind"]) -> None:
        super().__init__(why)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Key:
    """A private key as the signing library takes it, and its public half as DNS tells it."""

    kind: str
    algorithm: bytes
    private: bytes
    public: str

    def record(self) -> str:
        """The TXT record that stands at `<selector>._domainkey.<domain>`."""
        return f"v=DKIM1; k={self.kind}; p={self.public}"


def read_key(path: Path) -> Key:
    """An RSA or Ed25519 key from a PEM file without a password."""
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - only for keys
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - likewise
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - likewise

    try:
        found = form.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise KeyUnfit(f"cannot be read ({type(error).__name__})", "away") from error
    except (ValueError, TypeError) as error:
        raise KeyUnfit("is no PEM private key without a password", "odd") from error
    plain = form.NoEncryption()
    if isinstance(found, RSAPrivateKey) and found.key_size >= _LEAST_BITS:
        private = found.private_bytes(
            form.Encoding.PEM, form.PrivateFormat.TraditionalOpenSSL, plain
        )
        public = found.public_key().public_bytes(
            form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo
        )
        return Key("rsa", b"rsa-sha256", private, _text(public))
    if isinstance(found, Ed25519PrivateKey):
        seed = found.private_bytes(form.Encoding.Raw, form.PrivateFormat.Raw, plain)
        raw = found.public_key().public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
        return Key("ed25519", b"ed25519-sha256", base64.b64encode(seed), _text(raw))
    raise KeyUnfit("is neither an Ed25519 key nor an RSA key of 1024 bits or more", "kind")


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


class Signer:
    """Signs under one name; the file is read again when it changes, as keys are rotated."""

    def __init__(self, selector: str, domain: str, file: Path) -> None:
        self._selector, self._domain, self._file = selector, domain, file
        self._known: tuple[int, Key] | None = None

    def sign(self, raw: bytes) -> bytes:
        """The mail with its signature in front, otherwise byte for byte the same."""
        import dkim  # noqa: PLC0415 - 8 MB that an installation without a key never loads

        key = self._key()
        present = {line.partition(b":")[0].decode().lower() for line in _head(raw)}
        # Each header once more than it is there: nobody adds another one unseen.
        again = [one for one in sorted(_GUARDED) if one.lower() in present]
        line = dkim.DKIM(raw).sign(
            self._selector.encode(),
            self._domain.encode(),
            key.private,
            signature_algorithm=key.algorithm,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[*sorted(_GUARDED), *again],
        )
        return _sound(line) + raw

    def _key(self) -> Key:
        try:
            changed = self._file.stat().st_mtime_ns
        except OSError as error:
            raise KeyUnfit(f"cannot be read ({type(error).__name__})", "away") from error
        if self._known is None or self._known[0] != changed:
            self._known = (changed, read_key(self._file))
        return self._known[1]


def _head(raw: bytes) -> list[bytes]:
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    return [line for line in lines if not line.startswith(b" ")]


def _sound(line: bytes) -> bytes:
    """One header, folded, nothing else (T30)."""
    lines = line.removesuffix(b"\r\n").split(b"\r\n")
    folded = all(one.startswith(b" ") and one.strip() for one in lines[1:])
    if not (lines[0].startswith(b"DKIM-Signature: ") and folded and line.isascii()):
        raise UnsafeLetter("a signature that is more than one header")
    if any(len(one) > MAX_LINE for one in lines) or b"\n" in b"".join(lines):
        raise UnsafeLetter("a signature that is more than one header")
    return b"\r\n".join(lines) + b"\r\n"


class SigningMailer:
    """A way out through which every mail goes signed.

    Without its key nothing goes: unsigned mail of a domain that promises signatures is thrown
    away by those who receive it, while what waits goes as soon as the key can be read.
    """

    def __init__(self, inner: "Mailer", signer: Signer) -> None:
        self._inner = inner
        self._signer = signer

    async def send(self, parcel: Parcel) -> str | None:
        """Signed in a thread: an RSA signature takes milliseconds."""
        raw = await asyncio.to_thread(self._signer.sign, parcel.raw)
        return await self._inner.send(replace(parcel, raw=raw))

    async def close(self) -> None:
        await self._inner.close()
