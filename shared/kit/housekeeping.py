"""The small upkeep that every process does: keys, revocations, old idempotency rows."""

from dataclasses import dataclass
from typing import Final

from shared.kit.context import Context
from shared.kit.idempotency import purge
from shared.kit.keyring import REFRESH, Keyring
from shared.kit.validity import POLL, Validity
from shared.kit.workers import Stop, Worker

TIDY: Final = 3600.0


@dataclass(frozen=True)
class Housekeeping:
    """What is loaded before the doors open, and kept fresh while they are."""

    context: Context
    keyring: Keyring
    validity: Validity

    async def begin(self) -> None:
        await self.validity.load(self.context)
        await self.keyring.refresh()

    def workers(self) -> list[Worker]:
        return [
            Worker("keys", self._keys),
            Worker("validity", self._validity),
            Worker("tidy", self._tidy),
        ]

    async def _keys(self, _context: Context, stop: Stop) -> None:
        while not await stop.wait(REFRESH if self.keyring.known else 1.0):
            await self.keyring.refresh()

    async def _validity(self, context: Context, stop: Stop) -> None:
        while not await stop.wait(POLL):
            await self.validity.load(context)

    async def _tidy(self, context: Context, stop: Stop) -> None:
        while not await stop.wait(TIDY):
            await purge(context)
            await self.validity.forget(context)
