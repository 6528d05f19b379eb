"""The SMTP door: holds the listening socket, has each mail taken in for good."""

import asyncio
import ssl
import time
from datetime import datetime
from typing import Final
from uuid import UUID

from services.intake.adapters.certificates import context_of, own_context
from services.intake.adapters.smtp import Client, Rules, connections
from services.intake.domain.admission import Admission, read_networks, read_users
from services.intake.domain.mail import Envelope
from services.intake.domain.owners import with_postmasters
from services.intake.domain.threading import open_address
from services.intake.settings import IntakeSettings
from services.intake.usecases.addresses import our_addresses
from services.intake.usecases.checking import LISTENERS
from services.intake.usecases.taking import Taking
from shared.kit.context import Context
from shared.kit.heap import give_back_large
from shared.kit.logging import get_logger
from shared.kit.process import listener
from shared.kit.workers import Stop

_FRESH: Final = 1.0
_WAITING: Final = 128
_NEAR: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound here, looked up
_log = get_logger("smtp")


class Reception:
    """The desk behind the listener."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._taking = Taking(context)
        self._hostname: str = context.settings.hostname
        self._known: dict[str, UUID] = {}
        self._looked = float("-inf")

    async def knows(self, address: str) -> bool:
        """Our mailboxes, and what we signed into them; before a refusal we always look again."""
        mailbox = open_address(address).mailbox
        if mailbox not in self._known or self._age() > _FRESH:
            async with self._context.tx() as tx:
                self._known = with_postmasters(await our_addresses(tx), self._hostname)
            self._looked = time.monotonic()
        return mailbox in self._known

    async def take(self, raw: bytearray, sender: str, recipients: list[str], client: Client) -> str:
        known = sender.encode("utf-8", "replace").decode()
        envelope = Envelope(known, tuple(recipients), client.address, client.helo)
        with self._context.courtesy.request():
            return str(await self._taking.take(raw, envelope))

    def failed(self, error: Exception) -> None:
        _log.warning("not_accepted", error=type(error).__name__)

    def _age(self) -> float:
        return time.monotonic() - self._looked


async def listen(context: Context, stop: Stop) -> None:
    """Serve until stopped; conversations that are open then get a moment to end."""
    give_back_large()
    settings: IntakeSettings = context.settings
    door = listener(settings.listen_smtp)
    door.listen(_WAITING)  # whoever knocks while the certificate is made waits in line
    rules = Rules(
        hostname=settings.hostname,
        message_bytes=settings.message_bytes,
        connections=settings.smtp_connections,
        idle_seconds=settings.smtp_idle_seconds,
        data_seconds=settings.smtp_data_seconds,
        bytes_in_flight=settings.smtp_bytes_in_flight,
        connections_of_one=settings.smtp_connections_per_peer,
        bytes_of_one=settings.smtp_bytes_per_peer,
        talk_seconds=settings.smtp_talk_seconds,
        tls=await asyncio.to_thread(_tls, settings, context.clock.now()),
        admission=_admission(settings),
    )
    loop = asyncio.get_running_loop()
    factory = connections(Reception(context), rules)
    server = await loop.create_server(factory, sock=door, backlog=_WAITING)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        LISTENERS[context.database] = (_NEAR.get(host, host), port)
        _log.info("smtp_listening", port=port)
        await stop.wait()
        server.close()


def _tls(settings: IntakeSettings, now: datetime) -> ssl.SSLContext | None:
    """The operator's certificate, else one of our own; without either mail still comes in."""
    if settings.smtp_tls_certificate is not None:
        return context_of(settings.smtp_tls_certificate, settings.smtp_tls_key)
    try:
        return own_context(settings.home / "keys", settings.hostname, now)
    except OSError as error:
        _log.error("no_certificate", error=type(error).__name__)
        return None


def _admission(settings: IntakeSettings) -> Admission:
    users = settings.smtp_users.read_text() if settings.smtp_users else ""
    return Admission(
        plain=settings.smtp_plain,
        networks=read_networks(settings.smtp_allow),
        users=read_users(users),
        relays=read_networks(settings.intake_relays),
        near_is_ours=settings.profile != "production",
    )
