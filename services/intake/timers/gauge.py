"""How old the oldest mail is that has not come to its end."""

from typing import Final

from prometheus_client import Gauge

from services.intake.store import mails
from shared.kit.context import Context
from shared.kit.health import Check
from shared.kit.workers import Stop

AGE: Final = Gauge(
    "sanad_intake_oldest_unfinished_mail_seconds", "Age of the oldest mail not yet final."
)
LOOK: Final = 15.0
LATE: Final = 300.0
TOO_LATE: Final = 900.0


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


async def check(context: Context) -> Check:
    """Degraded when a mail waits for five minutes, failing at fifteen (mail.md 6.8).

    The process stays ready: taking its door away would only make more mail wait elsewhere.
    """
    waited = round(await age(context), 1)
    if waited > TOO_LATE:
        return Check("fail", waited, "s", "a mail waits", blocks=False)
    return Check("warn" if waited > LATE else "pass", waited, "s", blocks=False)
