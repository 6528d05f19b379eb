"""Mails made to break a parser or to use it up, built from a table (reliability.md F9)."""

import base64
import os
import zipfile
from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

from tests.services.intake import outlook

TOP = b"From: Sara <sara@client.example>\r\nTo: support@localhost\r\n"


def unique() -> bytes:
    return b"X-Seed: " + uuid4().hex.encode() + b"\r\n\r\n" + uuid4().hex.encode() + b"\r\n"


def plain(*lines: bytes) -> bytes:
    return TOP + b"".join(line + b"\r\n" for line in lines) + unique()


def nested(depth: int) -> bytes:
    """A multipart within a multipart, again and again."""
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    return TOP + opening + unique()


def attached(depth: int) -> bytes:
    return TOP + b"Content-Type: message/rfc822\r\n\r\n" * depth + unique()


def parts(count: int) -> bytes:
    head = TOP + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + b"--b\r\n\r\nx\r\n" * count + b"--b\r\n\r\n" + unique() + b"--b--\r\n"


def text(kind: bytes, body: bytes, encoding: bytes = b"8bit") -> bytes:
    head = b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n"
    return TOP + head + unique() + body


def utf8(body: bytes) -> bytes:
    return text(b"text/plain; charset=utf-8", body)


def page(html: bytes) -> bytes:
    return text(b"text/html; charset=utf-8", html)


def winmail(*attributes: bytes) -> bytes:
    body = base64.encodebytes(outlook.winmail(*attributes))
    head = b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
    return (
        TOP
        + head
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + body
        + os.urandom(8).hex().encode()
    )


def matryoshka(depth: int) -> bytes:
    data = outlook.winmail(outlook.body("innermost"))
    for _ in range(depth):
        data = outlook.winmail(outlook.file(b"m", b"", outlook.embedded(data)))
    return outlook.file(b"m", b"", outlook.embedded(data))


def swelling() -> bytes:
    """A small archive of many zeros; nobody here opens it."""
    packed = BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("z", "w") as out,
    ):
        for _ in range(64):
            out.write(bytes(1 << 20))
    return packed.getvalue()


def report(recipients: int) -> bytes:
    one = b"Final-Recipient: rfc822; u@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    head = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    body = b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + one * recipients
    return TOP + head + body + b"--b\r\n\r\n" + unique() + b"--b--\r\n"


