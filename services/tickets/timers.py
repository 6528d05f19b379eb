"""Workers beside the doors: search keys, and sweeping up what nobody claims."""

from typing import Final

from services.tickets.usecases.indexing import index_some
from services.tickets.usecases.sweeping import sweep
from shared.kit.context import Context
from shared.kit.workers import Stop, Worker

_LOOK: Final = 30.0
_GATHER: Final = 0.1
"""Messages that come close together are indexed together."""
_SWEEP: Final = 600.0


async def _index(context: Context, stop: Stop) -> None:
    """Woken by each new message; looks by itself for what a stopped process left behind."""
    while not stop.is_set():
        more = True
        while more and not stop.is_set():
            await context.courtesy.give_way()
            more = await index_some(context)
        await context.wait("tickets.index", _LOOK)
        await stop.wait(_GATHER)


async def _sweep(context: Context, stop: Stop) -> None:
    while not await stop.wait(_SWEEP):
        await sweep(context)


WORKERS: Final = (Worker("tickets.index", _index), Worker("tickets.sweep", _sweep))
