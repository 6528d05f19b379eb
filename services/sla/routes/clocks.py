"""A ticket's clocks, the explain ledger, the simulation and the report over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Query, Response

from services.sla.problems import refused
from services.sla.schemas.clocks import ExplainOut, LedgerOut, ReportOut, SlaOut
from services.sla.schemas.simulation import SimulationIn, SimulationOut
from services.sla.usecases import explaining, reporting, simulating
from shared.kit.callers import Caller
from shared.kit.http import InContext, InTx, require, router
from shared.kit.model import Instant
from shared.kit.problems import NotFound, ValidationFailed, problems
from shared.vocabulary import Metric, Role

_STAFF: Final = tuple(role for role in Role if role not in {Role.CUSTOMER, Role.CUSTOMER_ADMIN})
_MONTH: Final = timedelta(days=30)

CanRead = Annotated[Caller, require("sla:read")]
MayReport = Annotated[Caller, require("reports:read", *_STAFF)]
GroupBy = Literal["priority", "department", "organization", "agent", "contract"]
Moment = Annotated[Instant | None, Query()]

door = router("/v1", tags=["sla"])


@door.get(
    "/tickets/{ticket_id}/sla",
    summary="Where a ticket's promises stand",
    response_model=SlaOut,
    responses=problems(NotFound),
)
async def get_sla(ticket_id: UUID, caller: CanRead, context: InContext) -> object:
    sight = await explaining.see(context, caller, ticket_id)
    return explaining.standing(sight, context.clock.now())


@door.get(
    "/tickets/{ticket_id}/sla/explain",
    summary="Where every second of a promise went",
    response_model=ExplainOut | LedgerOut,
    responses=problems(NotFound, ValidationFailed),
)
async def explain_sla(
    ticket_id: UUID,
    caller: CanRead,
    context: InContext,
    metric: Metric | None = None,
    as_of: Moment = None,
    granularity: Literal["segment", "day"] = "segment",
) -> object:
    """Without `metric` the ledgers of all three; segments add up to the second."""
    sight = await explaining.see(context, caller, ticket_id)
    moment = explaining.moment(sight, caller, as_of, context.clock.now())
    question = explaining.Question(moment, granularity == "day")
    if metric is not None:
        return explaining.explained(sight, caller, metric, question)
    return {one.value: explaining.explained(sight, caller, one, question) for one in Metric}


@door.post(
    "/sla/simulate",
    summary="Ask the rules about an imaginary ticket",
    response_model=SimulationOut,
    response_model_exclude_unset=True,
    dependencies=[require("sla:read")],
)
async def simulate(body: SimulationIn) -> object:
    """Pure: nothing is stored, no ticket is touched."""
    return simulating.simulate(
        body.calendar,
        [query.model_dump() for query in body.queries],
        body.policy.model_dump() if body.policy else None,
        [event.model_dump() for event in body.events],
        body.as_of,
    )


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
