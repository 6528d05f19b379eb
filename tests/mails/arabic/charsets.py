"""Groups 1 and 2: charsets of body and header, their encodings, labels that lie."""

import base64
from collections.abc import Iterator
from email.header import Header

from tests.mails.arabic.case import NAME, SUBJECT, Case, mail, text, word

LONG = "تعطّل الطابعة في الفرع الرئيسي"
CHARSETS = (
    ("windows-1256", "cp1256"),
    ("iso-8859-6", "iso8859-6"),
    ("iso-8859-6-i", "iso8859-6"),
    ("ISO-8859-6-E", "iso8859-6"),
    ("utf-8", "utf-8"),
    ("x-mac-arabic", "mac_arabic"),
)
LIES = (
    ("us-ascii", "cp1256"),
    ("iso-8859-1", "cp1256"),
    ("utf-8", "cp1256"),
    ("windows-1256", "utf-8"),
    ("iso-8859-1", "utf-8"),
    ("unknown-8bit", "cp1256"),
    ("", "cp1256"),
    ("x-unknown", "utf-8"),
)


def bodies() -> Iterator[Case]:
    for label, codec in CHARSETS:
        for encoding in ("quoted-printable", "base64", "8bit"):
            raw = mail(text(label=label, codec=codec, encoding=encoding))
            yield Case(1, f"{label} {encoding}", raw)
    yield Case(1, "utf-16 base64", mail(text(label="utf-16", codec="utf-16")))
    yield Case(1, "utf-16 without its mark", mail(text(label="utf-16", codec="utf-16-le")))


def headers() -> Iterator[Case]:
    body = text(label="windows-1256", codec="cp1256", encoding="8bit")
    for charset in ("utf-8", "windows-1256", "iso-8859-6"):
        for kind in ("B", "Q"):
            subject, name = word(SUBJECT, charset, kind), word(NAME, charset, kind)
            yield Case(1, f"header {charset} {kind}", mail(body, subject=subject, name=name))
    for codec in ("cp1256", "iso8859-6", "utf-8"):
        subject, name = SUBJECT.encode(codec), b'"' + NAME.encode(codec) + b'"'
        raw = mail(body, subject=subject, name=name)
        yield Case(1, f"raw 8-bit {codec} header", raw, guessed=True)
    folded = Header(LONG, "utf-8", maxlinelen=40).encode(linesep="\r\n").encode()
    yield Case(1, "a header of several words", mail(body, subject=folded), subject=LONG)
    halves = [base64.b64encode(half) for half in (LONG.encode()[:15], LONG.encode()[15:])]
    split = b"\r\n ".join(b"=?utf-8?B?" + half + b"?=" for half in halves)
    yield Case(1, "a letter cut by two words", mail(body, subject=split), subject=LONG)
    payload = base64.b64encode(SUBJECT.encode("cp1256"))
    tagged = mail(body, subject=b"=?windows-1256*ar?B?" + payload + b"?=")
    yield Case(1, "a word with its language", tagged)


def lies() -> Iterator[Case]:
    for label, codec in LIES:
        raw = mail(text(label=label, codec=codec, encoding="8bit"))
        yield Case(1, f"says {label or 'nothing'}, is {codec}", raw, guessed=True)


def oddities() -> Iterator[Case]:
    english = "The printer is down."
    body = text(english, label="windows-1256", codec="ascii", encoding="7bit")
    plain, tagged = "Printer down", "Re: [SND-1042] Printer down"
    for subject in (plain, tagged):
        raw = mail(body, subject=subject.encode() + b" \xfe", name=b"Sara")
        name = f"ends in byte 0xFE: {subject}"
        yield Case(2, name, raw, subject, english, "Sara")
    coded = b"=?windows-1256?Q?" + tagged.replace(" ", "_").encode() + b"_=FE?="
    raw = mail(body, subject=coded, name=b"Sara")
    yield Case(2, "ends in an encoded 0xFE", raw, tagged, english, "Sara")
