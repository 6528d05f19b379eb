"""Which two mails are one: the same words to two tickets are two."""

import pytest

from services.intake.domain.headers import split_headers
from services.intake.domain.mail import Envelope, digest_of

_BARE = b"From: a@b.example\r\nSubject: Re\r\n"
_ONE, _OTHER = (f"support+r{letter * 32}@localhost" for letter in "ab")


def _digest(head: bytes, *recipients: str) -> str:
    raw = head + b"\r\nYes, thanks\r\n"
    return digest_of(split_headers(raw), raw, Envelope("a@b.example", recipients))


def test_without_date_and_id_the_signed_address_tells_mails_apart() -> None:
    assert _digest(_BARE, _ONE) != _digest(_BARE, _OTHER)
    assert _digest(_BARE, _ONE) == _digest(_BARE, _ONE.upper())
    assert _digest(_BARE, _ONE, _OTHER) == _digest(_BARE, _OTHER, _ONE)
    assert _digest(_BARE, "support@localhost") == _digest(_BARE, "sales@localhost")


@pytest.mark.parametrize("named", [b"Date: Fri, 27 Nov 2026 10:00:00 +0000", b"Message-ID: <1@b>"])
def test_with_either_they_are_copies_by_whatever_way_they_came(named: bytes) -> None:
    assert _digest(_BARE + named + b"\r\n", _ONE) == _digest(_BARE + named + b"\r\n", _OTHER)
