"""Timers that other services ask for: one clock in the house (architecture.md, decision 2)."""

from datetime import datetime
from typing import Final

from services.sla.domain.durations import Duration, waited
from services.sla.domain.promises import step_calendar
from services.sla.store import clocks, timers
from services.sla.store.timers import TimerRow
from services.sla.usecases.clocks import SOON
from services.sla.usecases.rulebook import rulebook
from shared.events.timer import Delay, TimerCancelled, TimerRequested
from shared.kit.tx import Tx
from shared.vocabulary import COMPANY_CALENDAR
from shared.worktime import Timeline, WorktimeError, instant, micros

KIND: Final = "request"


async def request(tx: Tx, fact: TimerRequested) -> None:
    """Arm the timer, or move it when its key is armed already."""
    due_at = fact.due_at or await _due(tx, fact)
    await timers.put(tx, TimerRow(fact.key, KIND, fact.ticket_id, due_at, 0, fact.owner))
    if due_at <= tx.now + SOON:
        tx.wake("timers")


async def cancel(tx: Tx, fact: TimerCancelled) -> None:
    await timers.cancel(tx, fact.key, fact.owner)


async def _due(tx: Tx, fact: TimerRequested) -> datetime:
    """`after` counted on the ticket's resolution calendar; a door that never opens waits not."""
    after = fact.after or Delay(seconds=0)
    delay = Duration(after.seconds, after.business_days)
    try:
        return instant(waited(await _timeline(tx, fact), micros(fact.start_at), delay))
    except WorktimeError:
        return fact.start_at


async def _timeline(tx: Tx, fact: TimerRequested) -> Timeline:
    row = await clocks.read(tx, fact.ticket_id)
    book = await rulebook(tx)
    if row is None:
        return book.calendars[str(COMPANY_CALENDAR)]
    policy = await book.policy(tx, row.policy_id, row.policy_version, row.kind)
    return book.calendars[step_calendar(policy, row.priority, str(row.calendar_id))]
