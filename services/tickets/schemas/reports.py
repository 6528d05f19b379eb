"""HTTP bodies of reports."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.tickets.domain.reporting import Filters, Measure
from services.tickets.schemas.inputs import Tag
from shared.kit.model import Instant, InstantOrDate, Out
from shared.reporting.numerals import Numerals
from shared.vocabulary import Channel, Priority


class Wish(BaseModel):
    """What is asked.

    `metric`: one or more of volume, backlog, first_response, resolution, reopening, feedback,
    messages. `group_by`: up to two of department, agent, organization, channel, priority, tag and
    one of day, week, month. A date in `from` or `to` is the beginning of its day in `timezone`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: Annotated[str, Field(max_length=120)] = Measure.VOLUME.value
    start: Annotated[InstantOrDate | None, Field(alias="from")] = None
    end: Annotated[InstantOrDate | None, Field(alias="to")] = None
    group_by: Annotated[str, Field(max_length=80)] = ""
    timezone: Annotated[str | None, Field(max_length=60)] = None
    organization_id: UUID | None = None
    department_id: UUID | None = None
    assignee_id: UUID | None = None
    priority: Priority | None = None
    channel: Channel | None = None
    tag: Tag | None = None
    format: Literal["json", "csv", "svg"] = "json"
    bom: bool = False
    digits: Annotated[
        Numerals | None, Field(description="Of an Arabic picture; else as `Accept-Language` has it")
    ] = None

    def filters(self) -> Filters:
        names = ("organization_id", "department_id", "assignee_id", "priority", "channel", "tag")
        return Filters(**{name: getattr(self, name) for name in names})


class VolumeOut(Out):
    """What happened in the span; `backlog` grows by opened + reopened and shrinks by the rest."""

    opened: int
    reopened: int
    resolved: int
    closed: int
    merged: int


class BacklogOut(Out):
    """Tickets that lived at the instant, by age since their opening."""

    tickets: int
    under_1d: int
    under_3d: int
    under_7d: int
    under_30d: int
    over_30d: int
    oldest_seconds: int | None


class SpansOut(Out):
    """Elapsed time, and time that sla counted of it."""

    median_seconds: int | None
    p90_seconds: int | None
    business_median_seconds: int | None
    business_p90_seconds: int | None


class FirstResponseOut(SpansOut):
    tickets: int
    answered: int
    waiting: int


class ResolutionOut(SpansOut):
    resolved: int


class ReopeningOut(Out):
    resolved: int
    reopened: int
    rate: float | None


class FeedbackFiguresOut(Out):
    resolved: int
    rated: int
    answer_rate: float | None
    average: float | None
    good: int
    good_share: float | None
    score_1: int
    score_2: int
    score_3: int
    score_4: int
    score_5: int


class MessagesOut(Out):
    tickets: int
    messages: int
    average: float | None
    median: int | None
    p90: int | None


class FiguresOut(Out):
    """The figures of each metric that was asked for."""

    volume: VolumeOut | None = None
    backlog: BacklogOut | None = None
    first_response: FirstResponseOut | None = None
    resolution: ResolutionOut | None = None
    reopening: ReopeningOut | None = None
    feedback: FeedbackFiguresOut | None = None
    messages: MessagesOut | None = None


class ReportItemOut(FiguresOut):
    """One group; `names` are of departments, organizations and, for staff, agents."""

    groups: dict[str, str | None]
    names: dict[str, str]


class TicketReportOut(Out):
    """`complete` is false while tickets of an older version are still being read."""

    model_config = ConfigDict(populate_by_name=True)

    start: Annotated[Instant, Field(alias="from")]
    end: Annotated[Instant, Field(alias="to")]
    timezone: str
    metrics: list[Measure]
    group_by: str
    items: list[ReportItemOut]
    totals: FiguresOut
    complete: bool
