"""Mails that come in side by side are owned in one commit (mail.md 6); none waits for company."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from services.intake.domain.mail import Envelope
from services.intake.store import mails
from services.intake.usecases.accept import PARSER, Channel, seal, told_by
from shared.events.mail import MailAccepted
from shared.kit.context import Context
from shared.kit.gathering import Gathering
from shared.kit.ids import uuid7
from shared.kit.outbox import new_traceparent

CHANNEL: Final[Channel] = "smtp"
_LARGE: Final = 4 * 1024 * 1024
"""Sealed and on its way to disk such a mail is in memory several times: one at a time is."""


class Taking:
    """Takes mails in for good, as many at a time as wait for it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._gathering = Gathering(self._keep)
        self._large = asyncio.Semaphore(1)

    async def take(self, raw: bytes | bytearray, envelope: Envelope) -> UUID:
        """The mail is ours when this returns; nothing of it is read here, a bytearray emptied."""
        if len(raw) < _LARGE:
            return await self._taken(raw, envelope)
        async with self._large:
            return await self._taken(raw, envelope)

    async def _taken(self, raw: bytes | bytearray, envelope: Envelope) -> UUID:
        mail_id, size = uuid7(), len(raw)
        sealed = await seal(self._context, mail_id, raw, envelope)
        row = {"id": mail_id, "sender_tag": told_by(self._context, envelope), **sealed}
        return await self._gathering.add(row, size)

    async def _keep(self, rows: Sequence[dict[str, Any]]) -> list[UUID]:
        async with self._context.tx() as tx:
            for row in rows:
                tx.traceparent = new_traceparent()  # they share a commit, not a trace
                fact = MailAccepted(mail_id=row["id"], at=tx.now, channel=CHANNEL)
                tx.emit(fact, sequence=1)
            tx.wake(PARSER)
            await mails.keep_all(tx, CHANNEL, rows)
        return [row["id"] for row in rows]
