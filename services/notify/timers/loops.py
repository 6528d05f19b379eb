"""The loops: mails, webhooks, numbering of the feed, and sweeping what is old."""

import asyncio
from datetime import timedelta
from typing import Final

from services.notify import usecases
from services.notify.adapters.mailers import mailer_for
from services.notify.adapters.partners import Partners
from services.notify.adapters.signatures import Signer
from services.notify.settings import NotifySettings
from services.notify.store.deliveries import BEAT
from services.notify.timers import gauge
from services.notify.timers.post import Post
from services.notify.usecases import FEED, MAILS, WEBHOOKS, Job, Round
from shared.kit.context import Context
from shared.kit.courtesy import Sequel, lingering
from shared.kit.logging import get_logger
from shared.kit.workers import Stop, Worker

IDLE: Final = 0.5
"""Longest sleep between two looks: due rows of retries wake nobody."""

AWAY: Final = 1.0
"""Between two looks while the database does not answer."""

GATHER: Final = 0.005
"""Mails that fall due together are claimed, and asked about, together; under load more gather."""

BUSY: Final = 0.02
CROWD: Final = 0.05
"""Where rounds follow each other within `BUSY` seconds, the next one gathers for so long: each
costs the database as much as a request that somebody waits for."""

_SWEEP_EVERY: Final = 3600.0
_BATCH: Final = 500
_log = get_logger("notify")


async def send_mails(context: Context, stop: Stop) -> None:
    """Mails in batches, each handed over in a lane of its own; each ends in a visible state."""
    settings = context.settings
    mailer = mailer_for(settings.smtp_url, settings.home, _signer(settings))
    post = Post(context, mailer, gauge.OUTAGE)
    try:
        async with asyncio.TaskGroup() as living:
            beating = living.create_task(_beat(post))
            async with asyncio.TaskGroup() as lanes:
                await _rounds(context, stop, post, lanes)
            beating.cancel()
        await post.write_down()
    finally:
        await mailer.close()


def _signer(settings: NotifySettings) -> Signer | None:
    """Who signs our mails; nobody without a key."""
    file = settings.notify_dkim_key_file
    return Signer(settings.notify_dkim_selector, settings.dkim_domain(), file) if file else None


async def _rounds(context: Context, stop: Stop, post: Post, lanes: asyncio.TaskGroup) -> None:
    loop = asyncio.get_running_loop()
    ended, sequel = loop.time(), Sequel(context.courtesy)
    while not stop.is_set():
        await sequel.come()
        began = loop.time()
        least = CROWD if began - ended < BUSY else GATHER
        claimed = await post.round(lanes)
        if claimed is None:
            await stop.wait(AWAY)
        elif claimed and not post.behind:
            await stop.wait(lingering(loop.time() - began, claimed, least))
            ended = loop.time()
        elif not claimed:
            await context.wait(MAILS, IDLE)


async def _beat(post: Post) -> None:
    """A mail whose handing over takes long stays ours while we live, and no longer."""
    while True:
        await asyncio.sleep(BEAT)
        await post.keep()


async def send_webhooks(context: Context, stop: Stop) -> None:
    """Each look records what was answered and claims what the free lanes can take."""
    settings = context.settings
    state = Round(settings.notify_webhook_lanes, settings.notify_webhook_lanes_per_endpoint)
    patience = settings.notify_webhook_timeout
    partners = Partners(settings.allowed_hosts(), timeout=patience, lanes=state.lanes)
    try:
        async with asyncio.TaskGroup() as lanes:
            while not stop.is_set():
                jobs = await usecases.turn(context, state)
                for job in jobs:
                    state.take(job)
                    lanes.create_task(_post_one(context, partners, state, job))
                if not jobs and not state.finished:
                    await context.wait(WEBHOOKS, IDLE)
        await usecases.turn(context, Round(0, 0, finished=state.finished))
    finally:
        await partners.close()


async def _post_one(context: Context, partners: Partners, state: Round, job: Job) -> None:
    result = None
    try:
        result = await usecases.attempt(context, partners, job)
    except Exception as error:  # noqa: BLE001 - one partner's trouble must not stop the others
        _log.warning("webhook_attempt_broke", webhook_id=str(job.webhook_id), exc_info=error)
    finally:
        state.give_back(job.endpoint.id, result)
        context.wake(WEBHOOKS)


async def number_feed(context: Context, stop: Stop) -> None:
    """Positions in the order of commit; streams are woken when there is something new."""
    while not stop.is_set():
        if numbered := await usecases.number_feed(context, _BATCH):
            context.wake(usecases.STREAMS)
            if numbered < _BATCH:
                await stop.wait(BUSY)
        else:
            await context.wait(FEED, IDLE)


async def sweep(context: Context, stop: Stop) -> None:
    """The feed and finished webhooks are kept as long as a replay may ask for them."""
    while not stop.is_set():
        days = timedelta(days=context.settings.notify_feed_days)
        await usecases.sweep(context, days)
        await stop.wait(_SWEEP_EVERY)


WORKERS: Final = [
    Worker(MAILS, send_mails),
    Worker(WEBHOOKS, send_webhooks),
    Worker(FEED, number_feed),
    Worker("sweep", sweep),
    Worker("notify.gauge", gauge.measure),
]
