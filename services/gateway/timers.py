"""The gateway's clock: keys are rotated, ended sessions are swept."""

from datetime import timedelta
from typing import Final

from services.gateway.store import sessions
from services.gateway.usecases.signing import turn
from shared.kit.context import Context
from shared.kit.workers import Stop, Worker

LOOK: Final = 10.0
SWEEP: Final = 3600.0
_KEPT: Final = timedelta(days=1)


async def rotate_keys(context: Context, stop: Stop) -> None:
    """Follow the rotation's rule, and notice what another replica has done."""
    while not await stop.wait(LOOK):
        await turn(context)


async def sweep_sessions(context: Context, stop: Stop) -> None:
    """Ended sessions are kept a day, so that a stolen token's late use is still recognised."""
    while not await stop.wait(SWEEP):
        async with context.tx() as tx:
            await sessions.sweep(tx, tx.now - _KEPT)


WORKERS: Final = (Worker("signing-keys", rotate_keys), Worker("sessions", sweep_sessions))
