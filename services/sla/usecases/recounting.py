"""Counting open clocks anew after a calendar version, a few at a time (sla.md 5.9).

The first chunk is handed to the timer loop at once; a timer of the house comes back for the
rest, chunk by chunk, so that promises which fall due meanwhile never wait for all of it.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.sla.store import calendars as store
from services.sla.store.timers import TimerRow
from shared.kit.tx import Tx

KIND: Final = "recount"
CHUNK: Final = 100
_AFTER_THEM: Final = timedelta(milliseconds=1)


async def begin(tx: Tx, calendar_id: UUID, version: int) -> None:
    """Every open clock that counts on the calendar is looked at soon."""
    await _hand_out(tx, (calendar_id, version), store.NOBODY, tx.now)
    tx.wake("timers")


async def go_on(tx: Tx, timer: TimerRow, now: datetime) -> bool:
    """The next chunk; whether that was the last one."""
    _, calendar_id, version = timer.key.split(":")
    after = await store.place(tx, timer.key)
    return await _hand_out(tx, (UUID(calendar_id), int(version)), after, now)


async def _hand_out(tx: Tx, version: tuple[UUID, int], after: UUID, now: datetime) -> bool:
    last = await store.recount(tx, version, after, now, CHUNK)
    if last is not None:
        key = f"{KIND}:{version[0]}:{version[1]}"
        await store.go_on(tx, (key, KIND), last, now + _AFTER_THEM)
    return last is None
