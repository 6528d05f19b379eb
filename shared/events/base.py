"""Facts and their CloudEvents 1.0 envelope (decisions.md 13, 14, 17)."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainSerializer


@lru_cache(maxsize=1024)
def render_instant(value: datetime) -> str:
    """RFC 3339 in UTC with `Z`, microseconds kept when there are any.

    Remembered: the facts of a batch say the same few instants again and again.
    """
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[datetime, PlainSerializer(render_instant, return_type=str, when_used="json")]


class Fact(BaseModel):
    """Something that happened; ids, states and times only, never personal text (decisions.md 9)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    SUBJECT: ClassVar[str] = "ticket_id"

    def subject(self) -> str:
        """The id that orders this fact among its source's facts."""
        return str(getattr(self, self.SUBJECT))

    @classmethod
    def family(cls) -> str:
        """First word of the type: facts of one family and source share their sequences."""
        return cls.TYPE.partition(".")[0]

    @classmethod
    def nats_subject(cls) -> str:
        """`sanad.<type without version>` (contracts.md, events)."""
        return f"sanad.{cls.TYPE.rpartition('.')[0]}"


F = TypeVar("F", bound=Fact)


class Envelope(BaseModel):
    """CloudEvents 1.0 in structured JSON; `sequence` counts 1..n per source and subject."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: str = "1.0"
    id: UUID
    type: str
    source: str
    subject: str
    time: Instant
    datacontenttype: str = "application/json"
    sequence: int
    traceparent: str
    data: dict[str, Any]


class Event(BaseModel, Generic[F]):
    """A fact as a listener receives it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    type: str
    source: str
    subject: str
    time: Instant
    sequence: int
    traceparent: str
    data: F
