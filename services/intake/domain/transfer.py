"""Content-Transfer-Encoding: bytes of a part as they were before the mail wrapped them."""

import binascii
import re

from services.intake.domain.headers import base64_bytes

_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} .*?\r?\n", re.MULTILINE)
_PLAIN = frozenset({"", "7bit", "8bit", "binary", "8-bit", "7-bit", "none"})
_UU = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def unwrap(body: bytes, encoding: str) -> tuple[bytes, bool]:
    """The content and whether its encoding was known and sound enough to be undone."""
    if encoding == "base64":
        return base64_bytes(body), True
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body), True
    if encoding in _UU:
        return _uudecode(body), True
    return body, encoding in _PLAIN


def _uudecode(body: bytes) -> bytes:
    begin = _UU_BEGIN.search(body)
    lines = body[begin.end() if begin else 0 :].splitlines()
    decoded = bytearray()
    for line in lines:
        if line.strip() in {b"end", b"`", b""}:
            continue
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3  # writers that pad wrongly
            decoded += _uu_short(line[:length])
    return bytes(decoded)


def _uu_short(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return b""
