"""HTTP bodies of the report on how promises were kept."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.kit.model import Instant, InstantOrDate, Out
from shared.reporting.numerals import Numerals
from shared.vocabulary import Metric, Priority


class Wish(BaseModel):
    """What is asked.

    `group_by`: one or two of priority, department, organization, agent, contract, month. A date in
    `from` or `to` is the beginning of its day in `timezone`, else in the company's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Annotated[InstantOrDate | None, Field(alias="from")] = None
    end: Annotated[InstantOrDate | None, Field(alias="to")] = None
    group_by: Annotated[str, Field(max_length=80)] = "priority"
    timezone: Annotated[str | None, Field(max_length=60)] = None
    organization_id: UUID | None = None
    department_id: UUID | None = None
    assignee_id: UUID | None = None
    contract_id: UUID | None = None
    priority: Priority | None = None
    metric: Metric | None = None
    worst: Annotated[int, Field(ge=0, le=100)] = 10
    format: Literal["json", "csv", "svg"] = "json"
    bom: bool = False
    digits: Annotated[
        Numerals | None, Field(description="Of an Arabic picture; else as `Accept-Language` has it")
    ] = None

    def filters(self) -> dict[str, Any]:
        """Which promises, apart from the span."""
        names = ("organization_id", "department_id", "assignee_id", "contract_id")
        return {name: getattr(self, name) for name in (*names, "priority", "metric", "worst")}


class PercentilesOut(Out):
    """Counted seconds within which half, nine tenths and nineteen twentieths were done."""

    p50: int
    p90: int
    p95: int


class AttainmentOut(Out):
    """How the promises of one group were kept; `tickets` counts promises, one an exchange.

    `group` is the value of the first grouping, `groups` names all of them.
    """

    group: str | None
    groups: dict[str, str | None]
    metric: Metric
    tickets: int
    met: int
    breached: int
    excused: int
    voided: int
    open: int
    attainment: float | None
    attainment_excused: float | None
    counted_seconds: int
    paused_seconds: int
    pause_share: float | None
    reopened: int | None
    reopen_rate: float | None
    percentiles: PercentilesOut | None
    last_response: PercentilesOut | None


class WorstOut(Out):
    """A promise that went far beyond its target, in counted time; perhaps still waited for."""

    ticket_id: UUID
    number: str
    organization_id: UUID
    department_id: UUID
    assignee_id: UUID | None
    priority: str
    metric: Metric
    cycle: int
    due_at: Instant | None
    ended_at: Instant | None
    target_seconds: int | None
    counted_seconds: int
    late_seconds: int
    excused: bool


class ReportOut(Out):
    """Attainment of the tickets that were opened in a span; `totals` are over all groups."""

    start: Annotated[Instant, Field(alias="from")]
    end: Annotated[Instant, Field(alias="to")]
    group_by: str
    items: list[AttainmentOut]
    totals: list[AttainmentOut]
    worst: list[WorstOut]

    model_config = ConfigDict(populate_by_name=True)
