"""Noticing that the stream is not what it was: wiped, made anew, rolled back, or full of holes."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nats.js.api import StreamInfo, StreamState
from nats.js.errors import NotFoundError
from sqlalchemy import RowMapping

from shared.kit.context import Context
from shared.kit.logging import get_logger
from shared.kit.nats import STREAM, Courier
from shared.kit.tx import Tx

_log = get_logger("bus")

_FORGET = """
    update {schema}.outbox set published_at = null, stream_seq = null
    where stream_seq > :survivor or stream_seq = any(cast(:holes as bigint[]))
        or stream_seq < :first and published_at > now() - make_interval(secs => :kept)"""


@dataclass(slots=True)
class Known:
    """What the relay remembers of the stream between two looks."""

    created: datetime | None
    last: int


class Epoch:
    """Compares the stream with what this service published into it, and forgets what is gone.

    NATS is a courier: whatever it lost is sent again from the outbox, with the same ids, and
    recognised by whoever had it already (decisions.md 15, reliability.md F4 and F5).
    """

    def __init__(self, context: Context, courier: Courier) -> None:
        self._context = context
        self._courier = courier
        self._generation = -1
        self._holes: int | None = None
        self.first = 0
        """The oldest sequence the stream holds; an acknowledgement below it is of a lost copy."""
        self.last = 0
        """The highest sequence known to be ours; a new message must come after it."""

    @property
    def unsure(self) -> bool:
        """A new connection may lead to a server that was put back or started from nothing."""
        return self._generation != self._courier.generation

    def doubt(self) -> None:
        """Something did not fit: look closely the next time."""
        self._generation = -1

    async def look(self) -> bool:
        """Compare; whether anything has to be sent again. Raises while the stream is away."""
        generation = self._courier.generation
        async with self._context.tx() as tx:
            known = await self._known(tx)
        info = await self._courier.stream()
        state = info.state
        close = self.unsure or info.created != known.created or state.last_seq < known.last
        close = (
            close
            or (state.num_deleted or 0) != self._holes
            or state.first_seq > max(self.last, self.first)
        )
        lost = await self._forget(known, info) if close else 0
        self.first, self.last = state.first_seq, min(known.last, state.last_seq)
        self._holes, self._generation = state.num_deleted or 0, generation
        return lost > 0

    async def _forget(self, known: Known, info: StreamInfo) -> int:
        survivor = await self._survivor(info.state) if info.created == known.created else 0
        async with self._context.tx() as tx:
            params = {
                "survivor": survivor,
                "holes": await self._deleted() if info.state.num_deleted else [],
                "first": info.state.first_seq,
                "kept": _kept(info),
            }
            result = await tx.execute(_FORGET.format(schema=self._context.schema), params)
            await tx.execute(
                f"update {self._context.schema}.relay_state"
                " set stream_created = :created, last_seq = :last",
                {"created": info.created, "last": min(survivor, info.state.last_seq)},
            )
        if result.rowcount:
            _log.warning("stream lost facts, sending again", facts=result.rowcount)
        return result.rowcount

    async def _known(self, tx: Tx) -> Known:
        schema = self._context.schema
        row = await tx.row(f"select stream_created, last_seq from {schema}.relay_state")
        if row is None:
            await tx.execute(
                f"insert into {schema}.relay_state default values on conflict do nothing"
            )
            return Known(None, 0)
        return Known(row["stream_created"], row["last_seq"])

    async def _survivor(self, state: StreamState) -> int:
        """The highest sequence below which everything of ours is still there, found by halving.

        Comparing last sequences is not enough: after a roll-back other services may have filled
        the same numbers again before we look.
        """
        low, high = 0, await self._newest()
        middle = high
        while low < high:
            own = await self._own_between(low, middle)
            if own is None or await self._holds(own, state):
                low = middle
            else:
                high = own["stream_seq"] - 1
            middle = (low + high + 1) // 2
        return low

    async def _newest(self) -> int:
        own = await self._own_between(0, 2**62)
        return own["stream_seq"] if own else 0

    async def _own_between(self, low: int, high: int) -> RowMapping | None:
        async with self._context.tx() as tx:
            rows = await tx.only(
                f"select id, stream_seq from {self._context.schema}.outbox"
                " where stream_seq > :low and stream_seq <= :high"
                " order by stream_seq desc limit 1",
                {"low": low, "high": high},
            )
        return rows[0] if rows else None

    async def _holds(self, own: RowMapping, state: StreamState) -> bool:
        if own["stream_seq"] < state.first_seq:
            return True  # expired, not lost
        if own["stream_seq"] > state.last_seq:
            return False
        try:
            message = await self._courier.js.get_msg(STREAM, own["stream_seq"])
        except NotFoundError:
            return False
        except TimeoutError:
            if self._courier.refusal:
                return True  # not allowed to look closer: numbers have to do
            raise
        found: str = (message.headers or {}).get("Nats-Msg-Id", "")
        return found.startswith(str(own["id"]))

    async def _deleted(self) -> list[int]:
        answer = await self._courier.client.request(
            f"$JS.API.STREAM.INFO.{STREAM}", b'{"deleted_details": true}', timeout=5
        )
        state: dict[str, Any] = json.loads(answer.data)["state"]
        return state.get("deleted") or []


def _kept(info: StreamInfo) -> float:
    """How long the stream keeps a message for certain; 0 when it also bounds size or number."""
    limits = (info.config.max_bytes, info.config.max_msgs, info.config.max_msgs_per_subject)
    if any(limit is not None and limit > 0 for limit in limits):
        return 0
    return max(0.0, (info.config.max_age or 7 * 86400) - 3600)
