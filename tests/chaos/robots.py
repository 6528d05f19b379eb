"""Two desks, the post between them, and robots that answer whatever comes."""

import asyncio
import random
import re
import smtplib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from tests.chaos.post import look
from tests.journeys import letters
from tests.journeys.desk import Desk

_NUMBER: Final = re.compile(r"\[(SND-\d+)\]")
_HOUR: Final = timedelta(hours=1)
_QUIET: Final = 3.0
"""Seconds without a new mail: an acknowledgement waits two for its promise."""
_LONGEST: Final = 60.0
_OPEN: Final = ("new", "open", "waiting_customer")

Robot = tuple[str, ...]
AWAY: Final[tuple[Robot, ...]] = (
    ("Auto-Submitted: auto-replied",),
    ("Auto-Submitted: auto-replied (vacation)", "Precedence: bulk"),
    ("Precedence: auto_reply",),
    ("X-Autoreply: yes",),
    ("X-MS-Exchange-Inbox-Rules-Loop: a@robots.example", "X-Auto-Response-Suppress: All"),
    (),
)
"""How programs say that nobody is there; the last by its subject alone."""
_SUBJECTS: Final = ("Automatic reply: {}", "رد تلقائي: {}", "Out of office: {}")


@dataclass
class House:
    """A desk under a name of its own, and its administrator's work."""

    name: str
    support: str
    desk: Desk
    opened: int = 0
    """Tickets that people made, here or by mail."""

    def __post_init__(self) -> None:
        self.admin = self.desk.admin()

    async def open_tickets(self) -> list[str]:
        items = (await self.admin.get("/v1/tickets", limit=200))["items"]
        return sorted(one["id"] for one in items if one["status"] in _OPEN)

    async def write_to(self, address: str, subject: str) -> None:
        """A ticket for the other desk, as if it were a customer like any other."""
        requester = {"email": address, "name": address}
        body = {"subject": subject, "body": "As we said", "requester": requester}
        self.opened += 1
        await self.reply((await self.admin.post("/v1/tickets", body))["id"])

    async def reply(self, ticket_id: str) -> None:
        path = f"/v1/tickets/{ticket_id}/messages"
        await self.admin.post(path, {"body": f"We look into it {uuid4().hex}", "public": True})

    async def resolve(self, ticket_id: str) -> None:
        await self.admin.post(f"/v1/tickets/{ticket_id}/resolve")

    def mails(self) -> list[Path]:
        folder = self.desk.home / "mail" / "out" / "new"
        return sorted(folder.iterdir()) if folder.exists() else []

    async def unfinished(self) -> bool:
        return bool((await look(self.desk)).unfinished())


@dataclass(frozen=True)
class Told:
    """One mail that a desk wrote by itself."""

    house: str
    number: str
    to: str
    at: datetime
    subject: str


