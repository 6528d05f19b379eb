"""Timers of the house that belong to rules, not to tickets."""

from datetime import datetime
from typing import Final

from services.sla.store.timers import TimerRow
from services.sla.usecases import applying, recounting, reminding
from shared.kit.tx import Tx

KINDS: Final = frozenset({recounting.KIND, reminding.KIND, applying.KIND})


async def run(tx: Tx, timer: TimerRow, now: datetime) -> bool:
    """Do what the timer is for; whether it is done with."""
    if timer.kind == recounting.KIND:
        return await recounting.go_on(tx, timer, now)
    if timer.kind == applying.KIND:
        return await applying.go_on(tx, timer, now)
    await reminding.remind(tx, timer, now)
    return True
