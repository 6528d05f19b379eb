"""What sla states: clocks, breaches and the timers of the house."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.base import Fact, Instant
from shared.vocabulary import Metric, Priority, Role


class Wire(BaseModel):
    """A part of a fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ClockState(Wire):
    """One metric as it stands; `due_at` is null while stopped, paused or without a target."""

    metric: Metric
    state: Literal["running", "paused", "stopped", "met", "breached", "cancelled", "none"]
    due_at: Instant | None = None
    met_at: Instant | None = None
    breached_at: Instant | None = None
    warned_at: Instant | None = None
    target_seconds: int | None = None


class Delay(Wire):
    """A wait in business terms: counted seconds or business days, exactly one of them."""

    seconds: int | None = None
    business_days: int | None = None


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


class SlaWarning(SlaFact):
    """A share of the target is used up."""

    TYPE = "sla.warning.v1"
    metric: Metric
    point: float
    due_at: Instant


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
    cause: Literal["late_arrival", "calendar"]


class SlaExcused(SlaFact):
    """A manager excused a breach; reports show raw and excused."""

    TYPE = "sla.excused.v1"
    metric: Metric
    cycle: int
    actor_id: UUID


class SlaMet(SlaFact):
    """A promise was kept at `met_at`."""

    TYPE = "sla.met.v1"
    metric: Metric
    cycle: int
    met_at: Instant
    due_at: Instant | None = None


class TimerFact(Fact):
    """Common to timer facts; the key is unique in the house and orders its facts."""

    SUBJECT = "key"
    key: str
    owner: str


class TimerRequested(TimerFact):
    """Wake me: at `due_at`, or `after` from `start_at` on the resolution calendar of `ticket_id`.

    Asking again with the same key moves the timer. `owner` is the service that will act.
    """

    TYPE = "timer.requested.v1"
    ticket_id: UUID
    start_at: Instant
    due_at: Instant | None = None
    after: Delay | None = None


class TimerCancelled(TimerFact):
    """The owner no longer wants the timer."""

    TYPE = "timer.cancelled.v1"


class TimerFired(TimerFact):
    """The instant has come; stated exactly once for each due instant of a key."""

    TYPE = "timer.fired.v1"
    ticket_id: UUID
    due_at: Instant
    fired_at: Instant
