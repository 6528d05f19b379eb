"""Group 3: names of files as mail programs write them."""

import base64
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

from tests.journeys.letters import png
from tests.mails.arabic.case import Case, mail, multipart, text, word

PICTURE = "لقطة الشاشة.png"
MARKED = "تقرير إجمالي.pdf"
GUESSED = {"raw windows-1256", "raw iso-8859-6"}


def dispositions() -> Iterator[tuple[str, bytes, str]]:
    pieces = quote(PICTURE.encode())
    continued = f"filename*0*=UTF-8''{pieces[:30]}; filename*1*={pieces[30:]}"
    yield "RFC 2231 utf-8", f"filename*=UTF-8'ar'{pieces}".encode(), PICTURE
    extended = f"filename*=windows-1256''{quote(PICTURE.encode('cp1256'))}"
    yield "RFC 2231 windows-1256", extended.encode(), PICTURE
    yield "RFC 2231 with its language", extended.replace("''", "'ar'").encode(), PICTURE
    yield "RFC 2231 in pieces", continued.encode(), PICTURE
    yield "an encoded word", b'filename="' + word(PICTURE) + b'"', PICTURE
    yield "raw windows-1256", b'filename="' + PICTURE.encode("cp1256") + b'"', PICTURE
    yield "raw iso-8859-6", b'filename="' + PICTURE.encode("iso8859-6") + b'"', PICTURE
    yield "raw utf-8", b'filename="' + PICTURE.encode() + b'"', PICTURE
    yield "a turned ending", 'filename="صورة\u202egnp.exe"'.encode(), "صورةgnp.exe"
    yield "a path", 'filename="..\\..\\تقرير.pdf"'.encode(), "تقرير.pdf"
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, MARKED)
        yield form, f"filename*=UTF-8''{quote(name)}".encode(), MARKED


def names() -> Iterator[Case]:
    picture = base64.encodebytes(png()).replace(b"\n", b"\r\n")
    body = text(label="windows-1256", codec="cp1256", encoding="8bit")
    for name, disposition, shown in dispositions():
        head = [b"Content-Type: application/octet-stream", b"Content-Transfer-Encoding: base64"]
        file = [*head, b"Content-Disposition: attachment; " + disposition], picture
        raw, guessed = mail(multipart("mixed", body, file)), name in GUESSED
        yield Case(3, f"file: {name}", raw, files=(shown,), guessed=guessed)
    head = [b"Content-Type: image/png; name=" + b'"' + word(PICTURE, "windows-1256", "Q") + b'"']
    file = [*head, b"Content-Transfer-Encoding: base64"], picture
    raw = mail(multipart("mixed", body, file))
    yield Case(3, "file: an encoded word in name=", raw, files=(PICTURE,))
