"""How old the oldest unfinished mail is, and how fetching from each mailbox fares."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from prometheus_client import Gauge

from services.intake.domain.servers import GRAVE, Condition, worries
from services.intake.store import mails, servers
from services.intake.store.servers import Mailbox
from shared.kit.context import Context
from shared.kit.health import Check, Status
from shared.kit.workers import Stop

AGE: Final = Gauge(
    "sanad_intake_oldest_unfinished_mail_seconds", "Age of the oldest mail not yet final."
)
POLLED: Final = Gauge(
    "sanad_intake_mailbox_poll_age_seconds", "Since the last successful look.", ["mailbox"]
)
TOKEN: Final = Gauge(
    "sanad_intake_mailbox_token_seconds", "Until a token ends.", ["mailbox", "token"]
)
UNFETCHABLE: Final = Gauge(
    "sanad_intake_mailbox_unfetchable_mails", "Mails a server does not give.", ["mailbox"]
)
REFRESH: Final = Gauge(
    "sanad_intake_mailbox_refresh_failed", "1 when a token was not renewed.", ["mailbox"]
)
LOOK: Final = 15.0
LATE: Final = 300.0
TOO_LATE: Final = 900.0
_MOST: Final = 10


async def watch(context: Context, stop: Stop) -> None:
    """Look four times a minute; 0 when every mail is final."""
    while not stop.is_set():
        AGE.set(await age(context))
        await _conditions(context)
        await stop.wait(LOOK)


async def age(context: Context) -> float:
    """Seconds since the oldest unfinished mail became ours."""
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


async def mailboxes(context: Context) -> Check:
    """Degraded when a mailbox is silent for five minutes or soon will be, failing at fifteen.

    Names the mailbox by its id; an operator sees the rest with its check.
    """
    ahead = timedelta(days=context.settings.consent_days)
    now, told, grave = context.clock.now(), [], False
    for mailbox_id, condition in await _conditions(context):
        found = worries(condition, now, ahead)
        grave = grave or not GRAVE.isdisjoint(found)
        told += [f"{mailbox_id} {worry}" for worry in found]
    status: Status = "fail" if grave else "warn" if told else "pass"
    return Check(status, cause=", ".join(told[:_MOST]), blocks=False)


async def _conditions(context: Context) -> list[tuple[UUID, Condition]]:
    """Every mailbox that is fetched from; its figures are measured on the way."""
    async with context.tx() as tx:
        rows = await servers.watched(tx)
    for gauge in (POLLED, TOKEN, UNFETCHABLE, REFRESH):
        gauge.clear()
    now = context.clock.now()
    return [(one.id, _measured(one, count, now)) for one, count in rows]


def _measured(mailbox: Mailbox, unfetchable: int, now: datetime) -> Condition:
    name = str(mailbox.id)
    condition = Condition(
        since=mailbox.polled_at or mailbox.updated_at,
        refresh_failed=mailbox.refresh_failed is not None,
        access_until=mailbox.access_until,
        consent_until=mailbox.consent_until,
        unfetchable=unfetchable,
    )
    POLLED.labels(name).set((now - condition.since).total_seconds())
    UNFETCHABLE.labels(name).set(unfetchable)
    REFRESH.labels(name).set(int(condition.refresh_failed))
    ends = {"access": condition.access_until, "consent": condition.consent_until}
    for token, end in ends.items():
        if end is not None:
            TOKEN.labels(name, token).set((end - now).total_seconds())
    return condition
