"""The line to NATS: one connection that heals itself, and what is known about its health."""

import asyncio
import contextlib
import random
from collections.abc import Callable

from nats.aio.client import Client
from nats.js.api import StreamInfo
from nats.js.client import JetStreamContext

from shared.kit.endings import end
from shared.kit.logging import get_logger

STREAM = "SANAD"
"""The one stream of facts; only the stream keeper creates it (decisions.md 16)."""

_FALLEN = 0.05

_log = get_logger("bus")


class Courier:
    """Carries facts; may be away at any time, and the ledger in PostgreSQL never depends on it.

    `start` returns at once and keeps trying for ever. When the client gives up for good all the
    same (nats-py does on an authorization error), `on_lost` is called: a process that is deaf
    without knowing must end and be started anew (reliability.md T2).
    """

    def __init__(
        self,
        url: str,
        name: str,
        *,
        seed: str | None = None,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._url = url
        self._name = name
        self._seed = seed
        self._on_lost = on_lost
        self._client = Client()
        self._task: asyncio.Task[None] | None = None
        self._up = asyncio.Event()
        self._stopping = False
        self.generation = 0
        """Counts connections: what was asked of the server before a new one is forgotten there."""
        self.errors = 0
        self.problem: str | None = None
        """The kind of error that keeps the line down."""
        self.refusal: str | None = None
        """What the server forbade on this connection: a wrong allow-list looks like a timeout."""

    @property
    def client(self) -> Client:
        return self._client

    @property
    def js(self) -> JetStreamContext:
        return self._client.jetstream(timeout=2)

    @property
    def connected(self) -> bool:
        return self._client.is_connected

    def start(self) -> None:
        """Begin to connect in the background."""
        self._task = asyncio.create_task(self._connect(), name="nats")

    async def wait(self, timeout: float) -> bool:
        """Whether a connection stood within `timeout` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._up.wait()
        if not self.connected:
            # The line is down before the flag is, and waiting for a raised flag yields to nobody:
            # a loop around this would keep nats-py from ever lowering it.
            await asyncio.sleep(_FALLEN)
        return self.connected

    async def stream(self) -> StreamInfo:
        """A real round trip to JetStream; raises when it is away or the stream is not there."""
        return await self.js.stream_info(STREAM)

    async def stop(self) -> None:
        """Send what is buffered and close; subscriptions are expected to be gone already."""
        self._stopping = True
        if self._task is not None:
            await end(self._task)
        if self._client.is_closed:
            return
        with contextlib.suppress(Exception):  # a courier that is away has nothing to drain
            async with asyncio.timeout(2):
                await self._client.drain()
        if not self._client.is_closed:
            await self._client.close()

    async def _connect(self) -> None:
        await self._client.connect(
            self._url.split(","),
            name=self._name,
            inbox_prefix=f"_INBOX_{self._name}",
            nkeys_seed_str=self._seed,
            max_reconnect_attempts=-1,
            # nats-py has no jitter of its own; services that fell together must not rise together.
            reconnect_time_wait=random.uniform(0.2, 0.5),  # type: ignore[arg-type]  # noqa: S311
            connect_timeout=2,
            ping_interval=5,
            max_outstanding_pings=2,
            drain_timeout=2,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_connected,
            closed_cb=self._on_closed,
        )
        await self._on_connected()

    async def _on_connected(self) -> None:
        self.generation += 1
        self.refusal = self.problem = None
        self._up.set()
        _log.info("nats connected")

    async def _on_disconnected(self) -> None:
        self._up.clear()
        if not self._stopping:
            _log.warning("nats away")

    async def _on_error(self, error: Exception) -> None:
        self.errors += 1
        text = str(error)
        if not self.connected:
            self.problem = type(error).__name__
        if "permissions violation" in text.lower():
            self.refusal = text
            _log.error("nats refused", error=text)

    async def _on_closed(self) -> None:
        self._up.clear()
        if not self._stopping:
            _log.critical("nats connection closed for good")
            self._on_lost()
