"""The stream keeper: the one identity that makes the stream, and makes it again when it is gone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import nats
from nats.aio.client import Client
from nats.errors import Error
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from deploy.local.journal import say
from deploy.local.layout import KEEPER, Home
from deploy.local.nats import STREAM

_DAY = 24 * 3600
_EVERY = 1.0
_PATIENCE = 2.0

DESIRED = StreamConfig(
    name=STREAM,
    subjects=["sanad.>"],
    storage=StorageType.FILE,
    retention=RetentionPolicy.LIMITS,
    discard=DiscardPolicy.OLD,
    max_age=7 * _DAY,
    duplicate_window=120,
)


@contextlib.asynccontextmanager
async def connection(url: str, home: Home) -> AsyncIterator[Client]:
    """As the keeper; a URL with credentials of its own (an external server) keeps those."""
    seed = None if "@" in url else home.secret(f"nats/{KEEPER}.seed")
    client = await nats.connect(
        url,
        nkeys_seed_str=seed,
        inbox_prefix=f"_INBOX_{KEEPER}",
        connect_timeout=2,
        allow_reconnect=False,
        error_cb=_quiet,
    )
    try:
        yield client
    finally:
        with contextlib.suppress(Error, OSError, TimeoutError):
            await client.close()


async def ensure(client: Client) -> bool:
    """Make the stream unless it is there; whether it had to be made."""
    stream = client.jetstream(timeout=_PATIENCE)
    try:
        found = (await stream.stream_info(STREAM)).config
    except NotFoundError:
        await stream.add_stream(DESIRED)
        return True
    if _differs(found):
        await _mend(stream)
    return False


async def keep(url: str, home: Home) -> None:
    """Look every second, through every failure, until cancelled."""
    while True:
        try:
            async with connection(url, home) as client:
                while client.is_connected:
                    if await ensure(client):
                        say("made the stream of facts")
                    await asyncio.sleep(_EVERY)
        except (Error, OSError, TimeoutError):
            pass  # away: its child is being restarted, or an external server is
        except Exception as failure:  # noqa: BLE001 - without its keeper the stream stays lost
            say(f"stream keeper: {failure!r}")
        await asyncio.sleep(_EVERY / 4)


def _differs(found: StreamConfig) -> bool:
    names = ("subjects", "max_age", "duplicate_window")
    return any(getattr(found, name) != getattr(DESIRED, name) for name in names)


async def _mend(stream: JetStreamContext) -> None:
    await stream.update_stream(DESIRED)


async def _quiet(_: Exception) -> None:
    """The next round tells; nats-py would log each of them."""
