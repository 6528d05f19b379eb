"""The SMTP listener: what it says and refuses; what a mail is for is decided by its desk."""

import asyncio
import logging
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from typing_extensions import override

_BUFFER: Final = 64 * 1024
_RECIPIENTS: Final = 100
_COMMAND: Final = 2048
_LATER: Final = "451 4.3.0 try again later"
_BUSY: Final = b"421 4.3.2 too many connections, try again later\r\n"
_REPHRASED: Final = {
    "552 Error: message size exceeds fixed maximum message size": "552 5.3.4 message too big",
    "250 OK": "250 2.0.0 OK",
    "503 Error: need RCPT command": "503 5.5.1 need RCPT command",
    "503 Error: need MAIL command": "503 5.5.1 need MAIL command",
    "503 Error: nested MAIL command": "503 5.5.1 nested MAIL command",
}

# It logs addresses of senders and recipients at INFO; no personal text belongs into our logs.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


class Client(NamedTuple):
    """Who is at the other end of a conversation."""

    address: str = ""
    helo: str = ""


class Desk(Protocol):
    """Whom the listener serves."""

    async def knows(self, address: str) -> bool:
        """Whether mail to this address is for us."""
        ...

    async def take(self, raw: bytes, sender: str, recipients: list[str], client: Client) -> str:
        """Own the mail for good; its id. Whatever is raised becomes 451."""
        ...

    def failed(self, error: Exception) -> None:
        """Something went wrong at this door."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What one connection and all together may cost."""

    hostname: str
    message_bytes: int
    connections: int
    idle_seconds: float
    data_seconds: float
    bytes_in_flight: int
    tls: ssl.SSLContext | None = None


class Load:
    """What all connections hold at the moment."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.connections = 0
        self.bytes = 0

    def has_room(self, size: int) -> bool:
        return self.bytes + size <= self._rules.bytes_in_flight


class Door:
    """aiosmtpd's hooks, spoken to our desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def handle_RCPT(  # noqa: N802 - the name and signature that aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if len(envelope.rcpt_tos) >= _RECIPIENTS:
            return "452 4.5.3 too many recipients"
        if not await self._desk.knows(address):
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        self._desk.failed(error)
        return _LATER


class Connection(SMTP):
    """One conversation. Only CRLF.CRLF ends a message, and a line may be as long as the message."""

    line_length_limit = _BUFFER

    def __init__(self, desk: Desk, rules: Rules, load: Load) -> None:
        super().__init__(
            Door(desk),
            data_size_limit=rules.message_bytes,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname=rules.hostname,
            ident="ESMTP",
            timeout=rules.idle_seconds,
            tls_context=rules.tls,
            loop=asyncio.get_running_loop(),
        )
        # aiosmtpd keeps this on the class and clears it for each new connection.
        self.command_size_limits = defaultdict(lambda: _COMMAND)
        self._desk = desk
        self._rules = rules
        self._load = load
        self._counted = False

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._counted:
            self._counted = True
            self._load.connections += 1
            if self._load.connections > self._rules.connections:
                assert isinstance(transport, asyncio.WriteTransport)
                transport.write(_BUSY)
                transport.close()
                return
        super().connection_made(transport)

    @override
    def connection_lost(self, error: Exception | None) -> None:
        if self._counted:
            self._counted = False
            self._load.connections -= 1
        if self.session is not None:
            super().connection_lost(error)

    @override
    def data_received(self, data: bytes) -> None:
        if self.session is not None:
            super().data_received(data)

    @override
    def eof_received(self) -> bool | None:
        return super().eof_received() if self.session is not None else False

    @override
    async def push(self, status: Any) -> None:
        await super().push(_REPHRASED.get(status, status))

    @override
    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
        elif arg:
            await self.push("501 5.5.4 Syntax: DATA")
        elif not self._load.has_room(self._rules.message_bytes):
            await self.push("451 4.3.1 too much mail at once, try again later")
        else:
            await self._receive(self.envelope)

    async def _receive(self, envelope: Envelope) -> None:
        self._reset_timeout(self._rules.data_seconds)
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = Content(self._rules.message_bytes, self._load)
        try:
            await content.read(self._reader)
            await self.push(await self._answer(content, envelope))
        finally:
            content.forget()
            self.envelope = self._create_envelope()

    async def _answer(self, content: "Content", envelope: Envelope) -> str:
        if content.too_big:
            return "552 5.3.4 message too big"
        sender = str(envelope.mail_from or "<>")
        try:
            body, client = bytes(content.body), _client(self.session)
            taken = await self._desk.take(body, sender, envelope.rcpt_tos, client)
        except Exception as error:  # noqa: BLE001 - not kept is not accepted, whatever the cause
            self._desk.failed(error)
            return _LATER
        return f"250 2.0.0 accepted {taken}"


def _client(session: Session | None) -> Client:
    if session is None or not session.peer:
        return Client()
    return Client(str(session.peer[0]), str(session.host_name or "")[:255])


class Content:
    """The bytes between DATA and CRLF.CRLF, transparency dots removed."""

    def __init__(self, limit: int, load: Load) -> None:
        self.body = bytearray()
        self.too_big = False
        self._limit = limit
        self._load = load

    async def read(self, reader: asyncio.StreamReader) -> None:
        """A bare CR or LF is content like any other byte: it never ends anything (T35).

        Whole stretches are taken up to the next line that begins with a dot, so that a message of
        many short lines costs no more than one of few long ones.
        """
        at_start = True
        while True:
            if not (at_start and await self._dot_follows(reader)):
                await self._until_dot(reader)
            line, at_start = await _piece(reader, b"\r\n")
            if line == b"\r\n":
                return
            self._add(line)

    def forget(self) -> None:
        """Give the room back."""
        self._load.bytes -= len(self.body)
        self.body = bytearray()

    async def _dot_follows(self, reader: asyncio.StreamReader) -> bool:
        """At the start of a line: whether it begins with a dot, which is taken off.

        Empty lines before the dot are content. Without one the reader stands within a line, behind
        a byte that begins no line end.
        """
        byte = await reader.readexactly(1)
        if byte == b".":
            return True
        while byte == b"\r":
            self._add(byte)
            byte = await reader.readexactly(1)
            if byte == b"\n":
                self._add(byte)
                byte = await reader.readexactly(1)
                if byte == b".":
                    return True
        self._add(byte)
        return False

    async def _until_dot(self, reader: asyncio.StreamReader) -> None:
        """From within a line up to the next line that begins with a dot, which is taken off."""
        whole = False
        while not whole:
            piece, whole = await _piece(reader, b"\r\n.")
            self._add(piece[:-1] if whole else piece)

    def _add(self, piece: bytes) -> None:
        if len(self.body) + len(piece) > self._limit:
            self.too_big = True
            self.forget()
        if not self.too_big:
            self.body += piece
            self._load.bytes += len(piece)


async def _piece(reader: asyncio.StreamReader, separator: bytes) -> tuple[bytes, bool]:
    """Bytes up to and with the separator; a part of them and False when they are too many."""
    try:
        return await reader.readuntil(separator), True
    except asyncio.LimitOverrunError as over:
        return await reader.read(over.consumed), False


def connections(desk: Desk, rules: Rules) -> Callable[[], Connection]:
    """What the listening socket makes for each client."""
    load = Load(rules)
    return lambda: Connection(desk, rules, load)
