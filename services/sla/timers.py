"""Clock door of sla: the one loop that turns due rows into facts, and the one that audits it."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import Counter, Gauge

from services.sla.domain.aside import Aside
from services.sla.settings import SlaSettings
from services.sla.usecases import auditing, firing, projecting
from shared.kit.context import Context
from shared.kit.health import Check
from shared.kit.logging import get_logger
from shared.kit.workers import Stop, Worker

_FIRED: Final = Counter("sanad_sla_timers_fired", "Timers that became facts or were disarmed.")
_LAG: Final = Gauge("sanad_sla_timer_lag_seconds", "Age of the oldest timer that is still due.")
_MISMATCH: Final = Counter("sanad_sla_clock_mismatches", "Clocks whose fold was not as stored.")
_RETRY: Final = 0.02
_AUDIT: Final = 10.0
_CHUNK: Final = 100
_LANES: Final = 2
"""Turns at once while a backlog lasts: one counts while the database writes for the other."""
_log = get_logger("timers")


async def run(context: Context, stop: Stop) -> None:
    """Fire until nothing is due, sleep until something is; any number of replicas may do so."""
    await Loop(context).run(stop)


@dataclass(eq=False)
class Loop:
    """One replica's loop; a timer that fails by itself steps aside and the others go on."""

    context: Context
    aside: Aside = field(default_factory=Aside)

    async def run(self, stop: Stop) -> None:
        limit: int = self.context.settings.sla_claim
        while not stop.is_set():
            fired = await self._turn(limit)
            if fired.claimed == limit:
                await self._work_off(stop)
            elif fired.claimed == fired.held:
                wait = _RETRY if fired.held else await self._until_next()
                await self.context.wait("timers", wait)

    async def _work_off(self, stop: Stop) -> None:
        """More was due than one turn may take."""
        limit: int = self.context.settings.sla_claim

        async def lane() -> None:
            fired = await self._turn(limit)
            while fired.claimed > fired.held and not stop.is_set():
                fired = await self._turn(limit)

        async with asyncio.TaskGroup() as group:
            for _ in range(_LANES):
                group.create_task(lane())

    async def _turn(self, limit: int) -> firing.Fired:
        claim: firing.Claim | None = None
        try:
            async with self.context.tx() as tx:
                claim = await firing.claim(tx, limit, self.aside.keys(time.monotonic()))
                fired = await firing.fire(tx, claim)
        except Exception as error:  # one clock that cannot be read stops no other
            if claim is None or not claim.size:
                raise
            return await self._failed(claim, error)
        _FIRED.inc(fired.claimed - fired.held)
        return fired

    async def _failed(self, claim: firing.Claim, error: Exception) -> firing.Fired:
        """A batch is tried again one by one, until whoever spoils it stands aside."""
        if claim.size > 1:
            for _ in claim.keys:
                await self._turn(1)
        else:
            (key,) = claim.keys
            wait = self.aside.put(key, time.monotonic())
            _log.error("timer_failed", timer=key, again=wait, exc_info=error)
        return firing.Fired(claim.size, 0)

    async def _until_next(self) -> float:
        longest: float = self.context.settings.sla_longest_sleep
        async with self.context.tx() as tx:
            seconds = await firing.until_next(tx, self.aside.keys(time.monotonic()))
        return longest if seconds is None else min(max(seconds, 0.001), longest)


async def audit(context: Context, stop: Stop) -> None:
    """Watches the loop from outside: nothing may stay due, no clock may differ from its facts."""
    while not await stop.wait(_AUDIT):
        await look(context)


async def look(context: Context) -> None:
    """One look of the audit: metrics, and a line in the log for whoever is called."""
    settings: SlaSettings = context.settings
    async with context.tx() as tx:
        lag = await auditing.lag(tx)
    _LAG.set(lag)
    if lag > settings.sla_overdue:
        _log.error("timers_overdue", seconds=round(lag, 1))
    async with context.tx() as tx:
        wrong = await auditing.mismatches(tx)
    if wrong:
        _MISMATCH.inc(len(wrong))
        _log.error("clocks_differ", tickets=[str(one) for one in wrong])


async def project(context: Context, stop: Stop) -> None:
    """Gives clocks of an older version their outcomes, a few at a time; then it rests."""
    done = -1
    while done and not stop.is_set():
        async with context.tx() as tx:
            done = await projecting.catch_up(tx, _CHUNK)
    await stop.wait()


async def check(context: Context) -> Check:
    """For readiness: a due row older than the limit means that promises are being missed."""
    settings: SlaSettings = context.settings
    async with context.tx() as tx:
        lag = await auditing.lag(tx)
    late = lag > settings.sla_overdue
    cause = "timers are overdue" if late else ""
    return Check("fail" if late else "pass", round(lag, 1), "s", cause, blocks=False)


workers = [
    Worker("timers", run),
    Worker("audit", audit, door="audit"),
    Worker("projection", project),
]
