"""HTTP bodies of a replay: real tickets under a draft policy, old beside new."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.sla.schemas.policies import PolicyIn
from shared.kit.model import Body, Instant, Out
from shared.vocabulary import Localized, Metric, Role

LONGEST_DAYS = 90


class VersionOf(Body):
    """A policy or calendar that exists, in a version; without one the newest."""

    id: UUID
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class ReplayIn(Body):
    """What to judge by: a policy (draft or existing), calendars instead of some, or both."""

    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 30
    policy: PolicyIn | VersionOf | None = None
    calendars: Annotated[dict[UUID, dict[str, Any]], Field(max_length=20)] = Field(
        default_factory=dict
    )
    of_policy: UUID | None = None
    organization_id: UUID | None = None
    limit: Annotated[int, Field(ge=0, le=500)] = 100

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.policy is None and not self.calendars:
            raise PydanticCustomError("missing", "A policy or a calendar to judge by")
        return self


class CountsOut(Out):
    """How promises ended: `tickets` had one; attainment is null while none has ended."""

    tickets: int
    met: int
    breached: int
    open: int
    attainment: float | None


class LineOut(Out):
    """One metric and priority, old beside new."""

    metric: Metric
    priority: str
    old: CountsOut
    new: CountsOut


class OutcomeOut(Out):
    """One ticket's promise."""

    state: Literal["met", "breached", "open", "none"]
    due_at: Instant | None
    breached_at: Instant | None


class ChangeOut(Out):
    """A promise that ends differently."""

    ticket_id: UUID
    number: str
    metric: Metric
    priority: str
    old: OutcomeOut
    new: OutcomeOut


class ChangesOut(Out):
    """Outcomes that differ; `moved` counts tickets with another due instant, ended ones too."""

    better: int
    worse: int
    moved: int
    open_moved: int
    items: list[ChangeOut]
    more: bool


class RungOut(Out):
    """How often a rung called somebody."""

    metric: Metric
    level: int
    to: Role
    calls: int
    outside_hours: int


class CallsOut(Out):
    """Who would have been woken; hours are those of the company's wall clock."""

    total: int
    outside_hours: int
    outside_share: float | None
    by_hour: Annotated[list[int], Field(min_length=24, max_length=24)]
    by_weekday: dict[str, int]
    rungs: list[RungOut]


class WokenOut(Out):
    """Old beside new."""

    timezone: str
    old: CallsOut
    new: CallsOut


class ReplayOut(Out):
    """What a draft would have done; `truncated` when older tickets of the span are left out.

    `oldest` is how far back it went, `next_cursor` goes on with the older ones.
    """

    since: Instant
    until: Instant
    oldest: Instant | None
    tickets: int
    truncated: bool
    next_cursor: str | None
    metrics: list[LineOut]
    changes: ChangesOut
    woken: WokenOut
    text: Localized
