"""Mails without a header block, or without the empty line after it: text is never lost."""

from uuid import uuid4

import pytest

from services.intake.adapters.pages import read_page
from services.intake.domain.mail import Envelope, Mail, Reading, read_mail, unreadable
from tests.services.intake.conftest import Office

SARA, ALI = Envelope("sara@client.example"), Envelope("ali@client.example")


def read(raw: bytes, envelope: Envelope = SARA) -> Mail:
    return read_mail(raw, envelope, Reading(), read_page).mail


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"one text no header\r\n", "one text no header"),
        (b"Problem: the printer\r\n", "Problem: the printer"),
        (b"hello\r\n\r\nthe printer\r\n", "hello\n\nthe printer"),
        (b"To: support@localhost\r\nthe printer\r\nis away", "the printer\nis away"),
        (b"X-A: 1\nSubject: hi\n folded\nthe printer", "the printer"),
        (b"From: a@b.example\r\nSubject: only a head\r\n", ""),
    ],
)
def test_what_is_no_header_is_text(raw: bytes, text: str) -> None:
    assert read(raw).body_text.strip() == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"one text no header", b"another text no header"),
        (b"hello\r\n\r\nbye", b"goodbye\r\n\r\nbye"),
        (b"To: a@b.example\r\none", b"To: a@b.example\r\nother"),
        (b"From: a@b.example\r\nX-A: one", b"From: a@b.example\r\nX-A: other"),
        (b"Problem: one\r\n\r\nbye", b"Problem: other\r\n\r\nbye"),
    ],
)
def test_different_texts_are_different_mails(one: bytes, other: bytes) -> None:
    assert read(one).digest != read(other).digest
    assert read(one).digest == read(one).digest


@pytest.mark.parametrize("raw", [b"help me", b"Subject: help\r\n\r\nme"])
def test_the_envelope_tells_senders_apart_where_no_from_does(raw: bytes) -> None:
    assert read(raw, SARA).digest != read(raw, ALI).digest
    assert unreadable(raw, SARA, Reading()).mail.digest != (
        unreadable(raw, ALI, Reading()).mail.digest
    )
    named = b"From: a@b.example\r\n" + raw
    assert read(named, SARA).digest == read(named, ALI).digest


async def test_texts_without_a_header_become_tickets_each(office: Office) -> None:
    texts = [f"{word} text no header {uuid4().hex}" for word in ("one", "another")]
    for text in texts:
        seen = await office.handle(text.encode() + b"\r\n")
        assert (seen["state"], seen["decision"]) == ("routed", "new"), seen
        assert seen["from"]["email"] == "sara@client.example"
        assert seen["visible_text"].strip() == text
    again = await office.handle(texts[0].encode() + b"\r\n")
    assert again["state"] == "duplicate"
