"""A service hears a fact as its bus would: fetch first, then the handlers in one transaction."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from shared.events.base import Event, Fact
from shared.kit.consumers import Consumers
from shared.kit.context import Context
from shared.kit.ids import uuid7

F = TypeVar("F", bound=Fact)


def event_of(
    fact: F, *, source: str = "sanad/tickets", sequence: int = 1, at: datetime | None = None
) -> Event[F]:
    """The fact as it comes from the wire."""
    when = at or getattr(fact, "at", None) or getattr(fact, "fired_at", None)
    return Event[Any].model_construct(
        id=uuid7(),
        type=fact.TYPE,
        source=source,
        subject=fact.subject(),
        time=when or datetime.now(UTC),
        sequence=sequence,
        traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01",
        data=fact,
    )


async def hear(consumers: Consumers, context: Context, fact: F, *, sequence: int = 1) -> Event[F]:
    """All handlers of a fact, in their order."""
    event = event_of(fact, sequence=sequence)
    await hear_event(consumers, context, event)
    return event


async def hear_event(consumers: Consumers, context: Context, event: Event[Any]) -> None:
    listeners = consumers.listeners(event.type)
    assert listeners, f"nobody listens to {event.type}"
    fetched = [await one.prefetch(event, context) if one.prefetch else None for one in listeners]
    async with context.tx() as tx:
        for listener, known in zip(listeners, fetched, strict=True):
            if listener.prefetch:
                await listener.handle(event, tx, known)
            else:
                await listener.handle(event, tx)


async def stated(context: Context, kind: str) -> list[dict[str, Any]]:
    """Data of the facts of a type in the outbox, oldest first."""
    import orjson

    async with context.tx() as tx:
        rows = await tx.rows(
            f"select body from {context.schema}.outbox where route = :route order by id",
            {"route": f"sanad.{kind}"},
        )
    return [orjson.loads(row["body"])["data"] for row in rows]
