"""Mails as customers' programs really write them, byte for byte."""

import base64
import struct
import zlib
from uuid import uuid4

SUBJECT = "النظام متوقف في فرع جدة"
BODY = "السلام عليكم،\nالنظام متوقف منذ الصباح ولا نستطيع إصدار الفواتير.\nمع الشكر\n"


def png() -> bytes:
    """A real picture of one red pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xff\x00\x00")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")
    )


def windows_1256(sender: str, recipient: str, *, message_id: str = "") -> bytes:
    """An Arabic mail in windows-1256 with raw 8-bit headers and a screenshot attached."""
    boundary = "=_frontier"
    head = "\r\n".join(
        [
            f'From: "سارة العتيبي" <{sender}>',
            f"To: {recipient}",
            f"Subject: {SUBJECT}",
            f"Message-ID: {message_id or f'<{uuid4().hex}@mail.example.com>'}",
            "Date: Sun, 22 Nov 2026 10:00:00 +0300",
            "MIME-Version: 1.0",
            f'Content-Type: multipart/mixed; boundary="{boundary}"',
            "",
            f"--{boundary}",
            "Content-Type: text/plain; charset=windows-1256",
            "Content-Transfer-Encoding: 8bit",
            "",
            BODY.replace("\n", "\r\n"),
            f"--{boundary}",
            'Content-Type: image/png; name="لقطة الشاشة.png"',
            "Content-Transfer-Encoding: base64",
            'Content-Disposition: attachment; filename="لقطة الشاشة.png"',
            "",
            base64.encodebytes(png()).decode().replace("\n", "\r\n"),
            f"--{boundary}--",
            "",
        ]
    )
    return head.encode("windows-1256")


def plain(
    sender: str,
    recipient: str,
    subject: str,
    body: str,
    *,
    in_reply_to: str = "",
    extra: tuple[str, ...] = (),
) -> bytes:
    """A UTF-8 mail, perhaps an answer to one of ours."""
    lines = [
        f"From: {sender}",
        f"To: {recipient}",
        f"Subject: {subject}",
        f"Message-ID: <{uuid4().hex}@mail.example.com>",
        "Date: Sun, 22 Nov 2026 10:00:00 +0300",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    if in_reply_to:
        lines += [f"In-Reply-To: {in_reply_to}", f"References: {in_reply_to}"]
    lines += [*extra, "", body.replace("\n", "\r\n"), ""]
    return "\r\n".join(lines).encode()
