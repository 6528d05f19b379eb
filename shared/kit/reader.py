"""From the stream to the inbox: one durable pull consumer for each service."""

import asyncio
import contextlib
from collections.abc import Sequence
from uuid import NAMESPACE_OID, UUID, uuid5

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from shared.kit import deadletters
from shared.kit.consumers import Consumers, Delivery, read_delivery
from shared.kit.context import Context
from shared.kit.courtesy import lingering
from shared.kit.inbox import Inbox
from shared.kit.logging import get_logger
from shared.kit.nats import STREAM, Courier
from shared.kit.pull import EXPIRES, ConsumerGoneError, Pull, ensure_consumer
from shared.kit.workers import Stop

BATCH, CROWD, RETRIES = 100, 400, 16
"""Facts of a batch; of one that follows a full batch: a commit costs many what it costs one."""
SHORTEST_REST, LONGEST_REST = 0.1, 2.0
FIRST_NAK, LAST_NAK = 0.05, 2.0
PATIENCE = 8
"""Redeliveries that a fact waits in NATS for an earlier one; about four seconds in all."""
BUSY = 0.02
"""While batches follow each other this closely, the next one may gather for a moment."""
CHECK_EVERY = 5.0
RETRY_EVERY = 1.0

_log = get_logger("bus")


class Reader:
    """Hands batches to the inbox and acknowledges what PostgreSQL has."""

    def __init__(self, context: Context, consumers: Consumers, courier: Courier) -> None:
        self._context = context
        self._durable = consumers.service
        self._subjects = consumers.subjects
        self._linger = consumers.linger
        self._courier = courier
        self._inbox = Inbox(context, consumers)
        self.handled = 0
        self.recreated = 0
        self._stuck_at: int | None = None
        self.trouble: str | None = None

    async def run(self, _context: Context, stop: Stop) -> None:
        """The worker: bind to the consumer, read until it or the connection is gone, bind again."""
        rest = SHORTEST_REST
        while not stop.is_set():
            if not await self._courier.wait(1):
                continue
            pull = Pull(self._courier, self._durable, CROWD)
            ending = asyncio.create_task(_interrupt(pull, stop))
            try:
                await ensure_consumer(self._courier, self._durable, self._subjects)
                await pull.open()
                await self._read(pull, stop)
                rest = SHORTEST_REST
            except Exception as error:  # noqa: BLE001 - NATS or PostgreSQL is away: both come back
                self._failed(error)
                await stop.wait(rest)
                rest = min(rest * 2, LONGEST_REST)
            finally:
                ending.cancel()
                self._context.courtesy.unheard = 0
                with contextlib.suppress(NatsError):
                    await pull.close()

    async def retry(self, context: Context, stop: Stop) -> None:
        """The worker of the waiting room: attempts what is due, line by line."""
        while not stop.is_set():
            try:
                if due := await deadletters.due(context, RETRIES):
                    await self._inbox.retry(due)
                    continue
                soon = await deadletters.anything_waits(context)
            except Exception as error:  # noqa: BLE001 - PostgreSQL is away: it comes back
                self._failed(error)
                soon = False
            await context.wait("retries", deadletters.FIRST_DELAY if soon else RETRY_EVERY)

    async def _read(self, pull: Pull, stop: Stop) -> None:
        """What a lost connection swallowed would be out for long: a new one means a new start."""
        loop = asyncio.get_running_loop()
        heard = checked = loop.time()
        limit = BATCH
        while not (stop.is_set() or pull.stale):
            messages = await pull.take(limit, EXPIRES)
            now = loop.time()
            if messages:
                await self._context.courtesy.give_way()
                messages += await pull.rest(limit - len(messages))
                limit = CROWD if len(messages) >= BATCH else BATCH
                began = loop.time()
                await self._take_in(messages)
                self._context.courtesy.unheard = pull.waiting
                self.trouble = None
                if now - heard < BUSY and len(messages) < BATCH:
                    took = loop.time() - began
                    await stop.wait(lingering(took, len(messages), self._linger))
                heard = loop.time()
                self._context.courtesy.unheard = pull.waiting
            elif now - max(checked, heard) > CHECK_EVERY:
                await self._watch(pull)
                checked = now

    async def _watch(self, pull: Pull) -> None:
        """Nothing comes: tell a quiet stream from a wedged consumer (reliability.md T8)."""
        info = await self._courier.js.consumer_info(STREAM, self._durable)
        state = (await self._courier.stream()).state
        delivered = info.delivered.stream_seq if info.delivered else 0
        still, self._stuck_at = self._stuck_at == delivered, None
        if info.num_pending and not (pull.waiting or still):
            # A message may be on its way at this very moment: only the second look counts.
            self._stuck_at = delivered
            return
        if delivered > state.last_seq or (info.num_pending and not pull.waiting):
            _log.error("consumer wedged, making it anew", pending=info.num_pending)
            await self._courier.js.delete_consumer(STREAM, self._durable)
            self.recreated += 1
            raise ConsumerGoneError

    async def _take_in(self, messages: Sequence[Msg]) -> None:
        readable: dict[UUID, Msg] = {}
        deliveries: list[Delivery] = []
        try:
            for message in messages:
                if one := await self._read_one(message):
                    if one.id in readable:
                        await message.ack()
                        continue
                    readable[one.id] = message
                    deliveries.append(one)
            early = await self._inbox.settle(deliveries)
            await self._postpone(early, readable)
        except BaseException:  # a cancelled batch too must not wait for its deadline in NATS
            for message in readable.values():
                with contextlib.suppress(NatsError):
                    await message.nak(delay=LAST_NAK)
            raise
        for message in readable.values():
            await message.ack()
        self.handled += len(readable)
        self._context.courtesy.came += len(readable)

    async def _read_one(self, message: Msg) -> Delivery | None:
        """The delivery, or None when the bytes are none: they are parked and acknowledged."""
        try:
            return read_delivery(message.data)
        except ValueError as error:
            _log.error("event unreadable", stream_seq=message.metadata.sequence.stream)
            body = message.data.decode(errors="backslashreplace").replace("\x00", "\\x00")
            named = uuid5(NAMESPACE_OID, f"{message.metadata.sequence.stream} {body}")
            async with self._context.tx() as tx:
                await deadletters.park_unreadable(tx, named, body, error)
            await message.ack()
            return None

    async def _postpone(self, early: list[Delivery], readable: dict[UUID, Msg]) -> None:
        """Leave early facts with NATS for a moment; when the wait grows long, take them in."""
        late = [one for one in early if _tries(readable[one.id]) > PATIENCE]
        if late:
            await self._inbox.hold_early(late)
        for one in early:
            if _tries(readable[one.id]) <= PATIENCE:
                message = readable.pop(one.id)
                delay = min(LAST_NAK, FIRST_NAK * 2 ** (_tries(message) - 1))
                await message.nak(delay=delay)

    def _failed(self, error: Exception) -> None:
        trouble, self.trouble = self.trouble, deadletters.describe(error)
        if trouble != self.trouble:
            _log.warning("reader waits", error=self.trouble)


async def _interrupt(pull: Pull, stop: Stop) -> None:
    await stop.wait()
    pull.interrupt()


def _tries(message: Msg) -> int:
    return message.metadata.num_delivered
