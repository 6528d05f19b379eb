"""A mail as we send it: built line by line, then read back before anybody may queue it."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from typing import Final, Literal

from services.notify.domain.headers import ALLOWED, MAX_LINE, mailbox_value, text_value
from shared.vocabulary import Locale

_IN_WORDS: Final = re.compile(r"=\?|\?=")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Whatever some reader of mail may take for the end of a line, and its kin."""
_FOLDED: Final = frozenset({"From", "Subject"})
_PARSER: Final = BytesHeaderParser(policy=policy.compat32)
_WIDE: Final = 76
_MULTIPART: Final = 'multipart/alternative; boundary="{boundary}"'


class UnsafeLetter(ValueError):
    """The serialised mail does not say exactly what was meant; it must not be queued."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that a mail says, before it is bytes."""

    sender_name: str
    sender: str
    recipient: str
    reply_to: str | None
    subject: str
    text: str
    html: str
    locale: Locale
    message_id: str
    references: tuple[str, ...]
    date: datetime
    submitted: Literal["auto-replied", "auto-generated"] | None
    loop_mark: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A composed mail with its envelope, as an outgoing door takes it; `name` is its stable id."""

    name: str
    sender: str
    recipient: str
    raw: bytes


def serialise(letter: Letter) -> bytes:
    """RFC 5322 bytes with CRLF ends; raises UnsafeLetter when they do not read back the same."""
    boundary = f"=_{letter.message_id.strip('<>').partition('@')[0][-36:]}"
    head = "\r\n".join(f"{name}: {value}" for name, value in _headers(letter, boundary))
    parts = "".join(
        _part(boundary, subtype, content)
        for subtype, content in (("plain", letter.text), ("html", letter.html))
    )
    raw = f"{head}\r\n\r\n{parts}--{boundary}--\r\n".encode()
    _read_back(raw, letter)
    return raw


def _headers(letter: Letter, boundary: str) -> list[tuple[str, str]]:
    """Name and value of each line. Id headers are never folded (decisions.md 28)."""
    lines = [
        ("From", mailbox_value(letter.sender_name, letter.sender)),
        ("To", letter.recipient),
        ("Subject", text_value(letter.subject)),
        ("Date", format_datetime(letter.date)),
        ("Message-ID", letter.message_id),
        ("MIME-Version", "1.0"),
        ("Content-Language", letter.locale.value),
        ("Content-Type", _MULTIPART.format(boundary=boundary)),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Sanad-Loop", letter.loop_mark),
    ]
    if letter.reply_to:
        lines.append(("Reply-To", letter.reply_to))
    if letter.references:
        lines.append(("In-Reply-To", letter.references[-1]))
        lines.append(("References", " ".join(letter.references)))
    if letter.submitted:
        lines.append(("Auto-Submitted", letter.submitted))
    return lines


def _part(boundary: str, subtype: str, content: str) -> str:
    body = binascii.b2a_base64(_transferred(content), newline=False).decode("ascii")
    encoded = "".join(f"{body[at : at + _WIDE]}\r\n" for at in range(0, len(body), _WIDE))
    return (
        f"--{boundary}\r\n"
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n"
        f"{encoded}"
    )


def _transferred(content: str) -> bytes:
    return content.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def _read_back(raw: bytes, letter: Letter) -> None:
    """Header lines against the allow-list, then a second parser's reading of the same header.

    What it takes for the boundary cuts the rest, whose parts are in letters that hold none.
    """
    head, end, rest = raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    if any(_CONTROL.search(line) for line in lines):
        raise UnsafeLetter("a control or a bare line end stands in the header")
    if any(_folded_by_another(lines)):
        raise UnsafeLetter("a header is folded that must not be")
    if any(len(line.encode()) > MAX_LINE for line in lines):
        raise UnsafeLetter("a header line is too long")
    names = [line.partition(":")[0] for line in lines if not line.startswith(" ")]
    if len(set(names)) != len(names) or not set(names) <= ALLOWED:
        raise UnsafeLetter("a header line that nobody asked for")
    parsed = _PARSER.parsebytes(head + end)
    if sorted(parsed.keys()) != sorted(names):
        raise UnsafeLetter("another parser sees other headers")
    if any(_IN_WORDS.search(one) or _CONTROL.search(one) for one in _as_they_are(letter)):
        raise UnsafeLetter("an encoded word stands in an address or an id")
    meant = [_transferred(text) for text in (letter.text, letter.html)]
    if parsed["Message-ID"] != letter.message_id or _bodies(parsed, rest) != meant:
        raise UnsafeLetter("another parser reads another mail")


def _as_they_are(letter: Letter) -> tuple[str, ...]:
    """What is written without cleaning: addresses and ids, checked before they come here."""
    addresses = (letter.sender, letter.recipient, letter.reply_to or "")
    return (*addresses, letter.message_id, *letter.references, letter.loop_mark)


def _folded_by_another(lines: list[str]) -> Iterator[bool]:
    """Only texts are ever folded, by us."""
    name = ""
    for line in lines:
        if line.startswith(" "):
            yield name not in _FOLDED
        else:
            name = line.partition(":")[0]


def _bodies(parsed: Message, rest: bytes) -> list[bytes]:
    """As transferred; which of them is what, each part's own two lines say."""
    boundary = (parsed.get_boundary() or "").encode()
    before, *parts = rest.split(b"--" + boundary + b"\r\n")
    bodies = [part.partition(b"\r\n\r\n")[2] for part in parts]
    if before or not bodies or not bodies[-1].endswith(b"--" + boundary + b"--\r\n"):
        return []
    bodies[-1] = bodies[-1].removesuffix(b"--" + boundary + b"--\r\n")
    return [binascii.a2b_base64(one) for one in bodies]
