"""Our own Arabic mails, built from a table: charsets, encodings, lies, names, replies, robots."""

import base64
import quopri
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from urllib.parse import quote

from shared.vocabulary import REPLY_MARKER
from tests.journeys.letters import png

SUBJECT = "تعطّل الطابعة في الفرع الرئيسي"
PLAIN_SUBJECT = "تعطل الطابعة في الفرع الرئيسي"
NAME = "سارة العتيبي"
SENDER = "sara@client.example"
BODY = "السلام عليكم،\nالطابعة لا تعمل منذ الصباح، والرمز على الشاشة E-17.\nشكرا"
REPLY = "شكرا لكم، جربت الحل وما زالت المشكلة موجودة."
QUOTED = "أهلا سارة،\nأعيدي تشغيل الطابعة من فضلك.\nفريق الدعم"


@dataclass(frozen=True, slots=True)
class Case:
    """A mail and what must be read in it."""

    name: str
    raw: bytes
    subject: str = PLAIN_SUBJECT
    visible: str = BODY
    sender_name: str = NAME
    mail_class: str = "human"
    files: tuple[str, ...] = ()
    envelope: str = SENDER


def mail(headers: list[bytes], body: bytes, *, subject: bytes = b"", name: bytes = b"") -> bytes:
    top = [
        b"From: " + (name or _word(NAME)) + b" <" + SENDER.encode() + b">",
        b"To: support@localhost",
        b"Subject: " + (subject or _word(PLAIN_SUBJECT)),
        b"Message-ID: <a1@client.example>",
        b"Date: Sun, 22 Nov 2026 10:00:00 +0300",
        b"MIME-Version: 1.0",
        *headers,
        b"",
        body,
    ]
    return b"\r\n".join(top)


def _word(text: str, charset: str = "utf-8", kind: str = "B") -> bytes:
    data = text.encode(charset)
    if kind == "B":
        payload = base64.b64encode(data)
    else:
        payload = quopri.encodestring(data, header=True).replace(b"=\n", b"").replace(b"?", b"=3F")
    return b"=?" + charset.encode() + b"?" + kind.encode() + b"?" + payload + b"?="


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def _text(label: str, codec: str, encoding: str, body: str = BODY) -> tuple[list[bytes], bytes]:
    data = (body if encoding == "quoted-printable" else _crlf(body)).encode(codec)
    if encoding == "base64":
        data = base64.encodebytes(data).replace(b"\n", b"\r\n")
    elif encoding == "quoted-printable":
        data = quopri.encodestring(data).replace(b"\n", b"\r\n")
    head = b"Content-Type: text/plain" + (f"; charset={label}".encode() if label else b"")
    return [head, b"Content-Transfer-Encoding: " + encoding.encode()], data


def charsets() -> Iterator[Case]:
    for label, codec in (
        ("windows-1256", "cp1256"),
        ("iso-8859-6", "iso8859-6"),
        ("iso-8859-6-i", "iso8859-6"),
        ("ISO-8859-6-E", "iso8859-6"),
        ("utf-8", "utf-8"),
        ("x-mac-arabic", "mac_arabic"),
    ):
        for encoding in ("quoted-printable", "base64", "8bit"):
            yield Case(f"{label} {encoding}", mail(*_text(label, codec, encoding)))
    yield Case("utf-16 base64", mail(*_text("utf-16", "utf-16", "base64")))
    yield Case("utf-16le base64", mail(*_text("utf-16", "utf-16-le", "base64")))


def headers() -> Iterator[Case]:
    text = _text("windows-1256", "cp1256", "8bit")
    for charset in ("utf-8", "windows-1256", "iso-8859-6"):
        for kind in ("B", "Q"):
            subject, name = _word(PLAIN_SUBJECT, charset, kind), _word(NAME, charset, kind)
            yield Case(f"header {charset} {kind}", mail(*text, subject=subject, name=name))
    raw = PLAIN_SUBJECT.encode("cp1256"), b'"' + NAME.encode("cp1256") + b'"'
    yield Case("raw 8-bit windows-1256 header", mail(*text, subject=raw[0], name=raw[1]))
    raw = PLAIN_SUBJECT.encode("iso8859-6"), NAME.encode("iso8859-6")
    yield Case("raw 8-bit iso-8859-6 header", mail(*text, subject=raw[0], name=raw[1]))
    raw = PLAIN_SUBJECT.encode(), NAME.encode()
    yield Case("raw 8-bit utf-8 header", mail(*text, subject=raw[0], name=raw[1]))
    folded = Header(SUBJECT, "utf-8", maxlinelen=40).encode(linesep="\r\n").encode()
    yield Case("folded words", mail(*text, subject=folded), subject=SUBJECT)
    split = SUBJECT.encode()
    halves = [base64.b64encode(split[:15]), base64.b64encode(split[15:])]
    word = b"\r\n ".join(b"=?utf-8?B?" + half + b"?=" for half in halves)
    yield Case("a letter cut by two words", mail(*text, subject=word), subject=SUBJECT)
    tagged = b"=?windows-1256*ar?B?" + base64.b64encode(
        PLAIN_SUBJECT.encode("cp1256")) + b"?="  # fmt: skip
    yield Case("a word with its language", mail(*text, subject=tagged))


