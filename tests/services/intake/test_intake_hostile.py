"""Mails made to break a parser: each ends in a visible state while the door goes on answering."""

import asyncio
import base64
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import psutil
import pytest

from services.intake.adapters.children import Children, ParserTooSlow
from services.intake.domain.mail import Envelope, Parsed, Reading
from services.intake.store import mails
from services.intake.usecases.accept import accept
from services.intake.usecases.people import People
from services.intake.usecases.read import read
from services.intake.usecases.route import route_mail
from tests.engines import eventually
from tests.services.intake.conftest import Office

TOP = b"From: Sara <sara@client.example>\r\nTo: support@localhost\r\n"
FINAL = {"routed", "held", "quarantined"}


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


def page(html: bytes) -> bytes:
    return TOP + b"Content-Type: text/html; charset=utf-8\r\n" + unique() + html


WORDS = b" ".join([b"=?utf-8?q?a?="] * 20_000)
CRASHERS: dict[str, Callable[[], bytes]] = {
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
}


@pytest.mark.parametrize("name", CRASHERS)
async def test_a_hostile_mail_ends_in_a_visible_state(office: Office, name: str) -> None:
    raw = CRASHERS[name]()
    began = time.monotonic()
    mail_id = await office.send(raw)
    good = await office.send(plain(b"Subject: good"))
    assert (await office.settled(good, within=18))["state"] == "routed"
    seen = await office.settled(mail_id, within=18)
    assert time.monotonic() - began < 20
    assert seen["state"] in FINAL, seen


async def test_what_is_cut_is_said(office: Office) -> None:
    for name, flag in (
        ("50,000 parts", "parts_cut"),
        ("multipart 3,000 deep", "depth_cut"),
        ("8,000 addresses", "headers_cut"),
        ("20,000 encoded words", "headers_cut"),
        ("200,000 headers", "headers_cut"),
    ):
        seen = await office.handle(CRASHERS[name]())
        assert flag in seen["reasons"], name


def children_of_ours() -> list[psutil.Process]:
    mine = psutil.Process().children()
    return [one for one in mine if "services.intake.adapters.child" in one.cmdline()]


async def test_a_parser_killed_at_work_is_replaced_and_the_mail_is_routed(office: Office) -> None:
    await office.handle(plain(b"Subject: warm up"))
    for child in children_of_ours():
        child.suspend()
    mail_id = await office.send(plain(b"Subject: killed"))
    await asyncio.to_thread(time.sleep, 0.3)
    for child in children_of_ours():
        os.kill(child.pid, signal.SIGKILL)
    seen = await office.settled(mail_id)
    assert (seen["state"], seen["degraded"]) == ("routed", False)


async def test_a_mail_that_cannot_be_parsed_becomes_a_degraded_ticket(office: Office) -> None:
    class Never:
        async def parse(self, raw: bytes, envelope: Envelope, reading: Reading) -> Parsed:
            raise ParserTooSlow(len(raw), envelope, reading)

        async def close(self) -> None:
            raise AssertionError

    raw = plain(b"Subject: =?utf-8?b?2YXYsdit2KjYpw==?=")
    async with office.context.tx() as tx:
        mail_id = await accept(tx, raw, Envelope("sara@client.example"), "smtp")
        await mails.postpone(tx, mail_id, timedelta(hours=1))
    await read(office.context, Never(), mail_id)
    await route_mail(office.context, People(office.context), mail_id)
    seen = await office.see(mail_id)
    assert (seen["state"], seen["decision"], seen["degraded"]) == ("routed", "new", True)
    assert seen["subject"] == "مرحبا"
    assert "unreadable" in seen["reasons"]


async def test_a_child_is_confined_and_ends_with_its_service() -> None:
    children = Children(1, 5)
    await children.parse(TOP + unique(), Envelope(), Reading())
    (pid,) = children.pids
    child = psutil.Process(pid)
    assert child.rlimit(psutil.RLIMIT_AS)[0] == 768 * 1024 * 1024
    assert not [name for name in child.environ() if name.startswith("SANAD")]
    assert child.memory_info().rss < 40 * 1024 * 1024
    await children.close()
    await eventually(lambda: not psutil.pid_exists(pid))


async def test_a_slow_parser_is_killed_in_time() -> None:
    children = Children(1, 1)
    await children.parse(TOP + unique(), Envelope(), Reading())
    (pid,) = children.pids
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(ParserTooSlow):
        await children.parse(TOP + unique(), Envelope(), Reading())
    assert time.monotonic() - began < 3
    assert not psutil.pid_exists(pid)
    await children.parse(TOP + unique(), Envelope(), Reading())
    await children.close()
