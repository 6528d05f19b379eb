"""What a service listens to: handlers by fact, and events as they come from the wire."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload
from uuid import UUID

from shared.events.base import Envelope, Event, Fact
from shared.events.catalogue import TYPES
from shared.kit.context import Context
from shared.kit.tx import Tx

F = TypeVar("F", bound=Fact)
P = TypeVar("P")

if TYPE_CHECKING:  # a pydantic generic is no generic to `typing` while the program runs
    Handler = Callable[[Event[F], Tx], Awaitable[None]]
    Prefetch = Callable[[Event[F], Context], Awaitable[P]]
    FetchingHandler = Callable[[Event[F], Tx, P], Awaitable[None]]


class Key(NamedTuple):
    """Facts of one source about one subject: the line in which order holds."""

    source: str
    subject: str


@dataclass(frozen=True, slots=True)
class Listener:
    """A handler and what it wants to know before its transaction begins."""

    handle: Callable[..., Awaitable[None]]
    prefetch: Callable[..., Awaitable[Any]] | None


@dataclass(slots=True)
class Delivery:
    """One event on its way into the service; `body` is kept as it came."""

    id: UUID
    type: str
    key: Key
    sequence: int
    body: str
    envelope: Envelope
    attempts: int = 0

    def event(self) -> Event[Any]:
        """The event with its fact; raises when the data is not what the book says."""
        envelope = self.envelope
        return Event.model_construct(
            id=envelope.id,
            type=envelope.type,
            source=envelope.source,
            subject=envelope.subject,
            time=envelope.time,
            sequence=envelope.sequence,
            traceparent=envelope.traceparent,
            data=TYPES[envelope.type].model_validate(envelope.data),
        )


def read_delivery(body: bytes | str, attempts: int = 0) -> Delivery:
    """Read the envelope; ValueError when these bytes are none."""
    text = body if isinstance(body, str) else body.decode()
    envelope = Envelope.model_validate_json(text)
    key = Key(envelope.source, envelope.subject)
    return Delivery(envelope.id, envelope.type, key, envelope.sequence, text, envelope, attempts)


class Consumers:
    """The second door of a service.

    A handler runs in the transaction that also remembers the event, so a redelivery never reaches
    it; events of one source and subject arrive in their order. What a handler needs from another
    service is fetched by `prefetch`, before the transaction. While events come thick and fast, a
    batch may gather for `linger` seconds.
    """

    def __init__(self, service: str, *, max_attempts: int = 10, linger: float = 0.0) -> None:
        self.service = service
        self.max_attempts = max_attempts
        self.linger = linger
        self._listeners: dict[str, list[Listener]] = {}

    @overload
    def on(self, fact: type[F]) -> "Callable[[Handler[F]], Handler[F]]": ...

    @overload
    def on(
        self, fact: type[F], prefetch: "Prefetch[F, P]"
    ) -> "Callable[[FetchingHandler[F, P]], FetchingHandler[F, P]]": ...

    def on(self, fact: type[Fact], prefetch: Callable[..., Awaitable[Any]] | None = None) -> Any:
        """Register the decorated handler; several handlers of one fact run in their order here."""

        def register(handler: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
            self._listeners.setdefault(fact.TYPE, []).append(Listener(handler, prefetch))
            return handler

        return register

    def listeners(self, event_type: str) -> list[Listener]:
        return self._listeners.get(event_type, [])

    def facts(self) -> set[type[Fact]]:
        """What the service's own handlers listen to, as the event book must say it."""
        return {
            TYPES[event_type]
            for event_type, listeners in self._listeners.items()
            if any(not one.handle.__module__.startswith("shared.kit") for one in listeners)
        }

    @property
    def subjects(self) -> list[str]:
        """NATS filters: whole families, so that no sequence has a hole (decisions.md 14)."""
        return sorted({f"sanad.{event_type.partition('.')[0]}.>" for event_type in self._listeners})