def lies() -> Iterator[Case]:
    for label, codec in (
        ("us-ascii", "cp1256"),
        ("iso-8859-1", "cp1256"),
        ("utf-8", "cp1256"),
        ("windows-1256", "utf-8"),
        ("iso-8859-1", "utf-8"),
        ("unknown-8bit", "cp1256"),
        ("", "cp1256"),
        ("x-unknown", "utf-8"),
    ):
        yield Case(f"says {label or 'nothing'}, is {codec}", mail(*_text(label, codec, "8bit")))
    text = _text("windows-1256", "ascii", "7bit", "The printer is down.")
    odd = mail(*text, subject=b"Printer down \xfe", name=b"Sara")
    yield Case("ends in 0xFE", odd, "Printer down", "The printer is down.", "Sara")


def names() -> Iterator[Case]:
    arabic = "لقطة الشاشة.png"
    picture = base64.encodebytes(png()).replace(b"\n", b"\r\n")
    extended = "filename*=windows-1256''" + quote(arabic.encode("cp1256"))
    pieces = quote(arabic.encode())
    continued = f"filename*0*=UTF-8''{pieces[:30]}; filename*1*={pieces[30:]}"
    for label, disposition, shown in (
        ("RFC 2231 windows-1256", extended.encode(), arabic),
        ("RFC 2231 continued", continued.encode(), arabic),
        ("encoded word", b'filename="' + _word(arabic) + b'"', arabic),
        ("raw windows-1256", b'filename="' + arabic.encode("cp1256") + b'"', arabic),
        ("raw utf-8", b'filename="' + arabic.encode() + b'"', arabic),
        ("bidi override", 'filename="صورة\u202egnp.exe"'.encode(), "صورةgnp.exe"),
        ("path", 'filename="..\\..\\تقرير.pdf"'.encode(), "تقرير.pdf"),
    ):
        body = b"\r\n".join(
            [
                *(b"--x", b"Content-Type: text/plain; charset=windows-1256", b""),
                *(_crlf(BODY).encode("cp1256"), b"--x", b"Content-Type: image/png"),
                *(b"Content-Transfer-Encoding: base64",),
                *(b"Content-Disposition: attachment; " + disposition, b"", picture, b"--x--", b""),
            ]
        )
        raw = mail([b'Content-Type: multipart/mixed; boundary="x"'], body)
        yield Case(f"file name: {label}", raw, files=(shown,))


QUOTE = "\n".join(f"> {line}" for line in QUOTED.split("\n"))
CLIENTS = {
    "Gmail ar": f"{REPLY}\n\nفي الأحد، ٢٢ نوفمبر ٢٠٢٦ في ٣:٤٥ م تمت كتابة ما يلي بواسطة "
    f"\u202bالدعم\u202c\u200e <support@localhost>:\n\n{QUOTE}",
    "Gmail ar verb": f"{REPLY}\n\nفي الأحد، 22 نوفمبر 2026 في 3:45 م كتب الدعم الفني "
    f"<\u200esupport@localhost\u200e>:\n\n{QUOTE}",
    "Apple ar": f"{REPLY}\n\n> في 22 نوفمبر 2026، الساعة 9:15 ص، كتب الدعم <support@localhost>:\n"
    f"> \n{QUOTE}",
    "Apple ar phone": f"{REPLY}\n\nأُرسلت من الـ iPhone\n\nفي ٢٢ نوفمبر ٢٠٢٦، الساعة ٩:١٥ ص، كتبت "
    f"سارة <s@localhost>:\n\n{QUOTE}",
    "Outlook ar": f"{REPLY}\n\n________________________________\nمن: الدعم <support@localhost>\n"
    f"تم الإرسال: الأحد، 22 نوفمبر 2026 09:15 ص\nإلى: سارة\nالموضوع: رد: الطابعة\n\n{QUOTED}",
    "Outlook web ar": f"{REPLY}\n\nمن: الدعم <support@localhost>\nالتاريخ: الأحد، ٢٢ نوفمبر ٢٠٢٦\n"
    f"إلى: سارة <{SENDER}>\nنسخة: خالد\nالموضوع: رد: الطابعة\n{QUOTED}",
    "Outlook phone ar": f"{REPLY}\n\nاحصل على Outlook لـ iOS\n________________________________\n"
    f"من: الدعم\nتم الإرسال: الأحد\nإلى: سارة\nالموضوع: الطابعة\n\n{QUOTED}",
    "Thunderbird ar": f"{REPLY}\n\nبتاريخ 22/11/26 09:15، كتب الدعم:\n{QUOTE}",
    "Thunderbird forward ar": f"{REPLY}\n\n-------- الرسالة الأصليَّة --------\nالموضوع: x\n{QUOTED}",
    "Roundcube ar": f"{REPLY}\n\nكتب الدعم في ٢٠٢٦-١١-٢٢ ٠٩:١٥:\n{QUOTE}",
    "Roundcube labels": f"{REPLY}\n\n-------- الرسالة الأساسية --------\nالمرسل: الدعم\n"
    f"المستقبل: سارة\nالتاريخ: 2026-11-22\n\n{QUOTED}",
    "Samsung ar": f"{REPLY}\n\nتم الإرسال من هاتف Galaxy.\n\n-------- الرسالة الأصلية --------\n"
    f"من: الدعم\n{QUOTED}",
    "Gmail en around Arabic": f"{REPLY}\n\nOn Sun, Nov 22, 2026 at 3:45 PM الدعم الفني <\n"
    f"support@localhost> wrote:\n\n{QUOTE}",
    "below the quote": f"في 22 نوفمبر 2026 كتب الدعم <support@localhost>:\n{QUOTE}\n\n{REPLY}",
    "our marker": f"{REPLY}\n\n## اكتب ردّك فوق هذا السطر · Write your reply above this line ##\n"
    f"{QUOTED}",
    "Hijri date": f"{REPLY}\n\nفي ١٢ جمادى الآخرة ١٤٤٨ هـ، ٩:١٠ م، كتب الدعم:\n{QUOTE}",
    "signature": f"{REPLY}\n\n-- \nسارة العتيبي\nمديرة الفرع",
    "kashida and marks": f"{REPLY}\n\n\u200fفــي 22 نوفمبر 2026 كَتَبَ \u202aالدعم\u202c:\n{QUOTE}",
}


