"""Applying facts exactly once and in order: many in one transaction, one by one when one is bad."""

from collections.abc import Sequence
from typing import Any

from shared.events.base import Event
from shared.kit import deadletters
from shared.kit.consumers import Consumers, Delivery, Key
from shared.kit.context import Context
from shared.kit.deadletters import Held
from shared.kit.lines import Sorted, contiguous, in_order, look_up, move_on, sort
from shared.kit.logging import get_logger
from shared.kit.prefetch import Answers, asks_peers, prefetch
from shared.kit.tx import Tx

_log = get_logger("bus")


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
        ordered = in_order(deliveries)
        if await self._settle_at_once(ordered):
            return []
        batch = sort(ordered, await look_up(self._context, {one.key for one in ordered}))
        answers = await prefetch(self._context, self._consumers, batch.ready)
        await self._apply(batch, self._without_failed(batch, answers), answers)
        if batch.behind:
            await self._hold(batch.behind)
        return batch.early

    async def hold_early(self, deliveries: Sequence[Delivery]) -> None:
        """The one before is late: wait in PostgreSQL, where waiting costs NATS nothing."""
        await self._hold([Held(one) for one in deliveries])

    async def retry(self, deliveries: Sequence[Delivery]) -> None:
        """Another attempt at held facts, each the first of its line."""
        answers = await prefetch(self._context, self._consumers, deliveries)
        for one in deliveries:
            failure = answers[one.id]
            if not isinstance(failure, BaseException):
                attempt = await self._attempt([one], answers, held=True)
                if attempt is None:
                    continue
                failure = attempt
            await self._defer(one, failure)

    async def _settle_at_once(self, ordered: Sequence[Delivery]) -> bool:
        """The usual case without a look beforehand: each fact is the next one of its line."""
        if asks_peers(self._consumers, ordered) or not contiguous(ordered):
            return False
        nothing: Answers = {one.id: [] for one in ordered}
        return await self._attempt(ordered, nothing, trusted=False) is None

    def _without_failed(self, batch: Sorted, answers: Answers) -> list[Delivery]:
        """Move what could not be prefetched, and what follows it in its line, behind."""
        stuck: set[Key] = set()
        fine = []
        for one in batch.ready:
            answer = answers[one.id]
            if one.key in stuck:
                batch.behind.append(Held(one))
            elif isinstance(answer, BaseException):
                self._fail(batch, one, answer, stuck)
            else:
                fine.append(one)
        return fine

    async def _apply(self, batch: Sorted, ready: Sequence[Delivery], answers: Answers) -> None:
        """When one of the batch is bad each gets its own transaction, so that it harms itself."""
        failure = await self._attempt(ready, answers)
        if failure is None:
            return
        stuck: set[Key] = set()
        for one in ready:
            if one.key in stuck:
                batch.behind.append(Held(one))
                continue
            if len(ready) > 1:
                failure = await self._attempt([one], answers)
            if failure is not None:
                self._fail(batch, one, failure, stuck)

    async def _attempt(
        self,
        ready: Sequence[Delivery],
        answers: Answers,
        *,
        trusted: bool = True,
        held: bool = False,
    ) -> Exception | None:
        """One transaction: remember the events, run the handlers of those not known yet, commit."""
        if not ready:
            return None
        handled = [one for one in ready if held or self._consumers.listeners(one.type)]
        try:
            async with self._context.tx() as tx:
                fresh = await move_on(tx, ready, handled, trusted=trusted)
                heard = (one for one in handled if self._consumers.listeners(one.type))
                new = [(one, one.event()) for one in heard if one.id in fresh]
                tx.beside = [event for _, event in new]
                for one, event in new:
                    await self._handle(event, tx, answers[one.id])
                if held:
                    await deadletters.release(tx, [one.id for one in ready])
        except Exception as error:  # noqa: BLE001 - a handler's or the database's: tried again
            return error
        return None

    async def _handle(self, event: Event[Any], tx: Tx, answers: Any) -> None:
        tx.traceparent = event.traceparent
        for index, listener in enumerate(self._consumers.listeners(event.type)):
            extra = (answers[index],) if listener.prefetch else ()
            await listener.handle(event, tx, *extra)

    async def _hold(self, held: Sequence[Held]) -> None:
        async with self._context.tx() as tx:
            await deadletters.hold(tx, held)
            tx.wake("retries")

    async def _defer(self, one: Delivery, error: BaseException) -> None:
        self._note(one, error)
        async with self._context.tx() as tx:
            parked = await deadletters.defer(tx, one, error, self._consumers.max_attempts)
        if parked:
            _log.error("event parked", event_id=str(one.id), type=one.type)

    def _fail(self, batch: Sorted, one: Delivery, error: BaseException, stuck: set[Key]) -> None:
        self._note(one, error)
        batch.behind.append(Held(one, error))
        stuck.add(one.key)

    def _note(self, one: Delivery, error: BaseException) -> None:
        self.failures += 1
        _log.warning(
            "event failed",
            event_id=str(one.id),
            type=one.type,
            attempt=one.attempts + 1,
            error=deadletters.describe(error),
        )
