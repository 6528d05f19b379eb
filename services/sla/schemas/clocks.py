"""HTTP bodies about a ticket's clocks: where they stand, and why."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from services.sla.domain.settle import StateWord
from shared.kit.model import Instant, Out
from shared.vocabulary import Localized, Metric


class ClockOut(Out):
    """One metric's clock; `elapsed_seconds` is counted time."""

    state: StateWord
    due_at: Instant | None
    met_at: Instant | None
    breached_at: Instant | None
    warned_at: Instant | None
    target_seconds: int | None
    elapsed_seconds: int
    remaining_seconds: int | None
    paused: bool


class BreachOut(Out):
    """A fact about a broken promise; nothing is ever taken off this record."""

    metric: Metric
    cycle: int
    fact: Literal["breached", "voided", "excused"]
    noted_at: Instant
    due_at: Instant | None
    breached_at: Instant | None
    cause: str
    actor_id: UUID | None = None
    reason: str | None = None
    """Why it was excused, for staff."""
    public_reason: str | None = None
    """What the customer is told of why it was excused."""


class SlaOut(Out):
    """Where a ticket's promises stand now."""

    ticket_id: UUID
    policy: dict[str, Any]
    contract_id: UUID | None
    calendar_id: UUID
    first_response: ClockOut
    next_response: ClockOut
    resolution: ClockOut
    next_due_at: Instant | None
    generation: int
    breaches: list[BreachOut]


class SegmentOut(Out):
    """A stretch of one state; closed comes before stopped, stopped before paused."""

    model_config = ConfigDict(populate_by_name=True)

    start: Annotated[Instant, Field(alias="from")]
    end: Annotated[Instant, Field(alias="to")]
    seconds: int
    counted: bool
    state: Literal["counted", "paused", "stopped", "closed"]
    reason: str
    ref: str | None
    ref_name: Localized | None


class DayOut(Out):
    """A local day of the ledger in sums; its wall clock may have been moved."""

    date: date
    hijri_date: Localized | None
    clock_change_seconds: int
    wall: int
    counted: int
    paused: int
    stopped: int
    closed: int
    text: Localized


class TotalsOut(Out):
    """wall = counted + paused + stopped + closed."""

    wall: int
    counted: int
    paused: int
    stopped: int
    closed: int


class ChangeOut(Out):
    """What moved the due instant; null where nothing was due."""

    at: Instant
    cause: str
    value: str | None
    ref: str | None
    before: Instant | None
    after: Instant | None


class DueOut(Out):
    """When the target is used up, under which rules that was computed, and what moved it."""

    at: Instant | None
    remaining_seconds: int | None
    late_seconds: int
    target_seconds: int | None
    target_business_days: int | None
    calendar: str
    calendar_version: int | None
    timezone: str
    tzdata: str
    policy_id: UUID
    policy_version: int
    why: list[ChangeOut]


class TimerOut(Out):
    """An instant that the desk will not sleep through, did not, or has no need of any more.

    `generation` and `lag_ms` are about our own machinery, and null for customers.
    """

    kind: Literal["breach", "warning", "reminder"]
    state: Literal["armed", "fired", "disarmed"]
    due_at: Instant
    cycle: int
    point: float | None
    generation: int | None
    fired_at: Instant | None
    lag_ms: int | None
    disarmed_at: Instant | None
    cause: str | None
    moved_to: Instant | None


class ExplainOut(Out):
    """The ledger of one metric (sla.md 6); `segments` or `days`, as asked."""

    metric: Metric
    as_of: Instant
    segments: list[SegmentOut] | None
    days: list[DayOut] | None
    totals: TotalsOut
    due: DueOut
    timers: list[TimerOut]
    breaches: list[BreachOut]
    text: Localized


class LedgerOut(Out):
    """The ledgers of all metrics."""

    first_response: ExplainOut
    next_response: ExplainOut
    resolution: ExplainOut
