"""How the house fares, for everybody in three words and for operators in detail."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from weakref import WeakKeyDictionary

from services.gateway.adapters.probes import Probe, probe_all
from shared.kit.context import Context
from shared.kit.vault import Vault

_FRESH = 1.5


@dataclass(eq=False, slots=True)
class _Board:
    """The last look, shared by everybody who asks within a moment."""

    probes: Mapping[str, Probe] = field(default_factory=dict)
    looked_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_boards: WeakKeyDictionary[Vault, _Board] = WeakKeyDictionary()


async def look(context: Context) -> Mapping[str, Probe]:
    """Each service's own word; a flood of askers makes one look."""
    board = _boards.setdefault(context.vault, _Board())
    async with board.lock:
        if monotonic() - board.looked_at > _FRESH:
            board.probes = await probe_all(context.settings.peers)
            board.looked_at = monotonic()
    return board.probes
