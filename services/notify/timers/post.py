"""Mails in the hands of one process: what is on its way, and what has ended and is not written."""

import asyncio
from collections import deque
from typing import Final
from uuid import UUID

from services.notify import usecases
from services.notify.adapters.mailers import Mailer
from services.notify.domain.outage import Fault, Outage, answered
from services.notify.store.deliveries import Mail
from services.notify.timers.gauge import FAILURES
from services.notify.usecases import MAILS, Ended, Ready
from shared.kit.context import Context
from shared.kit.courtesy import BURST, FEW
from shared.kit.logging import get_logger

DRAWER: Final = 512
"""So many written mails at most wait for the end of a burst."""
AT_ONCE: Final = 200
"""So many are decided together where a lane for each is not enough: what a round asks of others
costs the same for one and for all."""
_log = get_logger("mail")


class Post:
    """Rounds of claiming, writing and handing over.

    How an attempt ended is kept until the database has it: a mail that went out while the
    database was away must not go out again. Until then the mail is held, and `keep` says so.
    While the server is away one mail at a time finds out whether it is back; the rest stay due.
    While many fall due all are written first, which is safe at once, and handed over when the
    burst is over, or has lasted `BURST` seconds.
    """

    def __init__(self, context: Context, mailer: Mailer, outage: Outage | None = None) -> None:
        self._context = context
        self._mailer = mailer
        self._outage = outage or Outage()
        self._busy: set[UUID] = set()
        self._held: set[UUID] = set()
        self._ended: list[Ended] = []
        self._drawer: deque[Ready] = deque()
        self._since: float | None = None
        self.behind = False
        """Whether more mails were due than the last round could take."""

    @property
    def free(self) -> int:
        lanes: int = self._context.settings.notify_mail_lanes
        room = lanes - len(self._busy)
        return self._outage.room(room, len(self._busy), self._context.clock.now())

    @property
    def wanted(self) -> int:
        """Mails to claim: a laneful, whatever is on its way, while a burst is being written."""
        free = self.free
        if self._since is None or self._outage.retry_at is not None:
            return max(0, free - len(self._drawer))
        lanes: int = self._context.settings.notify_mail_lanes
        return min(AT_ONCE if self.behind else lanes, DRAWER - len(self._drawer))

    async def round(self, lanes: asyncio.TaskGroup) -> int | None:
        """Write down, claim, compose and set on the way; how many mails were claimed.

        None when the database did not answer: the next round begins where this one did.
        """
        written, self._ended = self._ended, []
        wanted = self.wanted
        try:
            mails = await usecases.mail_turn(self._context, written, wanted, [*self._held])
        except Exception as error:  # noqa: BLE001 - whatever it is, what ended must not be lost
            self._ended = written + self._ended
            _log.warning("mails_wait", error=type(error).__name__)
            return None
        self.behind = 0 < wanted == len(mails)
        self._held.difference_update(one.mail.id for one in written)
        waited = bool(self._drawer)
        if mails:
            await self._write(mails)
        if not self._in_burst(len(mails)) and (not waited or await self._weed()):
            self._set_out(lanes)
        self._held = self._busy | {one.mail.id for one in self._drawer}
        self._held |= {one.mail.id for one in self._ended}
        return len(mails)

    async def _write(self, mails: list[Mail]) -> None:
        self._held.update(mail.id for mail in mails)
        ready, ended = await usecases.prepare_mails(self._context, mails)
        self._ended += ended
        for each in ended:
            _count(each)
        self._drawer.extend(ready)

    def _in_burst(self, claimed: int) -> bool:
        """More than a few at a time are a burst; a long one has its mails handed over meanwhile."""
        now = asyncio.get_running_loop().time()
        if claimed <= FEW or self._outage.retry_at is not None:
            self._since = None
            return False
        self._since = self._since or now
        return now - self._since < BURST and len(self._drawer) < DRAWER

    async def _weed(self) -> bool:
        """Take out of those that go now what must not go any more; whether that could be asked."""
        due = [self._drawer[place].mail.id for place in range(min(self.free, len(self._drawer)))]
        try:
            wanted = await usecases.still_wanted(self._context, due)
        except Exception as error:  # noqa: BLE001 - they wait for the next round
            _log.warning("mails_wait", error=type(error).__name__)
            return False
        gone = set(due) - wanted
        self._drawer = deque(one for one in self._drawer if one.mail.id not in gone)
        return True

    def _set_out(self, lanes: asyncio.TaskGroup) -> None:
        """As many as there are lanes; nobody keeps the others from being due meanwhile."""
        for _ in range(min(self.free, len(self._drawer))):
            one = self._drawer.popleft()
            self._busy.add(one.mail.id)
            lanes.create_task(self._lane(one))
        if self._outage.retry_at is not None:
            self._put_back()

    def _put_back(self) -> None:
        back = [Ended(one.mail, None, "not_tried", fault=Fault.CROWDED) for one in self._drawer]
        self._ended += back
        self._drawer.clear()

    async def keep(self) -> None:
        """Renew the leases; when the database is away they are ours all the same, to our mind."""
        if not self._held:
            return
        try:
            await usecases.keep_mails(self._context, [*self._held])
        except Exception as error:  # noqa: BLE001 - the next beat tries again
            _log.warning("leases_wait", error=type(error).__name__)

    async def write_down(self) -> None:
        """The last word, without claiming more; what was not handed over is due at once."""
        self._put_back()
        written, self._ended = self._ended, []
        if written:
            await usecases.mail_turn(self._context, written, 0)

    async def _lane(self, ready: Ready) -> None:
        try:
            ended = await usecases.hand_over(self._mailer, ready)
            self._ended.append(ended)  # only now: rounds exchange the list meanwhile
            _count(ended)
            self._note(ended)
        finally:
            self._busy.discard(ready.mail.id)
            self._context.wake(MAILS)

    def _note(self, ended: Ended) -> None:
        """What the attempt tells of the server."""
        now, since = self._context.clock.now(), self._outage.since
        if ended.fault is Fault.UNREACHABLE:
            if self._outage.missed(ended.reason or "", now):
                _log.warning("mail_server_away", cause=ended.reason)
        elif answered(ended.fault) and self._outage.met():
            seconds = round((now - since).total_seconds(), 1) if since else 0.0
            _log.warning("mail_server_back", seconds=seconds)


def _count(ended: Ended) -> None:
    if ended.fault is not None:
        FAILURES.labels(ended.fault.value).inc()
