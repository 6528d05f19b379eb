"""From the outbox to the stream: rows are claimed, never read by a cursor (reliability.md T11)."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from nats.js.api import PubAck
from sqlalchemy import RowMapping

from shared.kit.context import Context
from shared.kit.courtesy import Turn, lingering
from shared.kit.deadletters import describe
from shared.kit.epoch import Epoch
from shared.kit.logging import get_logger
from shared.kit.nats import STREAM, Courier
from shared.kit.workers import Stop

BATCH = 500
PUBLISH_TIMEOUT = 3.0
BATCH_TIME = 5.0
"""Below the database's patience with an idle transaction, which holds the claim."""
SHORTEST_REST, LONGEST_REST = 0.2, 1.0
LOOK_EVERY = 2.0
BUSY = 0.02
"""While commits follow each other this closely, a batch may gather for a moment."""
DAYS_AHEAD, KEEP_OUTBOX, KEEP_INBOX = 3, 7, 8
ROLL_EVERY = 6 * 3600.0

_log = get_logger("bus")

_CLAIM = """
    select id, route, subject, sequence, body from {schema}.outbox
    where published_at is null order by id limit :limit for update skip locked"""
_MARK = """
    with sent as (
        select * from unnest(cast(:ids as uuid[]), cast(:sequences as bigint[])) s (id, sequence)),
    marked as (
        update {schema}.outbox o set published_at = now(), stream_seq = sent.sequence
        from sent where o.id = sent.id and o.id between :least and :most)
    update {schema}.relay_state set last_seq = greatest(last_seq, :last)"""


class Relay:
    """Publishes what transactions stated; at least once, in order for each subject.

    Only awaited publishes with a deadline: nats-py's asynchronous ones can stay unresolved for
    ever (T4). What is not acknowledged stays in the outbox.
    """

    def __init__(self, context: Context, courier: Courier) -> None:
        self._context = context
        self._courier = courier
        self._epoch = Epoch(context, courier)
        self._way = Turn(context.courtesy, context.settings.relay_burst_seconds)
        self.published = 0
        self.failures = 0
        self.trouble: str | None = None
        """The kind of error that keeps facts in the outbox at this moment."""

    async def run(self, _context: Context, stop: Stop) -> None:
        """The worker: until stopped, publish; rest when there is nothing or nobody."""
        rest, looked, began = SHORTEST_REST, 0.0, 0.0
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            if not await self._courier.wait(LONGEST_REST):
                continue
            try:
                if self._epoch.unsure or loop.time() - looked > LOOK_EVERY:
                    await self._epoch.look()
                    looked = loop.time()
                await self._way.come()
                began = loop.time()
                claimed = await self.once()
            except Exception as error:  # noqa: BLE001 - NATS or PostgreSQL is away: both come back
                self._failed(error)
                await stop.wait(rest)  # not the bell: commits would ring it all the time
                rest = min(rest * 1.5, LONGEST_REST)
                continue
            self.trouble = None
            rest = SHORTEST_REST if claimed else min(rest * 1.5, LONGEST_REST)
            if claimed < BATCH:
                asleep = loop.time()
                await self._context.wait("relay", rest)
                if claimed and loop.time() - asleep < BUSY:
                    await stop.wait(lingering(asleep - began, claimed))

    async def once(self) -> int:
        """Publish one batch; how many facts it held. Raises when not all went out."""
        async with self._context.tx() as tx:
            schema = self._context.schema
            rows = await tx.rows(_CLAIM.format(schema=schema), {"limit": BATCH})
            if not rows:
                return 0
            batch = Batch(self._courier, self._epoch)
            await batch.send(rows)
            if batch.sent:
                await tx.execute(_MARK.format(schema=schema), batch.marks())
                self.published += len(batch.sent)
        if batch.error is not None:
            raise batch.error
        return len(rows)

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        self._epoch.doubt()
        trouble, self.trouble = self.trouble, describe(error)
        if trouble != self.trouble:
            _log.warning("relay waits", error=self.trouble)


class Batch:
    """One claim on its way: a lane for each subject, and within a lane one after another."""

    def __init__(self, courier: Courier, epoch: Epoch) -> None:
        self._js = courier.js
        self._epoch = epoch
        self._last = epoch.last
        self._until = asyncio.get_running_loop().time() + BATCH_TIME
        self.sent: list[tuple[UUID, int]] = []
        self.error: Exception | None = None

    async def send(self, rows: Sequence[RowMapping]) -> None:
        lanes: dict[str, list[RowMapping]] = {}
        for row in rows:
            lanes.setdefault(row["subject"], []).append(row)
        await asyncio.gather(*(self._lane(lane) for lane in lanes.values()))

    def marks(self) -> dict[str, Any]:
        ids = [event_id for event_id, _ in self.sent]
        self._epoch.last = max(self._last, *(sequence for _, sequence in self.sent))
        return {
            "ids": ids,
            "sequences": [sequence for _, sequence in self.sent],
            "least": min(ids),
            "most": max(ids),
            "last": self._epoch.last,
        }

    async def _lane(self, rows: list[RowMapping]) -> None:
        rows.sort(key=lambda row: row["sequence"])
        for row in rows:
            if asyncio.get_running_loop().time() > self._until:
                self.error = self.error or TimeoutError("the batch took too long")
                return
            try:
                ack = await self._publish(row, str(row["id"]))
                if ack.duplicate and ack.seq < self._epoch.first:
                    # The server remembers an id whose message it no longer has (a purge).
                    ack = await self._publish(row, f"{row['id']}.{self._epoch.first}")
            except Exception as error:  # noqa: BLE001 - the rest of its lane must not overtake
                self.error = error
                return
            if not ack.duplicate and ack.seq <= self._last:
                self._epoch.doubt()
            self.sent.append((row["id"], ack.seq))

    async def _publish(self, row: RowMapping, message_id: str) -> PubAck:
        headers = {"Nats-Msg-Id": message_id, "Nats-Expected-Stream": STREAM}
        return await self._js.publish(
            row["route"], row["body"].encode(), timeout=PUBLISH_TIMEOUT, headers=headers
        )


async def roll_days(context: Context, stop: Stop) -> None:
    """The worker that makes the coming days' partitions and drops those past keeping."""
    while not stop.is_set():
        async with context.tx() as tx:
            await tx.only(
                f"select {context.schema}.roll_partitions(:ahead, :outbox, :inbox)",
                {"ahead": DAYS_AHEAD, "outbox": KEEP_OUTBOX, "inbox": KEEP_INBOX},
            )
        await stop.wait(ROLL_EVERY)
