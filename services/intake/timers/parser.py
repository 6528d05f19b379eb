"""The parser's desk: claims mails, has them read and routed, several at once."""

import asyncio
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.intake.adapters.children import Children, Parser
from services.intake.adapters.lookups import Lookups
from services.intake.adapters.zone import Resolver
from services.intake.domain.words import State
from services.intake.settings import IntakeSettings
from services.intake.store import claims, mails
from services.intake.store.claims import Claimed
from services.intake.timers.waiting import Waiting
from services.intake.usecases.accept import PARSER
from services.intake.usecases.match import NotYet
from services.intake.usecases.people import People
from services.intake.usecases.read import read, saving
from services.intake.usecases.route import Deciding, route_mail
from services.intake.usecases.settle import give_up
from services.intake.usecases.witness import StillAsking
from shared.kit.context import Context
from shared.kit.courtesy import Turn
from shared.kit.logging import get_logger
from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.kit.workers import Stop

LEASE: Final = timedelta(seconds=6)
RENEW: Final = 2.0
LOOK: Final = 2.0
"""How soon mails are seen that are due again, or that another replica took in."""
SOON: Final = 0.3
"""Until a mail that waits for an earlier one is looked at again."""
IDLE: Final = 30.0
GATHER: Final = 0.03
"""While most lanes are taken, those that become free within so long are filled by one claim."""
ROOM: Final = 32 * 1024 * 1024
"""Bytes of mails in work at once; one mail is always taken."""
LONGEST_WAIT: Final = 30.0
PATIENCE: Final = 12
"""Attempts of some three minutes, after which a mail that we cannot decide is held."""
_log = get_logger("parser")


class Desk:
    """Mails in work; a mail whose process died with it is free again when its lease ends."""

    def __init__(self, context: Context, parser: Parser) -> None:
        self._context = context
        self._parser = parser
        self._people = People(context)
        self._zone = Lookups(Resolver(context.settings.intake_nameserver))
        self._waiting = Waiting()
        self._saving = saving(context)
        self._deciding = Deciding(context, self._people)
        self._lanes: int = context.settings.lanes
        self._turn = Turn(context.courtesy, context.settings.relay_burst_seconds)
        self.busy: dict[asyncio.Task[None], int] = {}
        """Mails in work and how large each is: together they fit into memory."""

    async def claim(self) -> list[Claimed]:
        """What the free lanes can take; in a crowd many at a time, which share their questions."""
        if len(self.busy) > self._lanes // 2:
            await asyncio.sleep(GATHER)
        free, room = self._lanes - len(self.busy), ROOM - sum(self.busy.values())
        if free <= 0 or room <= 0:
            return []
        await self._turn.come()  # senders wait for their 250, nobody for this
        async with self._context.tx() as tx:
            return await claims.claim(tx, free, room, LEASE, self._largest())

    def _largest(self) -> int:
        """The small pass a large one that is being read; the next large one waits for it."""
        reads_large = any(size > claims.LARGE for size in self.busy.values())
        return claims.LARGE if reads_large else claims.ANY

    async def close(self) -> None:
        await self._parser.close()
        await self._zone.close()

    def start(self, group: asyncio.TaskGroup, mail: Claimed) -> None:
        task = group.create_task(self._work(mail))
        self.busy[task] = mail.size if mail.state is State.ACCEPTED else 0
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.busy.pop(task, None)
        self._context.wake(PARSER)

    async def _work(self, mail: Claimed) -> None:
        """Read and route one mail, keeping its lease; whatever fails is tried again later."""
        mail_id, steps = mail.id, asyncio.ensure_future(self._steps(mail))
        try:
            while not (await asyncio.wait({steps}, timeout=RENEW))[0]:
                await self._postpone(mail_id, LEASE)
            await steps
        except StillAsking:
            self._waiting.late(mail_id)
            await self._postpone(mail_id, timedelta(seconds=1))
        except NotYet:
            await self._postpone(mail_id, timedelta(seconds=SOON))
            asyncio.get_running_loop().call_later(SOON, self._context.wake, PARSER)
        except (PeerUnavailable, PeerRefused) as error:
            self._deciding.line.leave(mail_id)
            await self._try_later(mail_id, error)
        except Exception as error:  # noqa: BLE001 - one mail must not stop the others
            _log.warning("mail_failed", mail_id=str(mail_id), exc_info=error)
            await self._try_later(mail_id, error, ours=True)
        finally:
            steps.cancel()

    async def _steps(self, mail: Claimed) -> None:
        patience = self._waiting.patience(mail.id)
        state = await read(self._context, self._parser, mail, self._zone, self._saving, patience)
        self._waiting.done(mail.id)
        if state is State.PARSED:
            await route_mail(self._context, self._people, mail.id, self._deciding)

    async def _try_later(self, mail_id: UUID, error: Exception, *, ours: bool = False) -> None:
        """What fails by our own doing again and again is shown to people instead."""
        _log.info("mail_waits", mail_id=str(mail_id), cause=type(error).__name__)
        try:
            async with self._context.tx() as tx:
                row = await mails.find(tx, mail_id)
                attempts = row.attempts if row else 0
                if row is not None and ours and attempts >= PATIENCE:
                    await give_up(tx, row)
                    return
                wait = timedelta(seconds=min(LONGEST_WAIT, 0.5 * 2 ** min(attempts, 8)))
                await mails.postpone(tx, mail_id, wait, failed=True)
        except Exception as trouble:  # noqa: BLE001 - the lease ends by itself
            _log.warning("mail_not_postponed", mail_id=str(mail_id), error=type(trouble).__name__)

    async def _postpone(self, mail_id: UUID, wait: timedelta) -> None:
        try:
            async with self._context.tx() as tx:
                await mails.postpone(tx, mail_id, wait)
        except Exception as trouble:  # noqa: BLE001 - the lease ends by itself
            _log.warning("mail_not_postponed", mail_id=str(mail_id), error=type(trouble).__name__)


async def work(context: Context, stop: Stop) -> None:
    """Claim while there is something to claim, sleep until woken or until one is due."""
    settings: IntakeSettings = context.settings
    parser = Children(settings.parsers, settings.parse_seconds)
    desk = Desk(context, parser)
    quiet = 0.0
    try:
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                claimed = await desk.claim()
                for mail in claimed:
                    desk.start(group, mail)
                if claimed or desk.busy:
                    quiet = 0.0
                if not claimed:
                    await context.wait(PARSER, LOOK)
                    quiet += LOOK
                if quiet > IDLE:
                    await parser.close()
    finally:
        await desk.close()
