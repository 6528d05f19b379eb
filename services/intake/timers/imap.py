"""Fetching from mailboxes: who reads which, so that no mailbox is read twice or waits for another.

A replica holds a mailbox by a lease; each mail's transaction checks it, so that a replica that
was paused for too long commits nothing.
"""

import asyncio
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.intake.store import servers
from services.intake.store.servers import Mailbox
from services.intake.timers.reading import Reader
from services.intake.usecases.mailboxes import MAILBOXES
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.logging import get_logger
from shared.kit.workers import Stop

LEASE: Final = timedelta(seconds=15)
LOOK: Final = 4.0
"""How often leases are renewed and mailboxes of a replica that died are taken over."""
_log = get_logger("mailbox")


class Readers:
    """One reader for each mailbox that this process holds."""

    def __init__(self, context: Context, group: asyncio.TaskGroup) -> None:
        self._context = context
        self._group = group
        self._holder = uuid7()
        self._tasks: dict[tuple[UUID, int], asyncio.Task[None]] = {}

    async def share(self) -> None:
        """Take what is free, let go of what is gone or was changed."""
        async with self._context.tx() as tx:
            held = await servers.claim(tx, self._holder, LEASE)
        wanted = {(mailbox.id, mailbox.version): mailbox for mailbox in held}
        for key, task in list(self._tasks.items()):
            if task.done() or key not in wanted:
                task.cancel()
                del self._tasks[key]
        for key in wanted.keys() - self._tasks.keys():
            self._tasks[key] = self._group.create_task(self._read(wanted[key]))

    async def end(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        async with self._context.tx() as tx:
            await servers.let_go(tx, self._holder)

    async def _read(self, mailbox: Mailbox) -> None:
        try:
            await Reader(self._context, mailbox.id, self._holder).run()
        except Exception as error:  # noqa: BLE001 - one mailbox must not stop the others
            _log.warning("mailbox_dropped", mailbox_id=str(mailbox.id), exc_info=error)


async def work(context: Context, stop: Stop) -> None:
    """Share out until stopped; what is open then is closed without waiting for its server."""
    async with asyncio.TaskGroup() as group:
        readers = Readers(context, group)
        try:
            while not stop.is_set():
                await readers.share()
                await context.wait(MAILBOXES, LOOK)
        finally:
            await asyncio.shield(readers.end())
