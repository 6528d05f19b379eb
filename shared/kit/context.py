"""What a process has: settings, clock, database, vault, keys, peers, wake-ups."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.kit.callers import Caller
from shared.kit.clock import Clock
from shared.kit.courtesy import Courtesy
from shared.kit.crypto import Keys
from shared.kit.database import Database
from shared.kit.settings import Settings
from shared.kit.tx import Tx
from shared.kit.vault import Vault
from shared.kit.writes import Writes

if TYPE_CHECKING:
    from shared.kit.peers import Peers


@dataclass(frozen=True)
class Context:
    """Process-wide things in one frozen object (style.md 2.14)."""

    service: str
    schema: str
    settings: Any
    clock: Clock
    database: Database
    vault: Vault
    keys: Keys
    peers: "Peers"
    courtesy: Courtesy = field(default_factory=Courtesy)
    writes: Writes = field(default_factory=Writes)
    _wakes: dict[str, asyncio.Event] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def tx(
        self, caller: Caller | None = None, traceparent: str | None = None
    ) -> AsyncIterator[Tx]:
        """A door's transaction: commits at the end, rolls back when anything is raised."""
        tx = Tx(self, caller or Caller.system(), traceparent)
        try:
            yield tx
            await tx.commit()
        except BaseException:
            # Shielded: a cancelled request must not hand a begun connection to the next (T15).
            await asyncio.shield(tx.roll_back())
            raise

    def wake(self, name: str) -> None:
        """Wake the worker that waits under `name`."""
        self._bell(name).set()

    async def wait(self, name: str, seconds: float) -> None:
        """Until somebody wakes `name`, at most `seconds`."""
        bell = self._bell(name)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), seconds)
        bell.clear()

    async def close(self) -> None:
        """Give back what the process holds."""
        await self.peers.close()
        await self.database.close()

    def _bell(self, name: str) -> asyncio.Event:
        return self._wakes.setdefault(name, asyncio.Event())


def build_context(service: str, schema: str, settings: Settings) -> Context:
    """The context of a service, as settings describe it; opens nothing yet."""
    from shared.kit.peers import Peers  # noqa: PLC0415 - peers sign in with a context's clock

    clock = Clock(settings.clock_offset_file())
    keys = Keys(settings.master_key())
    database = Database(settings, schema)
    vault = Vault(database, schema, keys)
    return Context(
        service, schema, settings, clock, database, vault, keys, Peers(service, settings, clock)
    )
