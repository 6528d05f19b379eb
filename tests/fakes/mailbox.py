"""Mailboxes that receive what the house sends: a maildir reader and an SMTP sink."""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail with its envelope, as the receiving side has it."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


class Maildir:
    """Reads `<home>/mail/out`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def letters(self) -> list[Letter]:
        """What lies there, oldest first; the trace headers of the maildir become the envelope."""
        files = sorted((self.folder / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [_delivered(path.read_bytes()) for path in files]

    def to(self, address: str) -> list[Letter]:
        return [one for one in self.letters() if one.recipient == address]


def _delivered(content: bytes) -> Letter:
    path, recipient, raw = content.split(b"\r\n", 2)
    sender = path.removeprefix(b"Return-Path: <").removesuffix(b">")
    return Letter(sender.decode(), recipient.removeprefix(b"Delivered-To: ").decode(), raw)


Refusal = Callable[[str], str | None]


class SmtpSink:
    """A mail server on a free port; `refuse(recipient)` may answer an SMTP reply of its own."""

    def __init__(
        self,
        refuse: Refusal = lambda _: None,
        *,
        answer: str = "250 taken",
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self.port = port
        self.refuse = refuse
        self.answer = answer
        self.tls = tls
        self.secured = 0
        self.received: list[Letter] = []
        self.sessions = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True, hostname="sink.example", tls_context=self.tls),
            "127.0.0.1",
            self.port,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    def letters(self) -> list[Letter]:
        return list(self.received)

    def to(self, address: str) -> list[Letter]:
        return [one for one in self.received if one.recipient == address]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _: SMTP, session: Session, __: Envelope, hostname: str, responses: Any
    ) -> Any:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        refused = self.refuse(address)
        if refused is not None:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.secured += session.ssl is not None
        for recipient in envelope.rcpt_tos:
            sender = envelope.mail_from or ""
            self.received.append(Letter(sender, recipient, envelope.content))
        return self.answer


async def until_letters(
    box: "Maildir | SmtpSink", count: int = 1, *, within: float = 10
) -> list[Letter]:
    """Wait until so many mails arrived."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        found = box.letters()
        if len(found) >= count:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(box.letters())} letters, not {count}, within {within} s")