def replies() -> Iterator[Case]:
    for client, text in CLIENTS.items():
        yield Case(
            f"reply: {client}", mail(*_text("utf-8", "utf-8", "base64", text)), visible=REPLY
        )
    many = "> سطر طويل جدا من الاقتباس\n" * 60
    one = f"شكرا\n\nفي 22 نوفمبر 2026 كتب الدعم:\n{QUOTE}\n{many}".strip()
    yield Case("one word in a hundred", mail(*_text("utf-8", "utf-8", "8bit", one)), visible=one)
    ours = f"شكرا\n\nفي 22 نوفمبر 2026 كتب الدعم:\n> {REPLY_MARKER}\n{many}"
    text = _text("utf-8", "utf-8", "8bit", ours)
    yield Case("one word over a long mail of ours", mail(*text), visible="شكرا")
    for client, landmark in (
        ("Gmail", '<div class="gmail_quote"><div dir="rtl">{}</div></div>'),
        ("Apple", '<blockquote type="cite"><div>{}</div></blockquote>'),
        ("Outlook", '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"></div><div>{}</div>'),
        (
            "Thunderbird",
            '<div class="moz-cite-prefix">كتب:</div><blockquote type="cite">{}</blockquote>',
        ),
    ):
        html = (
            f'<html dir="rtl"><body><div>{REPLY}</div><br>{landmark.format(QUOTED)}</body></html>'
        )
        head = [b"Content-Type: text/html; charset=utf-8", b"Content-Transfer-Encoding: 8bit"]
        yield Case(f"page: {client}", mail(head, html.encode()), visible=REPLY)


def robots() -> Iterator[Case]:
    text = _text("utf-8", "utf-8", "8bit", "أنا في إجازة.")
    auto = _word("رد تلقائي: تعطل الطابعة")
    said = ("رد تلقائي: تعطل الطابعة", "أنا في إجازة.", NAME, "auto_reply")
    marked = mail([b"Auto-Submitted: auto-replied", *text[0]], text[1], subject=auto)
    yield Case("out of office, marked", marked, *said)
    answer = mail([b"In-Reply-To: <x@y>", *text[0]], text[1], subject=auto)
    yield Case("out of office, by its subject", answer, *said)
    exchange = [b"X-MS-Exchange-Inbox-Rules-Loop: a@b", b"X-Auto-Response-Suppress: All", *text[0]]
    yield Case("Exchange rule", mail(exchange, text[1], subject=auto), *said)
    human = mail([b"X-Auto-Response-Suppress: All", *text[0]], text[1])
    yield Case("asks for silence, is a person", human, visible="أنا في إجازة.")
    body = b"\r\n".join(
        [
            *(
                b"--r",
                b"Content-Type: text/plain; charset=utf-8",
                b"",
                "تعذر تسليم الرسالة".encode(),
            ),
            *(
                b"--r",
                b"Content-Type: message/delivery-status",
                b"",
                b"Reporting-MTA: dns; mx",
                b"",
            ),
            *(b"Final-Recipient: rfc822; x@y", b"Action: failed", b"Status: 5.1.1", b"--r--", b""),
        ]
    )
    head = [b"Content-Type: multipart/report; report-type=delivery-status; boundary=r"]
    subject = "تعذر التسليم"
    notice = mail(head, body, subject=_word(subject))
    yield Case(
        "delivery notice",
        notice,
        subject,
        "تعذر تسليم الرسالة",
        NAME,
        "bounce",
        ("file-1.txt",),
        "",
    )


CASES = [*charsets(), *headers(), *lies(), *names(), *replies(), *robots()]
