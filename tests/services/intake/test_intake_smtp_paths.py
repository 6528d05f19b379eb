"""Addresses in MAIL and RCPT: the quick reading and the one by the book say the same."""

import random
from collections.abc import Callable
from functools import partial

import pytest
from aiosmtpd.smtp import SMTP

from services.intake.adapters.smtp import Connection

USUAL = {
    "<a@b>": ("a@b", ""),
    "<sara.h@client.example> SIZE=4096": ("sara.h@client.example", "SIZE=4096"),
    "<support+t=1.x@desk-1.example>  BODY=8BITMIME SMTPUTF8": (
        "support+t=1.x@desk-1.example",
        "BODY=8BITMIME SMTPUTF8",
    ),
}
ODD = (
    *("", "<>", "<a..b@c>", "<a@b.>", "<a@b>x", "<a@b> (note) SIZE=1", '<"a b"@c>', "a@b"),
    *("<=?utf-8?q?a?=@b>", "<@route:a@b>", "<a@[127.0.0.1]>", "<سارة@مثال.example>", "<a @b>"),
)
LETTERS = 'ab.@<> =+-_?("SIZE=1'


@pytest.fixture
def quick() -> Connection:
    return Connection.__new__(Connection)


@pytest.mark.parametrize("told", USUAL)
def test_the_usual_path_is_taken_apart(quick: Connection, told: str) -> None:
    assert quick._getaddr(told) == USUAL[told] == SMTP._getaddr(quick, told)


@pytest.mark.parametrize("told", ODD)
def test_an_odd_path_is_read_by_the_book(quick: Connection, told: str) -> None:
    assert quick._getaddr(told) == SMTP._getaddr(quick, told)


def said(read: Callable[[str], object], told: str) -> object:
    """By the book some nonsense is no address but an error: to us it is no address."""
    try:
        return read(told)
    except Exception:  # noqa: BLE001 - whatever it is
        return None, None


def test_both_readings_agree_on_whatever_is_said(quick: Connection) -> None:
    dice = random.Random(7)  # noqa: S311 - rolls cases, guards nothing
    for _ in range(5000):
        tail = "".join(dice.choice(LETTERS) for _ in range(dice.randint(0, 9)))
        for told in (f"<a@b>{tail}", f"<a{tail}@b> SIZE=1", f"<{tail}"):
            assert said(quick._getaddr, told) == said(partial(SMTP._getaddr, quick), told), told
