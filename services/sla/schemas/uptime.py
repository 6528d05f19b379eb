"""HTTP bodies of a contract's uptime."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.kit.model import Instant, Out
from shared.vocabulary import Localized


class SpanOut(Out):
    """`[from, to)` and its length."""

    model_config = ConfigDict(populate_by_name=True)

    start: Annotated[Instant, Field(alias="from")]
    end: Annotated[Instant, Field(alias="to")]
    seconds: int


class OutageOut(SpanOut):
    """A span of one outage ticket; `number` is null where the caller may not see the ticket."""

    number: str | None
    ticket_id: UUID | None
    open: bool
    """Still lasting at the end of the span."""


class UptimeOut(SpanOut):
    """Uptime with its working: outages, their union, and what follows from it.

    Down is while a ticket marked as an outage is P1 and neither resolved nor closed, whichever of
    the customer's contracts it was served under. `from` and `to` are cut to the contract's dates
    and to now. `uptime_percent` is rounded down, so that it never looks like a target it misses.
    """

    contract_id: UUID
    target_percent: float | None
    allowed_seconds: int | None
    outages: list[OutageOut]
    downtime: list[SpanOut]
    downtime_seconds: int
    uptime_percent: float | None
    met: bool | None
    text: Localized