WORDS = b" ".join([b"=?utf-8?q?a?="] * 20_000)
WROTE = "في الأحد، ٢٢ نوفمبر ٢٠٢٦ كتب الدعم <a@b>:\r\n".encode()
BOMBS: dict[str, Callable[[], bytes]] = {
    "exchange id": lambda: plain(b"Message-ID: <[a]@[b]>"),
    "empty id": lambda: plain(b"Message-ID: <>"),
    "bare parameter": lambda: plain(b"Content-Type: text/plain; name*"),
    "comment as group": lambda: plain(b"To: (c):"),
    "lone quote": lambda: plain(b'To: "'),
    "open angle": lambda: plain(b"To: <"),
    "open bracket": lambda: plain(b"Cc: <["),
    "unknown charset": lambda: plain(b"Content-Type: text/plain; charset=no-such-thing"),
    "charset of codecs": lambda: plain(b"Content-Type: text/plain; charset=punycode"),
    "line break in an address": lambda: plain(b"To: =?utf-8?q?a=0D=0ABcc:_x=40y?= <a@b>"),
    "bad base64 in a header": lambda: plain(b"Subject: =?utf-8?b?abc?="),
    "20,000 encoded words": lambda: plain(b"Subject: " + WORDS),
    "50,000 parts": lambda: parts(50_000),
    "multipart 3,000 deep": lambda: nested(3_000),
    "mails 3,000 deep": lambda: attached(3_000),
    "8,000 addresses": lambda: plain(b"To: " + b", ".join([b"a@b.example"] * 8_000)),
    "comments 50,000 deep": lambda: plain(b"To: " + b"(" * 50_000),
    "quotes and backslashes": lambda: plain(b"To: " + b'"\\' * 30_000),
    "commas": lambda: plain(b"To: " + b"," * 60_000),
    "parameters": lambda: plain(b"Content-Type: text/plain" + b"; a=b" * 10_000),
    "one header of 5 MiB": lambda: plain(b"X-Long: " + b"a" * (5 << 20)),
    "200,000 headers": lambda: plain(*[b"X-A: b"] * 200_000),
    "no header at all": lambda: uuid4().bytes * 1000,
    "only newlines": lambda: TOP + b"\r\n" * 2_000_000 + unique(),
    "a line of 20 MiB": lambda: TOP + unique() + b"x" * (20 << 20),
    "boundary lines of 5 MiB": lambda: nested(29) + b"--b\r\n" * 1_000_000,
    "deep page": lambda: page(b"<div>" * 400_000),
    "deep formatting": lambda: page(b"<b><i><u>" * 200_000),
    "broken table": lambda: page(b"<table><tr><td>" * 100_000),
    "entities": lambda: page(b"&amp;" * 400_000),
    "quoted lines": lambda: TOP + unique() + b"> \r\nOn a@b 10:10 wrote:\r\n" * 40_000,
    "NUL": lambda: plain(b"Subject: a\x00b") + b"\x00" * 1000,
    "uuencode": lambda: plain(b"Content-Transfer-Encoding: x-uuencode") + b"M" * 1_000_000,
    "25 MiB of base64": lambda: (
        TOP
        + b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n"
        + unique()
        + base64.encodebytes(b"%PDF" + os.urandom(18 << 20)).replace(b"\n", b"\r\n")
    ),
    "winmail of four thousand million properties": lambda: winmail(
        outlook.file(b"a", b"x", outlook.properties([], claimed=0xFFFFFFFF))
    ),
    "winmail of tiny attributes": lambda: winmail(
        outlook.attribute(1, outlook.BODY, b"x") * 800_000
    ),
    "winmail in winmail": lambda: winmail(matryoshka(800)),
    "utf-7": lambda: text(b"text/plain; charset=utf-7", b"+2AA-" * 200_000),
    "shifts of iso-2022-jp": lambda: text(
        b"text/plain; charset=iso-2022-jp", b"\x1b$B\x1b(B" * 150_000
    ),
    "hz": lambda: text(b"text/plain; charset=hz", b"~{~}" * 250_000),
    "escapes as a charset": lambda: text(
        b"text/plain; charset=unicode_escape", b"\\N{LATIN SMALL LETTER A}" * 40_000
    ),
    "pictures": lambda: page(b'<img src="cid:a">' * 120_000),
    "attributes": lambda: page(b"<p " + b"a=b " * 400_000 + b">x"),
    "styles": lambda: page(b'<p style="direction:rtl;' + b"a:b;" * 400_000 + b'">x'),
    "an open comment": lambda: page(b"<!--" * 500_000),
    "open angles": lambda: page(b"<" * 2_000_000),
    "letters that turn around": lambda: utf8(b"\xe2\x80\xae" * 340_000),
    "marks upon marks": lambda: utf8(b"\xd8\xa7" + b"\xd9\x8b" * 500_000),
    "Arabic quote lines": lambda: utf8(WROTE * 15_000),
    "a word without an end": lambda: plain(b"Subject: " + b"=?utf-8?b?" * 6_000),
    "pieces of a name": lambda: plain(
        b"Content-Type: image/png; " + b"; ".join(b"name*%d*=a" % n for n in range(5_000))
    ),
    "a boundary of 60 KiB": lambda: (
        TOP + b"Content-Type: multipart/mixed; boundary=" + b"b" * 60_000 + b"\r\n" + unique()
    ),
    "one boundary for all": lambda: (
        TOP + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 500 + unique()
    ),
    "references": lambda: plain(b"References: " + b" ".join([b"<a@b>"] * 10_000)),
    "angles for references": lambda: plain(b"In-Reply-To: " + b"<" * 60_000),
    "authors": lambda: plain(b"From: " + b", ".join([b"a@b.example"] * 4_000)),
    "signatures": lambda: plain(
        *[b"DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=a; bh=; b="] * 2_000
    ),
    "a signature of 20,000 tags": lambda: plain(b"DKIM-Signature: v=1; " + b"a=b; " * 12_000),
    "results": lambda: plain(b"Authentication-Results: x; " + b"dkim=pass " * 6_000),
    "soft line ends": lambda: text(b"text/plain", b"=\r\n" * 2_000_000, b"quoted-printable"),
    "nothing but padding": lambda: text(b"text/plain", b"=" * 5_000_000, b"base64"),
    "uuencoded beginnings": lambda: text(
        b"text/plain", b"begin 644 a\r\n" * 300_000, b"x-uuencode"
    ),
    "a report of 100,000 recipients": lambda: report(100_000),
    "an archive that swells": lambda: (
        TOP
        + b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n"
        + unique()
        + base64.encodebytes(swelling())
    ),
}  # fmt: skip
