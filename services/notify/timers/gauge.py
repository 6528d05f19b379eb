"""Mails that wait, how long the oldest due one does, and whether the outgoing server is away."""

from typing import Final

from prometheus_client import Counter, Gauge

from services.notify import usecases
from services.notify.domain.outage import Fault, Outage
from shared.kit.context import Context
from shared.kit.health import Check
from shared.kit.workers import Stop

WAITING: Final = Gauge("sanad_notify_mails_waiting", "Mails not yet handed over.")
OLDEST: Final = Gauge("sanad_notify_oldest_due_mail_seconds", "How long the oldest mail is due.")
FAILURES: Final = Counter("sanad_notify_mail_failures", "Attempts that came to nothing.", ["kind"])
LOOK: Final = 15.0

OUTAGE: Final = Outage()
"""As this process finds the server that all its mails go through."""

for _fault in Fault:
    FAILURES.labels(_fault.value)


async def measure(context: Context, stop: Stop) -> None:
    """Four times a minute; 0 when nothing waits."""
    while not stop.is_set():
        waiting, waited = await usecases.mails_waiting(context)
        WAITING.set(waiting)
        OLDEST.set(waited.total_seconds())
        await stop.wait(LOOK)


async def check(context: Context) -> Check:
    """Degraded when the server is away and a mail is due for a minute, failing at fifteen.

    The process stays ready: its inbox, its webhooks and its feed need no mail server.
    """
    return await judged(context, OUTAGE)


async def judged(context: Context, outage: Outage) -> Check:
    waited = await usecases.longest_due(context)
    seconds = round(waited.total_seconds(), 1)
    OLDEST.set(seconds)
    status = outage.verdict(waited)
    cause = "" if status == "pass" else f"the mail server is away: {outage.cause}"
    return Check(status, seconds, "s", cause, blocks=False)
