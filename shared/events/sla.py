"""What sla states: clocks, warnings and breaches."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.base import Fact, Instant
from shared.events.timer import Delay
from shared.vocabulary import Metric, Priority, Role


class Wire(BaseModel):
    """A part of a fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ClockState(Wire):
    """One metric as it stands; `due_at` is null while stopped, paused or without a target.

    `counted_seconds` is told of a clock at rest: of a running one it is old at once.
    """

    metric: Metric
    state: Literal["running", "paused", "stopped", "met", "breached", "cancelled", "none"]
    due_at: Instant | None = None
    met_at: Instant | None = None
    breached_at: Instant | None = None
    warned_at: Instant | None = None
    target_seconds: int | None = None
    counted_seconds: int | None = None


class LadderStep(Wire):
    """One rung: how long after the previous one of its metric, to whom, what is done."""

    metric: Metric
    level: int
    after: Delay | Literal["breach"]
    to: Role
    action: tuple[Literal["assign", "notify"], ...]
    priorities: tuple[Priority, ...] | None = None


class SlaFact(Fact):
    """Common to clock facts."""

    ticket_id: UUID
    organization_id: UUID
    at: Instant


class SlaClockStarted(SlaFact):
    """The promise of a ticket is known."""

    TYPE = "sla.clock_started.v1"
    policy_id: UUID
    policy_version: int
    contract_id: UUID | None = None
    reopen_window_seconds: int
    clocks: tuple[ClockState, ...]
    next_due_at: Instant | None = None


class SlaClockUpdated(SlaFact):
    """The promise moved: pause, resume, met, retarget, stop, reopen."""

    TYPE = "sla.clock_updated.v1"
    clocks: tuple[ClockState, ...]
    next_due_at: Instant | None = None
    generation: int
    cause: str
    policy_id: UUID | None = None
    """Set, with what follows, when the ticket is served under other terms than before."""
    policy_version: int | None = None
    contract_id: UUID | None = None
    reopen_window_seconds: int | None = None
    outside: tuple[ClockState, ...] | None = None
    """What customers are told of the clocks of a ticket that was set aside as spam."""


class SlaWarning(SlaFact):
    """A share of the target is used up."""

    TYPE = "sla.warning.v1"
    metric: Metric
    point: float
    due_at: Instant
    before_seconds: int | None = None
    """Counted time before the due instant, where the policy asked for that and not for a share."""


class SlaBreached(SlaFact):
    """A promise was broken at `breached_at` (the due instant), fired at `fired_at`."""

    TYPE = "sla.breached.v1"
    metric: Metric
    cycle: int
    due_at: Instant
    breached_at: Instant
    fired_at: Instant
    cause: Literal["elapsed", "retarget", "calendar"]
    priority: Priority
    department_id: UUID
    policy_id: UUID
    policy_version: int
    ladder: tuple[LadderStep, ...]


class SlaBreachVoided(SlaFact):
    """A stop that happened in time arrived after firing; the ladder is called off (sla.md 5.7)."""

    TYPE = "sla.breach_voided.v1"
    metric: Metric
    cycle: int
    cause: Literal["late_arrival", "calendar", "unmerge"]


class SlaExcused(SlaFact):
    """A manager excused a breach; reports show raw and excused."""

    TYPE = "sla.excused.v1"
    metric: Metric
    cycle: int
    actor_id: UUID


class SlaPauseOverdue(SlaFact):
    """The desk has waited for the customer for too long; once per pause and limit (sla.md 5.6)."""

    TYPE = "sla.pause_overdue.v1"
    limit: Literal["reminder", "resolve"]
    paused_since: Instant
    due_at: Instant


class SlaCalendarUnconfirmed(Fact):
    """A holiday or season begins in two days or less and nobody has confirmed it (sla.md 5.11)."""

    TYPE = "sla.calendar_unconfirmed.v1"
    SUBJECT = "calendar_id"
    calendar_id: UUID
    item: Literal["holiday", "season"]
    first_day: date
    last_day: date
    at: Instant


class SlaMet(SlaFact):
    """A promise was kept at `met_at`."""

    TYPE = "sla.met.v1"
    metric: Metric
    cycle: int
    met_at: Instant
    due_at: Instant | None = None
    counted_seconds: int | None = None
    outside: bool = False
    """Told to customers only: the ticket was set aside as spam, and they hear that it is closed."""
