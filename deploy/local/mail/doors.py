"""The doors of a running desk, each with its way of handing a test mail in."""

import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from deploy.local.demo.doors import Seat
from deploy.local.programs import CannotRunError

MARK = "Sanad mail test"
_OK = 250
_SIGN_IN = 530


class Failed(Exception):
    """A step of a door went wrong; `code` names the sentence about it."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotTried(Exception):
    """The door is shut to such a mail on purpose; says nothing about whether it works."""


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: `hand` gives a mail there, and its id where the door tells it."""

    name: str
    address: str
    hand: Callable[[bytes, str], str]
    mailbox_id: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is recognised again by its subject."""

    subject: str
    raw: bytes


def letter(door: Door, sender: str) -> Letter:
    mark = uuid4().hex
    subject = f"{MARK} {door.name} {mark[:12]}"
    lines = (
        f"From: {MARK} <{sender}>",
        f"To: {door.address}",
        f"Subject: {subject}",
        f"Message-ID: <{mark}@mail-test.invalid>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "This mail tries the doors of the desk.",
        "",
    )
    return Letter(subject, "\r\n".join(lines).encode())


def doors(smtp: str, seat: Seat, support: str) -> Iterator[Door]:
    """SMTP, HTTP, and every mailbox that is fetched from."""
    yield Door("smtp", support, lambda raw, sender: _by_smtp(smtp, raw, sender, support))
    yield Door("http", support, lambda raw, sender: _by_http(seat, raw, sender, support))
    for mailbox in seat.every("/v1/intake/mailboxes"):
        if mailbox["kind"] == "imap" and mailbox["enabled"]:
            yield _imap(seat, mailbox)


def _imap(seat: Seat, mailbox: dict[str, Any]) -> Door:
    def put(raw: bytes, _sender: str) -> str:
        try:
            seat.send(f"/v1/intake/mailboxes/{mailbox['id']}/mails", raw)
        except CannotRunError as refusal:
            check = f"POST /v1/intake/mailboxes/{mailbox['id']}/check"
            raise Failed("unreachable", reason=str(refusal), check=check) from None
        return ""

    return Door("imap", mailbox["address"], put, mailbox["id"])


def _by_smtp(place: str, raw: bytes, sender: str, recipient: str) -> str:
    """The id stands in the last word of the 250; encrypted, where the door offers it."""
    host, _, port = place.rpartition(":")
    try:
        with smtplib.SMTP(host, int(port), timeout=30) as door:
            door.ehlo()
            if door.has_extn("starttls"):
                door.starttls()
                door.ehlo()
            code, said = door.mail(sender)
            code, said = door.rcpt(recipient) if code == _OK else (code, said)
            code, said = door.data(raw) if code == _OK else (code, said)
    except (OSError, smtplib.SMTPException) as error:
        raise Failed("refused", reason=str(error) or type(error).__name__) from None
    if code == _SIGN_IN:
        raise NotTried
    if code != _OK:
        raise Failed("refused", reason=f"{code} {said.decode()}")
    return said.decode().rpartition(" ")[2]


def _by_http(seat: Seat, raw: bytes, sender: str, recipient: str) -> str:
    envelope = {"X-Envelope-From": sender, "X-Envelope-To": recipient}
    try:
        return str(seat.send("/v1/intake/mails", raw, envelope)["id"])
    except CannotRunError as refusal:
        raise Failed("refused", reason=str(refusal)) from None
