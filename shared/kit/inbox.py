"""Applying facts exactly once and in order: many in one transaction, one by one when one is bad."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

from shared.kit import deadletters
from shared.kit.consumers import Consumers, Delivery, Key
from shared.kit.context import Context
from shared.kit.deadletters import Held
from shared.kit.logging import get_logger
from shared.kit.peers import PeerUnavailable
from shared.kit.tx import Tx

PREFETCHES, PREFETCH_TIME = 8, 10.0
"""How many ask at once, and how long a batch waits for a peer that hangs."""

_log = get_logger("bus")

_PLACES = """
    select k.source, k.subject, coalesce(c.sequence, 0) as done,
        (select min(d.sequence) from {schema}.dead_letter d
         where d.source = k.source and d.subject = k.subject) as head
    from unnest(cast(:sources as text[]), cast(:subjects as text[])) as k (source, subject)
    left join {schema}.checkpoint c on c.source = k.source and c.subject = k.subject"""
_REMEMBER = """
    with line as (
        select * from unnest(cast(:sources as text[]), cast(:subjects as text[]),
            cast(:firsts as bigint[]), cast(:reached as bigint[]))
            as l (source, subject, first, reached)),
    fit as (
        select :sorted or not exists (
            select 1 from line l
            left join {schema}.checkpoint c on c.source = l.source and c.subject = l.subject
            where coalesce(c.sequence, 0) <> l.first - 1 or exists (
                select 1 from {schema}.dead_letter d
                where d.source = l.source and d.subject = l.subject)) as ok),
    moved as (
        insert into {schema}.checkpoint as c (source, subject, sequence)
        select source, subject, reached from line, fit where fit.ok
        on conflict (source, subject) do update
        set sequence = greatest(c.sequence, excluded.sequence)),
    fresh as (
        insert into {schema}.inbox (event_id, handler)
        select id, :handler from unnest(cast(:ids as uuid[])) as f (id), fit where fit.ok
        on conflict do nothing returning event_id)
    select fit.ok, array(select event_id from fresh) as fresh from fit"""


class OutOfLineError(Exception):
    """A batch that was taken on trust holds more than the next facts of quiet lines."""


@dataclass(slots=True)
class Sorted:
    """What is to become of a batch: to apply now, to hold behind others, or too early to know."""

    ready: list[Delivery] = field(default_factory=list)
    behind: list[Held] = field(default_factory=list)
    early: list[Delivery] = field(default_factory=list)


class Inbox:
    """Where facts enter a service; the checkpoint of a line tells old, next and too early apart."""

    def __init__(self, context: Context, consumers: Consumers) -> None:
        self._context = context
        self._consumers = consumers
        self.failures = 0

    async def settle(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Apply, hold or recognise as old; returns those that must wait for an earlier fact.

        Whatever is not returned is safe in PostgreSQL and may be acknowledged.
        """
        if await self._settle_at_once(deliveries):
            return []
        batch = await self._sort(deliveries)
        fetched = await self._prefetch(batch.ready)
        ready = self._without_failed(batch, fetched)
        if failure := await self._attempt(ready, fetched):
            await self._one_by_one(ready, fetched, batch, failure)
        if batch.behind:
            async with self._context.tx() as tx:
                await deadletters.hold(tx, batch.behind)
                tx.wake("retries")
        return batch.early

    async def _settle_at_once(self, deliveries: Sequence[Delivery]) -> bool:
        """The usual case without a look beforehand: each fact is the next one of its line."""
        ordered = sorted(deliveries, key=_place)
        if self._asks_peers(ordered) or not _contiguous(ordered):
            return False
        nothing: dict[Any, Any] = {event_id: [] for event_id in _ids(ordered)}
        return await self._attempt(ordered, nothing, sort=False) is None

    async def hold_early(self, deliveries: Sequence[Delivery]) -> None:
        """The one before is late: wait in PostgreSQL, where waiting costs NATS nothing."""
        async with self._context.tx() as tx:
            await deadletters.hold(tx, [Held(one) for one in deliveries])
            tx.wake("retries")

    async def retry(self, deliveries: Sequence[Delivery]) -> None:
        """Another attempt at held facts, each the first of its line."""
        fetched = await self._prefetch(deliveries)
        for one in deliveries:
            failure = fetched[one.id]
            if not isinstance(failure, BaseException):
                failure = await self._attempt([one], fetched, held=True)
            if failure:
                await self._defer(one, failure)

    async def _sort(self, deliveries: Sequence[Delivery]) -> Sorted:
        batch = Sorted()
        places = await self._places({one.key for one in deliveries})
        for one in sorted(deliveries, key=_place):
            done, head = places[one.key]
            if one.sequence <= done:
                continue
            if head is not None and one.sequence > head:
                batch.behind.append(Held(one))
            elif one.sequence > done + 1:
                batch.early.append(one)
            else:
                batch.ready.append(one)
                places[one.key] = (one.sequence, head)
        return batch

    async def _places(self, keys: Iterable[Key]) -> dict[Key, tuple[int, int | None]]:
        asked = list(keys)
        params = {
            "sources": [key.source for key in asked],
            "subjects": [key.subject for key in asked],
        }
        async with self._context.tx() as tx:
            rows = await tx.only(_PLACES.format(schema=self._context.schema), params)
        return {Key(row["source"], row["subject"]): (row["done"], row["head"]) for row in rows}

    async def _prefetch(self, deliveries: Sequence[Delivery]) -> dict[Any, Any]:
        """For each event the answers of its prefetches, in its handlers' order, or an error."""
        turn = asyncio.Semaphore(PREFETCHES)
        deadline = asyncio.get_running_loop().time() + PREFETCH_TIME

        async def fetch(one: Delivery) -> list[Any]:
            listeners = self._consumers.listeners(one.type)
            if not self._asks_peers([one]):
                return []
            try:
                async with asyncio.timeout_at(deadline), turn:
                    event = one.event()
                    return [
                        await listener.prefetch(event, self._context) if listener.prefetch else None
                        for listener in listeners
                    ]
            except TimeoutError as error:
                raise PeerUnavailable from error

        outcomes = await asyncio.gather(*map(fetch, deliveries), return_exceptions=True)
        return {one.id: outcome for one, outcome in zip(deliveries, outcomes, strict=True)}

    def _asks_peers(self, deliveries: Sequence[Delivery]) -> bool:
        return any(
            listener.prefetch
            for one in deliveries
            for listener in self._consumers.listeners(one.type)
        )

    def _without_failed(self, batch: Sorted, fetched: dict[Any, Any]) -> list[Delivery]:
        """Move what could not be prefetched, and what follows it in its line, behind."""
        stuck: set[Key] = set()
        fine = []
        for one in batch.ready:
            outcome = fetched[one.id]
            if isinstance(outcome, BaseException) and one.key not in stuck:
                self._note(one, outcome)
                batch.behind.append(Held(one, outcome))
                stuck.add(one.key)
            elif one.key in stuck:
                batch.behind.append(Held(one))
            else:
                fine.append(one)
        return fine

    async def _apply(
        self, ready: Sequence[Delivery], fetched: dict[Any, Any], *, held: bool, is_sorted: bool
    ) -> None:
        """One transaction: remember the events, run the handlers of those not known yet, commit."""
        if not ready:
            return
        handled = [one for one in ready if self._consumers.listeners(one.type)]
        statement, params = self._remember(ready, handled, is_sorted=is_sorted)
        async with self._context.tx() as tx:
            alone = not handled and not held
            (row,) = await (tx.only(statement, params) if alone else tx.rows(statement, params))
            if not row["ok"]:
                raise OutOfLineError
            fresh = set(row["fresh"])
            for one in handled:
                if one.id in fresh:
                    await self._handle(one, tx, fetched[one.id])
            if held:
                await deadletters.release(tx, _ids(ready))

    def _remember(
        self, ready: Sequence[Delivery], handled: Sequence[Delivery], *, is_sorted: bool
    ) -> tuple[str, dict[str, Any]]:
        reached = {one.key: one.sequence for one in ready}
        firsts = {one.key: one.sequence for one in reversed(ready)}
        return _REMEMBER.format(schema=self._context.schema), {
            "sources": [key.source for key in reached],
            "subjects": [key.subject for key in reached],
            "firsts": [firsts[key] for key in reached],
            "reached": list(reached.values()),
            "ids": _ids(handled),
            "handler": self._consumers.service,
            "sorted": is_sorted,
        }

    async def _handle(self, one: Delivery, tx: Tx, fetched: list[Any]) -> None:
        event = one.event()
        tx.traceparent = event.traceparent
        for index, listener in enumerate(self._consumers.listeners(one.type)):
            extra = (fetched[index],) if listener.prefetch else ()
            await listener.handle(event, tx, *extra)

    async def _attempt(
        self,
        ready: Sequence[Delivery],
        fetched: dict[Any, Any],
        *,
        held: bool = False,
        sort: bool = True,
    ) -> Exception | None:
        try:
            await self._apply(ready, fetched, held=held, is_sorted=sort)
        except Exception as error:  # noqa: BLE001 - a handler's or the database's: tried again
            return error
        return None

    async def _one_by_one(
        self,
        ready: Sequence[Delivery],
        fetched: dict[Any, Any],
        batch: Sorted,
        failure: Exception | None,
    ) -> None:
        """One of the batch is bad: give each a transaction of its own, so that it harms itself."""
        stuck: set[Key] = set()
        for one in ready:
            if one.key in stuck:
                batch.behind.append(Held(one))
                continue
            if len(ready) > 1:
                failure = await self._attempt([one], fetched)
            if failure:
                self._note(one, failure)
                batch.behind.append(Held(one, failure))
                stuck.add(one.key)

    async def _defer(self, one: Delivery, error: BaseException) -> None:
        self._note(one, error)
        async with self._context.tx() as tx:
            parked = await deadletters.defer(tx, one, error, self._consumers.max_attempts)
        if parked:
            _log.error("event parked", event_id=str(one.id), type=one.type)

    def _note(self, one: Delivery, error: BaseException) -> None:
        self.failures += 1
        _log.warning(
            "event failed",
            event_id=str(one.id),
            type=one.type,
            attempt=one.attempts + 1,
            error=deadletters.describe(error),
        )


def _place(one: Delivery) -> tuple[Key, int]:
    return one.key, one.sequence


def _ids(deliveries: Sequence[Delivery]) -> list[UUID]:
    return [one.id for one in deliveries]


def _contiguous(ordered: Sequence[Delivery]) -> bool:
    pairs = pairwise(ordered)
    return all(a.key != b.key or a.sequence + 1 == b.sequence for a, b in pairs)