@dataclass
class Exchange:
    """Carries what both desks send: to each other, to robots, or nowhere."""

    houses: tuple[House, House]
    dice: random.Random
    carried: Counter[str] = field(default_factory=Counter)
    """Per desk: mails of the other that were handed in here."""
    answered: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)
    _automatic: list[Told] = field(default_factory=list)
    _threads: set[str] = field(default_factory=set)

    async def write(self, sender: str, house: House, subject: str) -> None:
        """A person, whose robot answers later."""
        house.opened += 1
        raw = letters.plain(sender, house.support, subject, f"Hello {uuid4().hex}")
        await self._hand_in(house, raw, sender, house.support)

    async def calm(self) -> None:
        """Until nobody has anything more to say."""
        clock = asyncio.get_running_loop()
        began = last = clock.time()
        while clock.time() - last < _QUIET or await self._busy():
            assert clock.time() - began < _LONGEST, f"they never stop: {self.told()}"
            if await self._round():
                last = clock.time()
            await asyncio.sleep(0.2)

    async def _busy(self) -> bool:
        return any([await house.unfinished() for house in self.houses])

    async def _round(self) -> bool:
        moved = False
        for house in self.houses:
            for path in house.mails():
                if path not in self._seen:
                    self._seen.add(path)
                    moved = True
                    await self._carry(house, path.read_bytes())
        return moved

    async def _carry(self, house: House, raw: bytes) -> None:
        mail = message_from_bytes(raw, policy=default)
        to = parseaddr(str(mail["To"]))[1]
        self._note(house, to, mail)
        local, _, domain = to.partition("@")
        for other in self.houses:
            if domain == other.support.partition("@")[2]:
                self.carried[other.name] += 1
                await self._deliver(house, other, mail, raw, to)
        if domain == "robots.example":
            self.answered[local.rstrip("0123456789")] += 1
            answer = self._away if local.startswith("away") else self._bounce
            await answer(house, mail, to)

    async def _deliver(
        self, house: House, other: House, mail: EmailMessage, raw: bytes, to: str
    ) -> None:
        """What a person wrote there may open one ticket here for each of theirs."""
        thread = f"{house.name} {_number(mail)}"
        if mail["Auto-Submitted"] is None and thread not in self._threads:
            self._threads.add(thread)
            other.opened += 1
        await self._hand_in(other, _bare(raw), str(mail["Return-Path"]).strip("<>"), to)

    async def _away(self, house: House, mail: EmailMessage, to: str) -> None:
        """It answers all, even what asks robots not to."""
        signs = self.dice.choice(AWAY)
        subject = self.dice.choice(_SUBJECTS).format(mail["Subject"])
        back = self.dice.choice([str(mail["Reply-To"]), parseaddr(str(mail["From"]))[1]])
        known = str(mail["Message-ID"])
        text = f"I am away {uuid4().hex}"
        answer = letters.plain(to, back, subject, text, in_reply_to=known, extra=signs)
        sender = "" if not signs or self.dice.random() < 0.5 else to
        await self._hand_in(house, answer, sender, back)

    async def _bounce(self, house: House, mail: EmailMessage, to: str) -> None:
        """As servers report, and as bad ones do: to the address that answers are for."""
        status = self.dice.choice(["4.4.1", "5.2.2", "5.1.1"])
        back = str(mail["Return-Path"]).strip("<>")
        sender = ""
        if self.dice.random() < 0.3:
            back, sender = str(mail["Reply-To"]), "MAILER-DAEMON@robots.example"
        await self._hand_in(house, _report(status, to, mail), sender, back)

    async def _hand_in(self, house: House, raw: bytes, sender: str, to: str) -> None:
        try:
            await house.desk.send(raw, sender, to)
        except smtplib.SMTPException as error:
            self.refused.append(f"{house.name} <- {sender} for {to}: {error}")

    def _note(self, house: House, to: str, mail: EmailMessage) -> None:
        outside = not to.endswith(("@localhost", f"@{house.name}.example"))
        if outside and mail["Auto-Submitted"] is not None:
            at: Any = mail["Date"].datetime
            one = Told(house.name, _number(mail), to, at, str(mail["Subject"]))
            self._automatic.append(one)

    def hasty(self) -> list[str]:
        """Automatic mails that came less than an hour after another of the same thread."""
        threads: defaultdict[tuple[str, str, str], list[Told]] = defaultdict(list)
        for one in sorted(self._automatic, key=lambda one: one.at):
            threads[one.house, one.number, one.to].append(one)
        return [
            f"{first.house} {first.number} {first.at:%d %H:%M:%S} {first.subject!r}, then"
            f" {second.at:%d %H:%M:%S} {second.subject!r}"
            for thread in threads.values()
            for first, second in pairwise(thread)
            if second.at - first.at < _HOUR
        ]

    def told(self) -> str:
        kinds = f"carried {dict(self.carried)}, robots answered {dict(self.answered)}"
        return f"{len(self._automatic)} automatic mails, {kinds}"


def _number(mail: EmailMessage) -> str:
    found = _NUMBER.search(str(mail["Subject"]))
    return found[1] if found else ""


def _bare(raw: bytes) -> bytes:
    """Without the trace of the delivery before."""
    head, mark, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = [line for line in head.split(b"\n") if not line.lower().startswith(b"return-path:")]
    return (b"\n".join(lines) + mark + body).replace(b"\n", b"\r\n")


def _report(status: str, to: str, mail: EmailMessage) -> bytes:
    """RFC 3464, with the head of the mail that came back."""
    action = "delayed" if status.startswith("4") else "failed"
    lines = [
        "From: MAILER-DAEMON@robots.example",
        f"Subject: Undelivered Mail Returned to Sender {uuid4().hex}",
        "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=r",
        *("", "--r", "", f"It could not be delivered. {uuid4().hex}", "--r"),
        *("Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx", ""),
        *(f"Final-Recipient: rfc822; {to}", f"Action: {action}", f"Status: {status}", "--r"),
        *("Content-Type: text/rfc822-headers", "", f"Message-ID: {mail['Message-ID']}"),
        *(f"Subject: {_number(mail)}", "", "--r--", ""),
    ]
    return "\r\n".join(lines).encode()
