"""Mails of one person about one ticket are decided in the order in which they came.

What an answer does depends on those before it: one inside the window reopens the ticket, and the
next, which came after it, belongs on that ticket too and opens none of its own.
"""

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from services.intake.domain.mail import Mail
from services.intake.domain.threading import about_one_ticket
from services.intake.store import line as store
from services.intake.usecases import read, secrets
from services.intake.usecases.settle import Case
from shared.kit.tx import Tx

_PATIENCE: Final = 60.0
"""How long a mail that could be decided waits for one before it."""
_MOST: Final = 10_000


class Line:
    """Who waits behind whom, and since when."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[UUID, float] = {}

    async def holds(self, tx: Tx, case: Case) -> bool:
        """Whether the mail has to wait; what names no ticket, or a person let through, never."""
        mail, row = case.mail, case.row
        named = mail.tokens or mail.signed or mail.ids or mail.tag is not None
        if row.released or not named or not mail.sender:
            return False
        before = await store.ahead(tx, row.id, secrets.person_tag(tx.context, mail.sender))
        for one in before:
            if one.content is None or await self._same(tx, mail, one.mail_id, one.content):
                return self._patient(row.id)
        self.leave(row.id)
        return False

    def leave(self, mail_id: UUID) -> None:
        """Its wait is over, or begins anew: what stops everybody is no reason to overtake."""
        self._since.pop(mail_id, None)

    def _patient(self, mail_id: UUID) -> bool:
        if len(self._since) > _MOST:
            self._since.clear()
        now = self._clock()
        return now - self._since.setdefault(mail_id, now) < _PATIENCE

    async def _same(self, tx: Tx, mail: Mail, other_id: UUID, content: bytes) -> bool:
        other = read.opened(await secrets.box_of(tx.context), other_id, content)
        mine, theirs = (
            (set(one.tokens) | set(one.signed), set(one.ids), one.tag) for one in (mail, other)
        )
        return about_one_ticket(mine, theirs, other.message_id)
