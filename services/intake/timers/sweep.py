"""Mail that nobody wanted is forgotten after its time."""

from typing import Final

from services.intake.usecases import overview
from shared.kit.context import Context
from shared.kit.workers import Stop

EVERY: Final = 3600.0


async def forget(context: Context, stop: Stop) -> None:
    """Look once an hour; the first look comes with the start."""
    while not stop.is_set():
        await overview.sweep(context, context.settings.intake_quarantine_days)
        await stop.wait(EVERY)
