"""How promises were kept, over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import Query, Response

from services.sla.problems import refused
from services.sla.routes.doors import STAFF
from services.sla.schemas.clocks import ReportOut
from services.sla.usecases import reporting
from shared.kit.callers import Caller
from shared.kit.http import InTx, require, router
from shared.kit.model import Instant
from shared.kit.problems import ValidationFailed, problems

_MONTH: Final = timedelta(days=30)

MayReport = Annotated[Caller, require("reports:read", *STAFF)]
GroupBy = Literal["priority", "department", "organization", "agent", "contract"]

door = router("/v1", tags=["sla"])


@door.get(
    "/sla/report",
    summary="How promises were kept",
    response_model=ReportOut,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        **problems(ValidationFailed),
    },
)
async def report(
    caller: MayReport,
    tx: InTx,
    start: Annotated[Instant | None, Query(alias="from")] = None,
    end: Annotated[Instant | None, Query(alias="to")] = None,
    group_by: GroupBy = "priority",
    format: Literal["json", "csv"] = "json",  # noqa: A002 - the name of the query parameter
) -> object:
    """Of the tickets opened in the span, within the caller's rights; the last 30 days else."""
    span = _span(caller, start, end, tx.now)
    rows = await reporting.attainment(tx, caller, group_by, span)
    if format == "csv":
        return Response(reporting.as_csv(rows), media_type="text/csv; charset=utf-8")
    return {"from": span[0], "to": span[1], "group_by": group_by, "items": rows}


def _span(
    caller: Caller, start: datetime | None, end: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    last = end or now
    try:
        return start or last - _MONTH, last
    except OverflowError:
        raise refused("?to", "invalid_duration", caller.locale) from None
