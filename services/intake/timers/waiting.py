"""Mails that wait for names, and how long each may hold a lane for them."""

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from services.intake.usecases.witness import Patience

NAMES: Final = 5.0
"""How long a mail waits for names, over several looks; what is silent then is no proof."""

_CALM: Final = 0.3
_CROWDED: Final = 0.05
_CROWD: Final = 8
_FORGOTTEN: Final = 60.0


class Waiting:
    """Since when mails wait; between their looks they hold no lane."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[UUID, float] = {}

    def patience(self, mail_id: UUID) -> Patience:
        """A moment at its first look, hardly one later, or where many wait already."""
        since = self._since.get(mail_id)
        if since is None:
            return Patience(_CROWDED if len(self._since) > _CROWD else _CALM, again=True)
        return Patience(_CROWDED, again=self._clock() - since < NAMES)

    def late(self, mail_id: UUID) -> None:
        """The mail will look again; those that another replica has finished are forgotten."""
        now = self._clock()
        self._since.setdefault(mail_id, now)
        while self._since[first := next(iter(self._since))] < now - _FORGOTTEN:
            del self._since[first]

    def done(self, mail_id: UUID) -> None:
        self._since.pop(mail_id, None)
