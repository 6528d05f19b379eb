"""HTTP bodies of the simulation."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.sla.domain.words import NextStarts
from shared.kit.model import Body, Instant, Out
from shared.vocabulary import Metric

Seconds = Annotated[int, Field(ge=0, le=10**10, strict=True)]
Word = Annotated[str, Field(max_length=200)]
Words = Annotated[list[Word], Field(max_length=1000)]


class QueryIn(Body):
    """A question about a calendar; what cannot be meant is answered by its code."""

    kind: Literal["deadline", "elapsed"]
    start: Instant
    end: Instant | None = None
    duration_seconds: Any = None
    business_days: Any = None
    direction: Literal["after", "before"] = "after"


class ImaginedPolicy(Body):
    """A policy of a simulation: targets in seconds, priorities and statuses free words."""

    targets: Annotated[dict[Word, dict[Metric, Seconds | None]], Field(max_length=1000)]
    pause_statuses: Words = Field(default_factory=list)
    pause_metrics: Annotated[list[Metric], Field(max_length=100)] = Field(default_factory=list)
    stop_statuses: Words = Field(default_factory=list)
    next_response_starts: NextStarts = NextStarts.OLDEST_UNANSWERED
    resolve_counts_as_first_response: bool = False


class ImaginedEvent(Body):
    """Something that happens to the ticket of a simulation."""

    at: Instant
    type: Literal["created", "agent_reply", "customer_reply", "auto_reply", "status", "priority"]
    priority: Word | None = None
    status: Word | None = None
    to: Word | None = None
    public: bool = True


class SimulationIn(Body):
    """A calendar and what is asked of it; `policy`, `events` and `as_of` belong together."""

    calendar: Any
    queries: Annotated[list[QueryIn], Field(max_length=1000)] = Field(default_factory=list)
    policy: ImaginedPolicy | None = None
    events: Annotated[list[ImaginedEvent], Field(max_length=1000)] = Field(default_factory=list)
    as_of: Instant | None = None


class SimulationOut(Out):
    """Answers in the order of the queries; clocks and ledger where a policy was given."""

    answers: list[dict[str, Any]]
    clocks: dict[str, dict[str, Any]] | None = None
    ledger: dict[str, list[dict[str, Any]]] | None = None
    error: str | None = None
