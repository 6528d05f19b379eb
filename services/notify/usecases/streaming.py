"""The feed as it grows: server-sent events that resume where the reader stopped."""

import time
from collections.abc import AsyncIterator
from typing import Final

from services.notify.problems import TooManyStreams
from services.notify.store import feed
from services.notify.usecases.hearing import heard
from services.notify.usecases.reading import STREAMS
from shared.kit.callers import Caller
from shared.kit.context import Context

_PING: Final = 15.0
_BATCH: Final = 100


class Streams:
    """The open streams of this process, counted for each caller."""

    def __init__(self) -> None:
        self._open: dict[object, int] = {}

    def admit(self, caller: Caller, most: int) -> None:
        if self._open.get(caller.id, 0) >= most:
            raise TooManyStreams(retry_after=30)

    async def follow(
        self, context: Context, caller: Caller, after: int, types: list[str]
    ) -> AsyncIterator[str]:
        """Events after a position until the stream's time is over; browsers then come back."""
        self._open[caller.id] = self._open.get(caller.id, 0) + 1
        until = time.monotonic() + context.settings.notify_stream_seconds
        try:
            yield "retry: 3000\n\n"
            while time.monotonic() < until:
                async with context.tx(caller) as tx:
                    rows = await feed.read(tx, caller, after, types, _BATCH)
                    told = await heard(tx, caller, [row["envelope"] for row in rows])
                for row, text in zip(rows, told, strict=True):
                    after = row["position"]
                    if text is not None:
                        yield f"id: {after}\nevent: event\ndata: {text}\n\n"
                if not rows:
                    await context.wait(STREAMS, _PING)
                    yield ": ping\n\n"
        finally:
            left = self._open[caller.id] - 1
            self._open.update({caller.id: left} if left else {})
            if not left:
                del self._open[caller.id]


STREAMING: Final = Streams()
