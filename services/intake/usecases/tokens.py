"""What opens a mailbox: its password, or an access token that is renewed in time."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from weakref import WeakValueDictionary

from services.intake.adapters import oauth
from services.intake.domain.findings import Step, Trouble
from services.intake.domain.servers import Auth, Tokens, renew_at
from services.intake.store import servers
from services.intake.store.servers import Mailbox
from services.intake.usecases import secrets
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.logging import get_logger

_GONE: Final = "changed"
_log = get_logger("mailbox")
_turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is sealed with a mailbox; `access` was given at `given` and ends at `until`."""

    password: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    access: str = ""
    given: str = ""
    until: str = ""

    def fresh(self, now: datetime) -> bool:
        """Whether the access token need not be renewed yet."""
        if not self.access:
            return False
        return now < renew_at(_instant(self.given), _instant(self.until))

    def usable(self, now: datetime) -> bool:
        return bool(self.access) and now < _instant(self.until)


def seal(box: Box, mailbox_id: UUID, held: Secrets) -> bytes:
    told = {name: getattr(held, name) for name in Secrets.__dataclass_fields__}
    return box.seal_json(secrets.MAILBOX, mailbox_id, told)


def unseal(box: Box, mailbox: Mailbox) -> Secrets:
    if mailbox.secrets is None:
        return Secrets()
    told: dict[str, Any] = box.open_json(secrets.MAILBOX, mailbox.id, mailbox.secrets)
    return Secrets(**told)


async def opener(context: Context, mailbox: Mailbox) -> tuple[Mailbox, str]:
    """The word that the server wants to hear, and the mailbox as it stands then.

    One at a time for each mailbox: a refresh token that rotates must not be shown twice.
    """
    assert mailbox.server is not None
    box = await secrets.box_of(context)
    if mailbox.server.auth is Auth.PASSWORD:
        return mailbox, unseal(box, mailbox).password
    async with _turns.setdefault(mailbox.id, asyncio.Lock()):
        async with context.tx() as tx:
            mailbox = await servers.find(tx, mailbox.id) or mailbox
        return await _access(context, mailbox, unseal(box, mailbox))


async def _access(context: Context, mailbox: Mailbox, held: Secrets) -> tuple[Mailbox, str]:
    """A token that still works is used while its endpoint is away; the alarm has sounded then."""
    now = context.clock.now()
    if held.fresh(now):
        return mailbox, held.access
    try:
        return await _renewed(context, mailbox, held)
    except Trouble as trouble:
        await _alarm(context, mailbox, trouble)
        if held.usable(now):
            return mailbox, held.access
        raise


async def _renewed(context: Context, mailbox: Mailbox, held: Secrets) -> tuple[Mailbox, str]:
    """A rotated refresh token is kept before the new access token is used for anything."""
    assert mailbox.server is not None
    shown = oauth.Application(held.refresh_token, held.client_secret)
    now = context.clock.now()
    tokens = await oauth.renew(mailbox.server, shown, now, context.settings.imap_seconds)
    kept = await _keep(context, mailbox, held, tokens, now)
    if kept is None:
        raise Trouble(Step.TOKEN, "broken_off", reason=_GONE)
    return kept, tokens.access


async def _keep(
    context: Context, mailbox: Mailbox, held: Secrets, tokens: Tokens, now: datetime
) -> Mailbox | None:
    box = await secrets.box_of(context)
    after = replace(
        held,
        refresh_token=tokens.refresh or held.refresh_token,
        access=tokens.access,
        given=now.isoformat(),
        until=tokens.access_until.isoformat(),
    )
    fields: dict[str, Any] = {
        "secrets": seal(box, mailbox.id, after),
        "access_until": tokens.access_until,
        "consent_until": tokens.consent_until or mailbox.consent_until,
    }
    async with context.tx() as tx:
        if not await servers.keep_secrets(tx, mailbox, fields):
            return None
    return replace(mailbox, refresh_failed=None, **fields)


async def _alarm(context: Context, mailbox: Mailbox, trouble: Trouble) -> None:
    _log.warning("token_not_renewed", mailbox_id=str(mailbox.id), cause=trouble.code)
    async with context.tx() as tx:
        await servers.note_refresh_failed(tx, mailbox, trouble.code)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
