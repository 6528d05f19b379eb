"""T30: whatever strangers write, a mail of ours has the header lines that we meant, and no other.

Not only one parser is asked: the bytes are split by hand, at every end of line that any reader of
mail might take for one, and read by two parsers of the standard library.
"""

import base64
import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from quopri import encodestring
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.notify.domain.headers import ALLOWED, message_ids, plain_address
from services.notify.domain.letters import Letter, UnsafeLetter, serialise
from tests.services.notify.test_notify_domain_mail import LETTER

BAD = "\U0001f600=?utf-8?q?=0D=0ABcc=3A_victim=40example.com?="
CHARSETS = ("utf-8", "utf-7", "utf-16", "iso-8859-6", "windows-1256", "nonsense", "us-ascii", "")
ENDS = "\r\n\t\v\f\x00\x1c\x1d\x1e\x85\u2028\u2029"

plain = st.text(max_size=60)
controls = st.text(st.sampled_from(ENDS + '\u202e\u2066\u200f\u200d\ud800\ufeff:;,<>"\\()@?='))
attacks = st.sampled_from(
    ["Bcc: victim@example.com", "\r\nBcc: v@e.x", "\nTo: v@e.x", "\r\n\r\n<html>", "?=", "=?", BAD]
)


@st.composite
def encoded(draw: Any) -> str:
    """An encoded word around anything, another encoded word among it."""
    inner = draw(st.one_of(plain, attacks, controls)).encode("utf-8", "surrogatepass")
    charset = draw(st.sampled_from(CHARSETS))
    if draw(st.booleans()):
        return f"=?{charset}?b?{base64.b64encode(inner).decode()}?="
    return f"=?{charset}?Q?{encodestring(inner, quotetabs=True, header=True).decode()}?="


hostile = st.lists(st.one_of(plain, controls, attacks, encoded()), max_size=6).map("".join)
nested = hostile.map(lambda text: f"=?utf-8?b?{base64.b64encode(_bytes(text)).decode()}?=")
anything = st.one_of(hostile, nested)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def head_of(raw: bytes) -> list[bytes]:
    """Header lines as the most gullible reader splits them, folded ones joined."""
    head = raw.partition(b"\r\n\r\n")[0]
    lines = re.split(rb"\r\n|\r|\n|\x0b|\x0c|\x1c|\x1d|\x1e|\x00|\xc2\x85|\xe2\x80[\xa8\xa9]", head)
    joined: list[bytes] = []
    for line in lines:
        if line[:1] in {b" ", b"\t"}:
            joined[-1] += line
        else:
            joined.append(line)
    return joined


def meant(letter: Letter) -> list[str]:
    """The names that a letter of these fields has, each once."""
    names = [
        *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Language"),
        *("Content-Type", "X-Auto-Response-Suppress", "X-Sanad-Loop"),
    ]
    names += ["Reply-To"] if letter.reply_to else []
    names += ["In-Reply-To", "References"] if letter.references else []
    return sorted(names + (["Auto-Submitted"] if letter.submitted else []))


def holds(letter: Letter) -> None:
    raw = serialise(letter)
    lines = head_of(raw)
    assert sorted(line.partition(b":")[0].decode() for line in lines) == meant(letter)
    assert set(meant(letter)) <= ALLOWED
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    modern = message_from_bytes(raw, policy=policy.default)
    old = message_from_bytes(raw, policy=policy.compat32)
    for parsed in (modern, old):
        assert sorted(parsed.keys()) == meant(letter)
        assert not parsed.defects
    assert [one.addr_spec for one in modern["From"].addresses] == ["support@desk.example"]
    assert modern["To"] == letter.recipient
    told = str(make_header(decode_header(old["Subject"])))
    assert len(told) <= 200
    assert not set(told) & set(ENDS)
    assert "=?" not in told


@settings(deadline=None)
@given(anything)
@example(BAD)
@example("=?utf-8?b?" + base64.b64encode(BAD.encode()).decode() + "?=")
def test_no_subject_makes_a_line(text: str) -> None:
    holds(replace(LETTER, subject=f"[SND-1042] Re: {text}"))
    holds(replace(LETTER, subject=text))


@settings(deadline=None)
@given(anything)
@example('"; <evil@example.com>, "')
def test_no_display_name_makes_a_line_or_an_address(text: str) -> None:
    holds(replace(LETTER, sender_name=text))


@settings(deadline=None)
@given(st.lists(anything, max_size=5))
@example(["<x@y>\r\nBcc: a@b", "<=?utf-8?q?=0D=0ABcc:_x=40y.z?=@b>", "<fine@x.example>"])
def test_no_foreign_message_id_makes_a_line(texts: list[str]) -> None:
    ids = message_ids([*texts, *(f"<{one}@x.example>" for one in texts)])
    holds(replace(LETTER, references=tuple(ids)))


@settings(deadline=None)
@given(anything, anything)
def test_an_address_is_one_plain_mailbox_or_nobody(local: str, domain: str) -> None:
    for text in (local, f"{local}@x.example", f"a@{domain}", f"{local}@{domain}"):
        address = plain_address(text)
        if address is not None:
            holds(replace(LETTER, recipient=address))


@settings(deadline=None)
@given(anything, anything)
def test_bodies_stay_bodies(text: str, html: str) -> None:
    clean = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    page = html.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    holds(replace(LETTER, text=clean, html=page))


FIELDS = ("recipient", "sender", "message_id", "reply_to", "loop_mark")


def changed(field: str, value: str) -> Letter:
    change: dict[str, Any] = {field: value}
    return replace(LETTER, **change)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\n ", "\x0b", "\x85", "\u2028"], ids=ascii)
def test_what_is_not_cleaned_is_refused(field: str, end: str) -> None:
    """Even where our own code made the value: the last look trusts nobody."""
    evil = f"{getattr(LETTER, field)}{end}Bcc: victim@example.com"
    with pytest.raises(UnsafeLetter):
        serialise(changed(field, evil))


@settings(deadline=None)
@given(st.sampled_from(FIELDS), anything.filter(lambda text: bool(set(text) & set("\r\n"))))
def test_no_field_at_all_lets_a_line_through(field: str, text: str) -> None:
    letter = changed(field, text)
    try:
        raw = serialise(letter)
    except (UnsafeLetter, UnicodeError):
        return
    names = {line.partition(b":")[0].decode("utf-8", "replace") for line in head_of(raw)}
    assert names <= ALLOWED
