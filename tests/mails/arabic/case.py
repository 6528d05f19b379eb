"""How one mail of the Arabic set is built, and what must be read in it."""

import base64
import quopri
from collections.abc import Sequence
from dataclasses import dataclass

SUBJECT = "تعطل الطابعة في الفرع الرئيسي"
NAME = "سارة العتيبي"
SENDER = "sara@client.example"
BODY = "السلام عليكم،\nالطابعة لا تعمل منذ الصباح، والرمز على الشاشة E-17.\nشكرا"


@dataclass(frozen=True, slots=True)
class Case:
    """A mail and everything that is expected of its reading; `group` as in mail.md 13."""

    group: int
    name: str
    raw: bytes
    subject: str = SUBJECT
    visible: str = BODY
    sender_name: str = NAME
    mail_class: str = "human"
    quoted: bool = False
    files: tuple[str, ...] = ()
    guessed: bool = False
    envelope: str = SENDER


Part = tuple[Sequence[bytes], bytes]
"""Header fields and encoded body."""


def mail(
    part: Part, *, subject: bytes = b"", name: bytes = b"", fields: Sequence[bytes] = ()
) -> bytes:
    """A whole message around one part."""
    top = (
        b"From: " + (name or word(NAME)) + b" <" + SENDER.encode() + b">",
        b"To: support@localhost",
        b"Subject: " + (subject or word(SUBJECT)),
        b"Message-ID: <a1@client.example>",
        b"Date: Sun, 22 Nov 2026 10:00:00 +0300",
        b"MIME-Version: 1.0",
    )
    return b"\r\n".join([*top, *fields, *part[0], b"", part[1]])


def word(text: str, charset: str = "utf-8", kind: str = "B") -> bytes:
    """An encoded word of RFC 2047."""
    data = text.encode(charset)
    if kind == "B":
        payload = base64.b64encode(data)
    else:
        payload = quopri.encodestring(data, header=True).replace(b"=\n", b"").replace(b"?", b"=3F")
    return b"=?" + charset.encode() + b"?" + kind.encode() + b"?" + payload + b"?="


def text(
    body: str = BODY,
    label: str = "utf-8",
    codec: str = "utf-8",
    encoding: str = "base64",
    kind: str = "plain",
) -> Part:
    """Words under a charset label that may lie about `codec`, the bytes' own charset."""
    lines = body.replace("\n", "\r\n")
    if encoding == "base64":
        data = base64.encodebytes(lines.encode(codec)).replace(b"\n", b"\r\n")
    elif encoding == "quoted-printable":
        data = quopri.encodestring(body.encode(codec)).replace(b"\n", b"\r\n")
    else:
        data = lines.encode(codec)
    head = f"Content-Type: text/{kind}" + (f"; charset={label}" if label else "")
    return [head.encode(), b"Content-Transfer-Encoding: " + encoding.encode()], data


def page(html: str) -> Part:
    """An HTML part."""
    return text(html, encoding="quoted-printable", kind="html")


def multipart(kind: str, *parts: Part, mark: str = "x7") -> Part:
    """Parts between boundaries."""
    edge = b"--" + mark.encode()
    body = b"".join(
        edge + b"\r\n" + b"\r\n".join([*head, b"", data]) + b"\r\n" for head, data in parts
    )
    return [f'Content-Type: multipart/{kind}; boundary="{mark}"'.encode()], body + edge + b"--\r\n"
