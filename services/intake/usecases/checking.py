"""The check of a mailbox: every step towards it, tried now, and what the first failure means."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from services.intake.adapters.threads import in_thread
from services.intake.domain.findings import (
    STEPS_IMAP,
    STEPS_SMTP,
    Finding,
    Step,
    Trouble,
)
from services.intake.domain.servers import Auth, Kind, Marking, Security, Server
from services.intake.problems import MailboxUnreachable, NotAnImapMailbox
from services.intake.store import mailboxes as directory
from services.intake.store.servers import Mailbox
from services.intake.usecases import mailboxes, tokens
from shared.kit.context import Context
from shared.kit.database import Database
from shared.kit.model import rfc3339

Look = Callable[[], Awaitable[dict[str, Any]]]
"""One step; the facts of its good finding, or Trouble."""
LISTENERS: Final[WeakKeyDictionary[Database, tuple[str, int]]] = WeakKeyDictionary()
"""Where the SMTP door of this process listens."""
_DIALOGUE: Final = 10.0
_GOOD: Final = ("250", "530")
"""Taken, or taken from whoever proves to be a sender that we expect."""


async def check(context: Context, mailbox_id: UUID) -> list[Finding]:
    """All steps in their order; nothing is fetched, marked or changed but a renewed token."""
    async with context.tx() as tx:
        mailbox = await mailboxes.found(tx, mailbox_id)
    address = await _address(context, mailbox)
    if mailbox.kind is Kind.SMTP:
        rest = STEPS_SMTP[1:]
        looks: dict[Step, Look] = {Step.LISTENER: lambda: _knock(context, mailbox.address)}
        return [address, *await _tried(rest, looks)]
    visit = Visit(context, mailbox)
    try:
        steps = await _tried(visit.steps, visit.looks)
    finally:
        visit.close()
    if all(one.ok for one in steps):
        context.wake(f"mailbox {mailbox_id}")  # whoever rests after failures need not
    return [address, *steps]


async def append(context: Context, mailbox_id: UUID, raw: bytes) -> None:
    """Put a mail into the mailbox on its server, as if it had been delivered there."""
    async with context.tx() as tx:
        mailbox = await mailboxes.found(tx, mailbox_id)
    if mailbox.kind is not Kind.IMAP:
        raise NotAnImapMailbox
    visit = Visit(context, mailbox)
    try:
        for step in visit.steps[: visit.steps.index(Step.FOLDER) + 1]:
            await visit.looks[step]()
        await in_thread(visit.post.append, raw)
    except Trouble as trouble:
        raise MailboxUnreachable(step=str(trouble.step), reason=trouble.code) from None
    finally:
        visit.close()
    context.wake(f"mailbox {mailbox_id}")


class Visit:
    """The steps to one IMAP mailbox."""

    def __init__(self, context: Context, mailbox: Mailbox) -> None:
        from services.intake.adapters import imap  # noqa: PLC0415 - only where mail is fetched

        assert mailbox.server is not None
        self._context = context
        self._mailbox = mailbox
        self._server: Server = mailbox.server
        self._secret = ""
        self._can_mark = True
        self._version = ""
        self.post = imap.Post(mailbox.server, context.settings.imap_seconds)
        self.looks: dict[Step, Look] = {
            Step.NAME: self._name,
            Step.CONNECTION: self._connection,
            Step.ENCRYPTION: self._encryption,
            Step.TOKEN: self._token,
            Step.LOGIN: self._login,
            Step.FOLDER: self._folder,
            Step.MARKING: self._marking,
        }
        without = set() if self._server.auth is Auth.XOAUTH2 else {Step.TOKEN}
        if self._server.marking is Marking.NOTHING:
            without |= {Step.MARKING}
        self.steps = tuple(one for one in STEPS_IMAP[1:] if one not in without)

    def close(self) -> None:
        self.post.close()

    async def _name(self) -> dict[str, Any]:
        await in_thread(self.post.resolve)
        return {"host": self._server.host}

    async def _connection(self) -> dict[str, Any]:
        self._version = await in_thread(self.post.connect)
        return {"host": self._server.host, "port": self._server.port}

    async def _encryption(self) -> dict[str, Any]:
        plain = self._server.security is Security.NONE
        return {"code": "ok_plain"} if plain else {"version": self._version}

    async def _token(self) -> dict[str, Any]:
        kept, self._secret = await tokens.opener(self._context, self._mailbox)
        if kept.refresh_failed is None and kept.access_until is not None:
            return {"until": rfc3339(kept.access_until)}
        raise Trouble(Step.TOKEN, kept.refresh_failed or "token_server_away")

    async def _login(self) -> dict[str, Any]:
        if self._server.auth is Auth.PASSWORD:
            _, self._secret = await tokens.opener(self._context, self._mailbox)
        await in_thread(self.post.login, self._secret)
        return {}

    async def _folder(self) -> dict[str, Any]:
        opened = await in_thread(self.post.open)
        self._can_mark = opened.can_mark
        return {"folder": self._server.folder, "count": opened.count}

    async def _marking(self) -> dict[str, Any]:
        if self._server.marking is Marking.KEYWORD and not self._can_mark:
            return {"code": "marking_refused"}
        return {}


async def _tried(steps: tuple[Step, ...], looks: dict[Step, Look]) -> list[Finding]:
    """Until one fails; what comes after it is named, so that nobody takes silence for success."""
    found: list[Finding] = []
    for step in steps:
        try:
            facts = await looks[step]()
        except Trouble as trouble:
            found += _passed(trouble)
            found.append(Finding(trouble.step, ok=False, code=trouble.code, facts=trouble.facts))
            left = steps[steps.index(trouble.step) + 1 :]
            return [*found, *(Finding(one, ok=False, code="not_tried") for one in left)]
        code = str(facts.pop("code", f"ok_{step}"))
        found.append(Finding(step, ok=True, code=code, facts=facts))
    return found


def _passed(trouble: Trouble) -> list[Finding]:
    """Encryption fails within the connecting step: the connection itself stood by then."""
    if trouble.step is not Step.ENCRYPTION or "port" not in trouble.facts:
        return []
    facts = {name: trouble.facts[name] for name in ("host", "port")}
    return [Finding(Step.CONNECTION, ok=True, code="ok_connection", facts=facts)]


async def _address(context: Context, mailbox: Mailbox) -> Finding:
    """Whether mail to the address goes where the mailbox says."""
    async with context.tx() as tx:
        owner = (await directory.all_of(tx)).get(mailbox.address)
    elsewhere = owner is not None and owner != mailbox.department_id
    facts = {"address": mailbox.address, "department": str(owner or mailbox.department_id)}
    code = "address_elsewhere" if elsewhere else "ok_address"
    return Finding(Step.ADDRESS, ok=not elsewhere, code=code, facts=facts)


async def _knock(context: Context, address: str) -> dict[str, Any]:
    """Speak to our own SMTP door as a sender would, up to the recipient."""
    place = LISTENERS.get(context.database)
    if place is None:
        raise Trouble(Step.LISTENER, "listener_away", reason="not in this process")
    try:
        async with asyncio.timeout(_DIALOGUE):
            reader, writer = await asyncio.open_connection(*place)
            try:
                answer = await _recipient(reader, writer, address)
            finally:
                writer.close()
    except (OSError, TimeoutError, EOFError) as error:
        raise Trouble(Step.LISTENER, "listener_away", reason=type(error).__name__) from None
    if not answer.startswith(_GOOD):
        facts = {"address": address, "reason": answer[:120]}
        raise Trouble(Step.LISTENER, "listener_refuses", **facts)
    return {"address": address}


async def _recipient(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str
) -> str:
    answer = await _heard(reader)
    for line in ("EHLO localhost", "MAIL FROM:<>", f"RCPT TO:<{address}>"):
        writer.write(f"{line}\r\n".encode())
        answer = await _heard(reader)
        if not answer.startswith("2"):
            break
    writer.write(b"QUIT\r\n")
    return answer


async def _heard(reader: asyncio.StreamReader) -> str:
    line = (await reader.readline()).decode("utf-8", "replace")
    while line[3:4] == "-":
        line = (await reader.readline()).decode("utf-8", "replace")
    return line.strip()
