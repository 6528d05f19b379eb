"""A service's side of the bus: what it hears (`Consumers`), what it says (relay), its health."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.events.base import Event
from shared.kit.consumers import Consumers
from shared.kit.context import Context
from shared.kit.nats import STREAM, Courier
from shared.kit.reader import Reader
from shared.kit.relay import Relay, roll_days
from shared.kit.workers import Worker

__all__ = ["Bus", "Consumers", "Event", "Figures"]

_FIGURES = """
    select (select count(*) from {schema}.outbox where published_at is null) as waiting,
        coalesce((select extract(epoch from clock_timestamp() - uuid_extract_timestamp(id))
            from {schema}.outbox where published_at is null order by id limit 1), 0) as age,
        (select count(*) from {schema}.dead_letter where state = 'parked') as parked,
        (select count(*) from {schema}.dead_letter where state <> 'parked') as held"""


@dataclass(frozen=True, slots=True)
class Figures:
    """How the bus fares, for health and metrics; `pending` is None while NATS does not say."""

    connected: bool
    stream: bool
    refusal: str | None
    outbox_waiting: int
    outbox_age_seconds: float
    parked: int
    held: int
    pending: int | None
    published: int
    handled: int
    trouble: str | None

    @property
    def healthy(self) -> bool:
        """Red means that somebody has to look: a parked fact, a closed door, an old outbox."""
        return not self.parked and self.stream and not self.refusal and self.outbox_age_seconds < 60


class Bus:
    """Connection, relay and reader of one process; nothing in it stops the HTTP door."""

    def __init__(
        self,
        context: Context,
        consumers: Consumers | None = None,
        *,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        settings = context.settings
        self.context = context
        self.courier = Courier(
            settings.nats_url, context.service, seed=_seed(context), on_lost=on_lost
        )
        self.relay = Relay(context, self.courier)
        hears = consumers is not None and bool(consumers.subjects) and settings.opens("events")
        self.reader = Reader(context, consumers, self.courier) if consumers and hears else None

    def start(self) -> None:
        """Begin to connect; returns at once, whether NATS is there or not."""
        self.courier.start()

    async def stop(self) -> None:
        """Close the connection; the workers have stopped before."""
        await self.courier.stop()

    def workers(self) -> list[Worker]:
        """What the service has to run for the bus, beside its own workers."""
        found = [Worker("relay", self.relay.run), Worker("partitions", roll_days)]
        if self.reader is not None:
            found += [Worker("consumer", self.reader.run), Worker("retries", self.reader.retry)]
        return found

    async def figures(self) -> Figures:
        """One look at PostgreSQL and, while it answers, at JetStream."""
        async with self.context.tx() as tx:
            (row,) = await tx.only(_FIGURES.format(schema=self.context.schema))
        stream, pending = await self._jetstream()
        return Figures(
            connected=self.courier.connected,
            stream=stream,
            refusal=self.courier.refusal,
            outbox_waiting=row["waiting"],
            outbox_age_seconds=float(row["age"]),
            parked=row["parked"],
            held=row["held"],
            pending=pending,
            published=self.relay.published,
            handled=self.reader.handled if self.reader else 0,
            trouble=self._trouble(),
        )

    def _trouble(self) -> str | None:
        hearing = self.reader.trouble if self.reader else None
        return self.courier.problem or self.relay.trouble or hearing

    async def _jetstream(self) -> tuple[bool, int | None]:
        if not self.courier.connected:
            return False, None
        try:
            await self.courier.stream()
            if self.reader is None:
                return True, 0
            info = await self.courier.js.consumer_info(STREAM, self.context.service)
        except Exception:  # noqa: BLE001 - health reports what it finds, it never raises
            return False, None
        return True, (info.num_pending or 0) + (info.num_ack_pending or 0)


def _seed(context: Context) -> str | None:
    """The service's nkey seed; an external NATS may have other means and no such file."""
    try:
        return str(context.settings.secret(f"nats/{context.service}.seed"))
    except FileNotFoundError:
        return None
