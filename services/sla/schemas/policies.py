"""HTTP bodies of policies."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from services.sla.domain.durations import BadDuration, iso_seconds
from services.sla.domain.words import NextStarts
from shared.kit.model import Body, Instant, Line, Out
from shared.vocabulary import Metric, Priority, Role, Status


def _iso(text: str) -> str:
    try:
        iso_seconds(text)
    except BadDuration:
        raise PydanticCustomError("invalid_duration", "A duration such as PT4H") from None
    return text


def _positive(text: str) -> str:
    if iso_seconds(_iso(text)) == 0:
        raise PydanticCustomError("invalid_duration", "A duration longer than nothing")
    return text


Iso = Annotated[str, Field(max_length=40, examples=["PT4H"]), AfterValidator(_iso)]
LongIso = Annotated[str, Field(max_length=40, examples=["PT4H"]), AfterValidator(_positive)]
Percent = Annotated[float, Field(gt=0, lt=1)]
ShortLine = Annotated[str, Line(200)]


class Name(Body):
    """A name in both languages."""

    ar: ShortLine
    en: ShortLine


class BusinessDays(Body):
    """A wait or target in business days."""

    business_days: Annotated[int, Field(ge=1, le=1000)]


class TargetIn(Body):
    """A promise; without a calendar the contract's counts, else the company's."""

    target: LongIso | BusinessDays
    calendar: Literal["always_open"] | UUID | None = None


class WhenIn(Body):
    """Restricts a rung to priorities."""

    priority: list[Priority]


class StepIn(Body):
    """A rung: how long after the previous one of its metric, to whom, what is done."""

    metric: Metric
    after: Literal["breach"] | Iso | BusinessDays
    to: Role
    action: Annotated[list[Literal["assign", "notify"]], Field(min_length=1, max_length=2)]
    when: WhenIn | None = None


Targets = dict[Priority, dict[Metric, TargetIn]]
Statuses = Annotated[list[Status], Field(max_length=8)]
Points = Annotated[list[Percent], Field(max_length=5)]
Ladder = Annotated[list[StepIn], Field(max_length=20)]


def _pausable(metrics: list[Metric]) -> list[Metric]:
    if Metric.FIRST_RESPONSE in metrics:
        raise PydanticCustomError("never_pauses", "The first response never pauses")
    return metrics


Pausable = Annotated[list[Metric], Field(max_length=3), AfterValidator(_pausable)]


class PolicyIn(Body):
    """A policy (contracts.md, policy object). All of it may be seconds long."""

    name: ShortLine | Name
    targets: Targets
    pause_statuses: Statuses = Field(default_factory=lambda: [Status.WAITING_CUSTOMER])
    pause_metrics: Pausable = Field(default_factory=lambda: [Metric.RESOLUTION])
    stop_statuses: Statuses = Field(default_factory=lambda: [Status.RESOLVED, Status.CLOSED])
    warn_at: Points = Field(default_factory=lambda: [0.75])
    next_response_starts: NextStarts = NextStarts.OLDEST_UNANSWERED
    resolve_counts_as_first_response: bool = False
    ladder: Ladder = Field(default_factory=list)
    reopen_window: Iso = "PT24H"


class PolicyPatch(Body):
    """The fields that a new version changes."""

    name: ShortLine | Name | None = None
    targets: Targets | None = None
    pause_statuses: Statuses | None = None
    pause_metrics: Pausable | None = None
    stop_statuses: Statuses | None = None
    warn_at: Points | None = None
    next_response_starts: NextStarts | None = None
    resolve_counts_as_first_response: bool | None = None
    ladder: Ladder | None = None
    reopen_window: Iso | None = None


class PolicyOut(PolicyIn):
    """The newest version of a policy; tickets keep the one that they began with."""

    id: UUID
    version: int
    created_at: Instant
    updated_at: Instant


class PolicyList(Out):
    """A page of policies."""

    items: list[PolicyOut]
    next_cursor: str | None = None
