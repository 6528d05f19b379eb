"""Messages of one durable consumer: asked for in good time and handed out in batches."""

import asyncio
import contextlib
import json
from collections import deque

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo, DeliverPolicy
from nats.js.errors import APIError, NotFoundError

from shared.kit.nats import STREAM, Courier

EXPIRES = 5.0
_GRACE = 1.0
_AHEAD = 4
"""The next request goes out when this part of a window is left: an answer takes NATS long when
processors are scarce, and nobody should wait for it with empty hands."""


class ConsumerGoneError(Exception):
    """The server no longer knows the consumer, or the stream below it."""


class Pull:
    """Standing requests for a consumer's messages.

    nats-py's `fetch` answers a deleted consumer with an empty list after its whole timeout
    (reliability.md T6) and waits for a batch to fill; here the server's word is heard at once, and
    while one batch is handled the next one is on its way already.
    """

    def __init__(self, courier: Courier, durable: str, window: int) -> None:
        self._courier = courier
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}"
        self._window = window
        self._queue: deque[Msg] = deque()
        self._news = asyncio.Event()
        self._subscription: Subscription | None = None
        self._inbox = ""
        self._due = 0
        self._until = 0.0
        self._opened = courier.generation
        self._generation = 0
        self._gone = False
        self._interrupted = False

    @property
    def stale(self) -> bool:
        """Whether the connection is another one than this was opened on."""
        return self._opened != self._courier.generation

    @property
    def waiting(self) -> int:
        """How many messages are here and wait to be taken."""
        return len(self._queue)

    async def open(self) -> None:
        self._inbox = self._courier.client.new_inbox()
        self._subscription = await self._courier.client.subscribe(self._inbox, cb=self._hear)

    async def take(self, limit: int, timeout: float) -> list[Msg]:
        """Up to `limit` messages as soon as there is one; none after `timeout` seconds."""
        await self._ask()
        if not (self._queue or self._gone or self._interrupted):
            self._news.clear()
            try:
                async with asyncio.timeout(timeout):
                    await self._news.wait()
            except TimeoutError:
                return []
        if self._gone:
            raise ConsumerGoneError
        return await self.rest(limit)

    async def rest(self, limit: int) -> list[Msg]:
        """Up to `limit` of the messages that are here already."""
        taken = [self._queue.popleft() for _ in range(min(limit, len(self._queue)))]
        await self._ask()
        return taken

    def interrupt(self) -> None:
        """Let `take` return now, and at once from here on."""
        self._interrupted = True
        self._news.set()

    async def close(self) -> None:
        """Stop listening and give back what was never taken, for another process to have at once.

        The subscription must go before the connection drains (ecosystem.md, finding 7).
        """
        if self._subscription is None or not self._courier.connected:
            return
        await self._subscription.unsubscribe()
        for message in self._queue:
            await message.nak()
        self._queue.clear()

    async def _ask(self) -> None:
        now = asyncio.get_running_loop().time()
        stale = now > self._until or self._generation != self._courier.generation
        enough = len(self._queue) > self._window // _AHEAD or (self._due > 0 and not stale)
        if enough or not self._courier.connected:
            return
        self._due, self._until = self._window, now + EXPIRES + _GRACE
        self._generation = self._courier.generation
        request = {"batch": self._window, "expires": int(EXPIRES * 1e9)}
        await self._courier.client.publish(self._next, json.dumps(request).encode(), self._inbox)

    async def _hear(self, message: Msg) -> None:
        status = message.headers.get("Status") if message.headers else None
        if status is None:
            self._due -= 1
            self._queue.append(message)
        else:
            self._due = 0
            description = (message.headers or {}).get("Description", "")
            # 503: nobody answers for this consumer; 409 with these words: it was just taken away.
            self._gone |= status == "503" or (status == "409" and "Deleted" in description)
        self._news.set()


async def ensure_consumer(courier: Courier, durable: str, subjects: list[str]) -> None:
    """Create the service's consumer when it is not there, and anew when it listens to other facts.

    A consumer that hears a new family must hear it from the beginning: it starts over, and what was
    handled before is recognised as old. The stream is the keeper's: NotFoundError until it exists.
    """
    try:
        info = await courier.js.consumer_info(STREAM, durable)
    except NotFoundError:
        await courier.js.add_consumer(STREAM, _configuration(durable, subjects))
        return
    heard = info.config.filter_subjects or [info.config.filter_subject]
    # A store that was put back to an older state can leave a consumer ahead of its stream, which
    # would then never be served what is written next (reliability.md T8).
    ahead = _delivered(info) > (await courier.stream()).state.last_seq
    if ahead or sorted(filter(None, heard)) != subjects:
        await courier.js.delete_consumer(STREAM, durable)
        await courier.js.add_consumer(STREAM, _configuration(durable, subjects))
    elif info.num_ack_pending and not info.num_waiting:
        await _take_over(courier, durable)


async def _take_over(courier: Courier, durable: str) -> None:
    """Nobody reads, yet messages are out: who had them died, so they are served again at once."""
    with contextlib.suppress(APIError, TimeoutError):  # an older server: after `ack_wait` then
        await courier.js.reset_consumer(STREAM, durable)


def _delivered(info: ConsumerInfo) -> int:
    return info.delivered.stream_seq if info.delivered else 0


def _configuration(durable: str, subjects: list[str]) -> ConsumerConfig:
    return ConsumerConfig(
        name=durable,
        durable_name=durable,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=30,
        max_deliver=-1,
        max_ack_pending=1000,
        max_waiting=64,
        filter_subjects=subjects,
    )
