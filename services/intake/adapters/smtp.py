"""The SMTP listener: what it says and refuses; what a mail is for is decided by its desk."""

import asyncio
import logging
import re
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session, syntax
from typing_extensions import override

from services.intake.adapters import goodbyes
from services.intake.adapters.dotted import Content, Load
from services.intake.domain import limits, paths
from services.intake.domain.admission import Admission

_BUFFER: Final = 64 * 1024
_RECIPIENTS: Final = 100
_COMMAND: Final = 2048
_LATER: Final = "451 4.3.0 try again later"
_FULL: Final = "451 4.3.1 too much mail at once, try again later"
_WORD: Final = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+"
_NAME: Final = r"[A-Za-z0-9-]+"
_ASKED: Final = r"(?: +([A-Z][^()\x80-\U0010ffff]*))?"
_PLAIN: Final = re.compile(rf"<({_WORD}(?:\.{_WORD})*@{_NAME}(?:\.{_NAME})*)>{_ASKED}")
"""A path without quotes, comments or encoded words, and its parameters."""
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

    async def take(self, raw: bytearray, sender: str, recipients: list[str], client: Client) -> str:
        """Own the mail and its bytes for good; its id. Whatever is raised becomes 451."""
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
    connections_of_one: int = 20
    bytes_of_one: int = 2 * limits.MESSAGE
    talk_seconds: float = 300.0
    """How long somebody may talk without a mail."""
    tls: ssl.SSLContext | None = None
    admission: Admission = field(default_factory=Admission)


class Door:
    """aiosmtpd's hooks, spoken to our desk."""

    def __init__(self, desk: Desk, admission: Admission) -> None:
        self._desk = desk
        self._admission = admission

    async def handle_EHLO(  # noqa: N802 - as below
        self, _: SMTP, session: Session, __: Envelope, hostname: str, told: list[str]
    ) -> list[str]:
        session.host_name = hostname.encode("utf-8", "replace").decode()
        return [one for one in told if self._admission.users or not one.startswith("250-AUTH")]

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
            Door(desk, rules.admission),
            data_size_limit=rules.message_bytes,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname=rules.hostname,
            ident="ESMTP",
            timeout=rules.idle_seconds,
            tls_context=rules.tls,
            auth_required=bool(rules.admission.users),
            authenticator=self._prove,
            loop=asyncio.get_running_loop(),
        )
        # aiosmtpd keeps this on the class and clears it for each new connection.
        self.command_size_limits = defaultdict(lambda: _COMMAND)
        self._desk = desk
        self._rules = rules
        self._load = load
        self._counted = False
        self._household = ""
        self._may_be_plain = False
        self._patience: asyncio.TimerHandle | None = None
        self._leaving = False

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._counted:
            peer = goodbyes.peer(transport)
            self._counted = True
            self._household = self._rules.admission.household(peer)
            self._load.come(self._household)
            if refusal := self._refusal(peer):
                goodbyes.send_away(transport, refusal)
                return
            self._may_be_plain = self._rules.admission.may_be_plain(peer)
            self._auth_require_tls = not self._may_be_plain
            self._wait_for_mail()
        super().connection_made(transport)

    def _refusal(self, peer: str) -> bytes:
        if not self._rules.admission.admits(peer):
            return goodbyes.STRANGER
        here = self._load.connections_of[self._household]
        if self._household and here > self._rules.connections_of_one:
            return goodbyes.CROWD
        return goodbyes.BUSY if self._load.connections > self._rules.connections else b""

    def _wait_for_mail(self) -> None:
        """Commands keep a conversation awake; only mail keeps it."""
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(self._rules.talk_seconds, self._lose_patience)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _lose_patience(self) -> None:
        """What is said from now on is not listened to, and nothing is said any more."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        self._leaving = True
        self._reader._buffer.clear()  # type: ignore[attr-defined]  # noqa: SLF001 - as aiosmtpd does
        goodbyes.tire_of(transport)

    @override
    def connection_lost(self, error: Exception | None) -> None:
        self._stop_waiting()
        if self._counted:
            self._counted = False
            self._load.leave(self._household)
        if self.session is not None:
            super().connection_lost(error)

    @override
    def data_received(self, data: bytes) -> None:
        if self.session is not None and not self._leaving:
            super().data_received(data)

    @override
    def eof_received(self) -> bool | None:
        return super().eof_received() if self.session is not None else False

    @override
    async def push(self, status: Any) -> None:
        if not self._leaving:
            await super().push(_REPHRASED.get(status, status))

    @override
    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The usual address in one look; whatever is less plain is read by the book."""
        plain = _PLAIN.fullmatch(arg or "")
        if plain is not None:
            return (plain[1], plain[2] or "") if paths.fits(plain[1]) else (None, None)
        try:
            address, rest = super()._getaddr(arg)
        except Exception:  # noqa: BLE001 - the standard parser raises anything over odd addresses
            return None, None
        if address and not paths.fits(address):
            return None, None
        # Digits of other scripts pass for a SIZE until they are counted with.
        return (address, rest) if rest is None or rest.isascii() else ("", "")

    @override
    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:
        if self._may_be_plain or self._tls_protocol is not None:
            await super().smtp_MAIL(arg)
        else:
            await self.push("530 5.7.0 Must issue a STARTTLS command first")

    @override
    @syntax("RCPT TO: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_RCPT(self, arg: str | None) -> None:
        """The postmaster needs no domain (RFC 5321 4.5.1): it is the one of this house."""
        await super().smtp_RCPT(arg and paths.at_home(arg, self._rules.hostname))

    @override
    @syntax("VRFY <address>")
    async def smtp_VRFY(self, arg: str | None) -> None:
        """Nothing is told of addresses, and nothing that was said is said back."""
        await self.push("252 2.5.0 cannot verify, send the mail" if arg else "501 5.5.4 VRFY what?")

    def _prove(self, _: SMTP, __: Session, ___: Envelope, ____: str, shown: Any) -> AuthResult:
        name = shown.login.decode("utf-8", "replace")
        return AuthResult(success=self._rules.admission.knows(name, shown.password), handled=False)

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
        elif not self._load.has_room(self._household, self._rules.message_bytes):
            await self.push(_FULL)
        else:
            await self._receive(self.envelope)

    async def _receive(self, envelope: Envelope) -> None:
        self._stop_waiting()
        self._reset_timeout(self._rules.data_seconds)
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = Content(self._rules.message_bytes, self._load, self._household)
        try:
            await content.read(self._reader)
            await self.push(await self._answer(content, envelope))
        finally:
            content.forget()
            self.envelope = self._create_envelope()
            if self._counted:
                self._wait_for_mail()

    async def _answer(self, content: Content, envelope: Envelope) -> str:
        if content.too_big:
            return "552 5.3.4 message too big"
        if content.too_much:
            return _FULL
        sender = str(envelope.mail_from or "<>")
        try:
            client = _client(self.session)
            taken = await self._desk.take(content.taken(), sender, envelope.rcpt_tos, client)
        except Exception as error:  # noqa: BLE001 - not kept is not accepted, whatever the cause
            self._desk.failed(error)
            return _LATER
        return f"250 2.0.0 accepted {taken}"


def _client(session: Session | None) -> Client:
    if session is None or not session.peer:
        return Client()
    return Client(str(session.peer[0]), str(session.host_name or "")[:255])


def connections(desk: Desk, rules: Rules) -> Callable[[], Connection]:
    """What the listening socket makes for each client."""
    load = Load(rules.bytes_in_flight, max(rules.bytes_of_one, rules.message_bytes))
    return lambda: Connection(desk, rules, load)
