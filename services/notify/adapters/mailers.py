"""Handing composed mails over: to an SMTP server, or into a maildir while there is none."""

import asyncio
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import aiosmtplib
from aiosmtplib.errors import (
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from services.notify.adapters.signatures import Signer, SigningMailer
from services.notify.adapters.troubles import trouble_of
from services.notify.domain.letters import Parcel
from services.notify.domain.receipts import provider_id
from shared.kit.gathering import Gathering

TIMEOUT: Final = 20.0
CONNECTIONS: Final = 8
"""Lines to one relay: more are refused by many, and none goes faster for them."""
WHOLE: Final = 60.0
"""A server that answers each line just in time is left all the same."""

SIDE_BY_SIDE: Final = 8
"""Mails on their way to the disk at once, which then writes its journal once for several."""

_NAME = re.compile(r"[0-9a-f-]{1,64}")


class NotNow(Exception):
    """The door is closed for the moment: try the same mail again later."""


class Away(NotNow):
    """Nobody opens the door at all: that is the server's matter, and no mail's."""


class Crowded(NotNow):
    """Others stood before this mail all the time: it was not tried."""


class Never(Exception):
    """The door refused this mail or its recipient for good."""


class Mailer(Protocol):
    """A way out for mail. Sending the same parcel again must be harmless."""

    async def send(self, parcel: Parcel) -> str | None:
        """Return when the mail is the other side's; NotNow or Never when it is not.

        Away and Crowded are those NotNows that are not about the mail.

        What is returned is the Message-ID that the other side put in place of ours, if it did.
        """
        ...

    async def close(self) -> None: ...


def mailer_for(smtp_url: str, home: Path, signer: Signer | None = None) -> Mailer:
    """The SMTP door when an address is configured, else the maildir of the home."""
    inner = SmtpMailer(smtp_url) if smtp_url else MaildirMailer(home / "mail" / "out")
    return SigningMailer(inner, signer) if signer else inner


class MaildirMailer:
    """Mails as files; the name is the delivery's id, so a repeated mail replaces itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._gathering = Gathering(self._keep)

    async def send(self, parcel: Parcel) -> str | None:
        try:
            return await self._gathering.add(parcel, len(parcel.raw))
        except OSError as error:
            raise Away(type(error).__name__) from error

    async def close(self) -> None:
        return None

    async def _keep(self, parcels: Sequence[Parcel]) -> list[str | None]:
        await asyncio.to_thread(self._write, parcels)
        return [None for _ in parcels]

    def _write(self, parcels: Sequence[Parcel]) -> None:
        """Each mail is safe before it has its name, and the names before anybody hears of them."""
        for place in ("tmp", "new", "cur"):
            (self._folder / place).mkdir(parents=True, exist_ok=True)
        for draft in self._drafts(parcels):
            draft.rename(self._folder / "new" / draft.name)
        _sync_folder(self._folder / "new")

    def _drafts(self, parcels: Sequence[Parcel]) -> list[Path]:
        """All or none; whichever fails, nobody writes any more when this returns."""
        if len(parcels) == 1:
            return [self._draft(parcels[0])]
        with ThreadPoolExecutor(min(SIDE_BY_SIDE, len(parcels))) as threads:
            return list(threads.map(self._draft, parcels))

    def _draft(self, parcel: Parcel) -> Path:
        assert _NAME.fullmatch(parcel.name)
        draft = self._folder / "tmp" / parcel.name
        trace = f"Return-Path: <{parcel.sender}>\r\nDelivered-To: {parcel.recipient}\r\n"
        with draft.open("wb") as file:
            file.write(trace.encode() + parcel.raw)
            file.flush()
            os.fsync(file.fileno())
        return draft


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class SmtpMailer:
    """`smtp[s]://user:password@host:port`; connections are kept for the next mail.

    A server that offers STARTTLS is taken at its word, and its certificate is checked (against
    `?ca=<file>` when its authority is a private one). `?starttls=required` sends nothing in the
    clear, `never` does not ask. A password goes to other machines through TLS only.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "smtps"
        wanted = dict(parse_qsl(parts.query))
        self._host = parts.hostname or "localhost"
        self._options = {
            "hostname": self._host,
            "port": parts.port or (465 if secure else 25),
            "use_tls": secure,
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "timeout": TIMEOUT,
            "start_tls": _start_tls(parts, wanted.get("starttls", "")),
            "cert_bundle": wanted.get("ca"),
        }
        self._idle: list[aiosmtplib.SMTP] = []
        self._lines = asyncio.Semaphore(CONNECTIONS)

    async def send(self, parcel: Parcel) -> str | None:
        late: type[NotNow] = Crowded
        try:
            async with asyncio.timeout(WHOLE), self._lines:
                late = Away
                client = await self._client()
                late = NotNow
                return await self._send(client, parcel)
        except TimeoutError as error:
            raise late("timeout") from error

    async def greet(self) -> None:
        """Reach the server as a mail would, with TLS and password, and send nothing."""
        client = await self._client()
        try:
            await client.quit()
        except (SMTPException, OSError):
            client.close()

    async def _send(self, client: aiosmtplib.SMTP, parcel: Parcel) -> str | None:
        try:
            answer = await self._hand_over(client, parcel)
        except Never:
            await self._keep(client)
            raise
        except BaseException:
            client.close()
            raise
        self._idle.append(client)
        return provider_id(answer, self._host, parcel.raw)

    async def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _client(self) -> aiosmtplib.SMTP:
        while self._idle:
            client = self._idle.pop()
            if client.is_connected:
                return client
            client.close()
        # One mapping of options, each of the type that aiosmtplib wants under that name.
        fresh = aiosmtplib.SMTP(**self._options)  # type: ignore[arg-type]
        try:
            await fresh.connect()
        except (SMTPException, OSError, TimeoutError, UnicodeError) as error:
            fresh.close()
            raise Away(trouble_of(error).value) from error
        return fresh

    async def _hand_over(self, client: aiosmtplib.SMTP, parcel: Parcel) -> str:
        # Addresses with Arabic local parts need the server's SMTPUTF8.
        wide = not parcel.recipient.isascii()
        options = ["SMTPUTF8", "BODY=8BITMIME"] if wide else []
        try:
            _, answer = await client.sendmail(
                parcel.sender,
                [parcel.recipient],
                parcel.raw,
                mail_options=options,
            )
        except SMTPNotSupported as error:
            raise Never("smtputf8") from error
        except SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0].code) from error
        except SMTPResponseException as error:
            raise _refusal(error.code) from error
        except (SMTPException, OSError, TimeoutError) as error:
            raise NotNow(type(error).__name__) from error
        return answer

    async def _keep(self, client: aiosmtplib.SMTP) -> None:
        """After a refusal the connection is still good once the dialogue is reset."""
        try:
            await client.rset()
        except (SMTPException, OSError):
            client.close()
        else:
            self._idle.append(client)


def _start_tls(parts: SplitResult, wish: str) -> bool | None:
    """None leaves it to the server's offer."""
    if parts.scheme == "smtps" or wish == "never":
        return False
    near = parts.hostname in {None, "localhost", "127.0.0.1", "::1"}
    return True if wish == "required" or (parts.username and not near) else None


def _refusal(code: int) -> Exception:
    return Never(str(code)) if code >= 500 else NotNow(str(code))
