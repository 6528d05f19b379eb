"""How many mails wait, and how long the oldest has been due."""

from datetime import timedelta

from services.notify.store import waiting
from shared.kit.context import Context
from shared.kit.tx import Tx


async def mails_waiting(context: Context) -> tuple[int, timedelta]:
    """Their number, whether due or not, and the lateness of the oldest."""
    async with context.tx() as tx:
        return await waiting.count(tx), await _lateness(tx)


async def longest_due(context: Context) -> timedelta:
    """Zero when nothing is due."""
    async with context.tx() as tx:
        return await _lateness(tx)


async def _lateness(tx: Tx) -> timedelta:
    oldest = await waiting.oldest_due(tx)
    return tx.now - oldest if oldest else timedelta()
