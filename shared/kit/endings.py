"""Tasks that are told to end do end, even where a library swallows the first telling."""

import asyncio
from typing import Any, Final

_AGAIN: Final = 1.0
"""Long enough for a cancelled transaction to roll back in peace."""


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel until every one is done; what they died of stays theirs.

    `asyncio.wait_for` of Python 3.11 drops a cancellation that arrives together with the result
    (python/cpython#86296), and nats-py waits so in every request: a loop around it, cancelled
    once, may go round for ever.
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_AGAIN)
