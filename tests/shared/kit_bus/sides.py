"""Two services for tests of the bus: `tickets` states facts, `sla` listens and leaves effects."""

import contextlib
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg

from shared.events.base import Event
from shared.events.ticket import TicketFeedbackGiven
from shared.events.timer import TimerFired
from shared.kit.bus import Bus, Consumers
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.kit.workers import Workers
from tests.engines import eventually

EFFECTS = """
    create table sla.effect (
        event_id uuid not null, subject text not null, sequence bigint not null,
        score int not null, traceparent text not null, place bigserial);
    grant all on sla.effect, sla.effect_place_seq to sla_system"""


class PoisonError(Exception):
    """What a handler that never works raises."""


async def leave_effect(event: Event[TicketFeedbackGiven], tx: Tx) -> None:
    """The handler of most tests: one row for each time that it ran."""
    await tx.execute(
        "insert into sla.effect (event_id, subject, sequence, score, traceparent)"
        " values (:id, :subject, :sequence, :score, :traceparent)",
        {
            "id": event.id,
            "subject": event.subject,
            "sequence": event.sequence,
            "score": event.data.score,
            "traceparent": event.traceparent,
        },
    )


def consumers(**options: int) -> Consumers:
    """A listener that leaves effects."""
    made = Consumers("sla", **options)
    made.on(TicketFeedbackGiven)(leave_effect)
    return made


def fact(ticket: UUID, score: int = 5) -> TicketFeedbackGiven:
    return TicketFeedbackGiven.model_validate(
        {
            "ticket_id": ticket,
            "organization_id": uuid4(),
            "at": "2026-01-01T00:00:00Z",
            "score": score,
        }
    )


def fired(ticket: UUID) -> TimerFired:
    """A fact that the listening service may state."""
    return TimerFired.model_validate(
        {
            "key": f"close:{ticket}:0",
            "owner": "tickets",
            "ticket_id": ticket,
            "due_at": "2026-01-01T00:00:00Z",
            "fired_at": "2026-01-01T00:00:00Z",
        }
    )


async def state(context: Context, ticket: UUID, *scores: int) -> list[UUID]:
    """State one fact for each score, in one transaction."""
    async with context.tx() as tx:
        return [tx.emit(fact(ticket, score)) for score in scores or (5,)]


@contextlib.asynccontextmanager
async def running(context: Context, listening: Consumers | None = None) -> AsyncIterator[Bus]:
    """The workers of a service's bus, as the kit would run them."""
    bus = Bus(context, listening)
    workers = Workers(context, bus.workers())
    bus.start()
    workers.start()
    try:
        yield bus
    finally:
        await workers.stop()
        await bus.stop()


class Behind:
    """A look behind the walls, as the superuser."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def effects(self, subject: UUID | None = None) -> list[tuple[str, int]]:
        rows = await self._connection.fetch(
            "select subject, sequence from sla.effect order by place"
        )
        return [
            (row["subject"], row["sequence"])
            for row in rows
            if subject is None or row["subject"] == str(subject)
        ]

    async def sequences(self, subject: UUID) -> list[int]:
        return [sequence for _, sequence in await self.effects(subject)]

    async def has(self, subject: UUID, effects: int) -> bool:
        return len(await self.sequences(subject)) >= effects

    async def waits_for(self, subject: UUID, effects: int, *, within: float = 10) -> None:
        await eventually(lambda: self.has(subject, effects), within=within)

    async def all_published(self) -> bool:
        return not await self.count("tickets.outbox", "published_at is null")

    async def count(self, table: str, where: str = "true") -> int:
        return int(await self._connection.fetchval(f"select count(*) from {table} where {where}"))

    async def all(self, query: str, *values: object) -> list[asyncpg.Record]:
        return list(await self._connection.fetch(query, *values))

    async def one(self, query: str, *values: object) -> asyncpg.Record:
        (row,) = await self.all(query, *values)
        return row

    async def execute(self, statement: str, *values: object) -> None:
        await self._connection.execute(statement, *values)
