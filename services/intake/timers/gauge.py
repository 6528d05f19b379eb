"""How old the oldest mail is that has not come to its end."""

from typing import Final

from prometheus_client import Gauge

from services.intake.store import mails
from shared.kit.context import Context
from shared.kit.workers import Stop

AGE: Final = Gauge(
    "sanad_intake_oldest_unfinished_mail_seconds", "Age of the oldest mail not yet final."
)
LOOK: Final = 15.0


async def watch(context: Context, stop: Stop) -> None:
    """Look four times a minute; 0 when every mail is final."""
    while not stop.is_set():
        AGE.set(await age(context))
        await stop.wait(LOOK)


async def age(context: Context) -> float:
    """Seconds since the arrival of the oldest unfinished mail."""
    async with context.tx() as tx:
        oldest = await mails.oldest_unfinished(tx)
    return (context.clock.now() - oldest).total_seconds() if oldest else 0.0
