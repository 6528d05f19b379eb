"""The SMTP door's own certificate, for houses that have none: it encrypts, it proves nobody."""

import os
import ssl
from contextlib import suppress
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from uuid import uuid4

FOLDER: Final = "smtp"
_GOOD_FOR: Final = timedelta(days=825)
_RENEW_WITHIN: Final = timedelta(days=30)


def own_context(keys: Path, hostname: str, now: datetime) -> ssl.SSLContext:
    """With the certificate under `keys`, made when there is none or it is about to end."""
    folder = keys / FOLDER
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if not _lasts(certificate, now):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pem, secret = _made(hostname, now)
        _write(key, secret)
        _write(certificate, pem)
    return context_of(certificate, key)


def context_of(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def _lasts(certificate: Path, now: datetime) -> bool:
    from cryptography import x509  # noqa: PLC0415 - only once, at the start

    with suppress(FileNotFoundError, ValueError):
        made = x509.load_pem_x509_certificate(certificate.read_bytes())
        return made.not_valid_after_utc - now > _RENEW_WITHIN
    return False


def _made(hostname: str, now: datetime) -> tuple[bytes, bytes]:
    from cryptography import x509  # noqa: PLC0415 - only when one is made
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hostname[:64])])
    names = [x509.DNSName(one) for one in dict.fromkeys((hostname, "localhost"))]
    loopback = x509.IPAddress(ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _GOOD_FOR)
        .add_extension(x509.SubjectAlternativeName([*names, loopback]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM), secret


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for our own eyes."""
    draft = path.with_name(f".{path.name}.{uuid4().hex[:12]}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    draft.replace(path)
