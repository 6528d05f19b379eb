"""A ticket's clocks and the explain ledger over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import PlainTextResponse

from services.sla.routes.doors import CanRead
from services.sla.schemas.clocks import ExplainOut, LedgerOut, SlaOut
from services.sla.usecases import accounting, explaining, presenting
from shared.kit.callers import Seat
from shared.kit.http import InContext, language, router
from shared.kit.model import Instant
from shared.kit.problems import NotFound, ValidationFailed, problems
from shared.vocabulary import Metric

Moment = Annotated[Instant | None, Query()]

door = router("/v1", tags=["sla"])


class _Form:
    """How the ledger is told: by segment or by day, as JSON or as text for people."""

    def __init__(
        self,
        request: Request,
        granularity: Literal["segment", "day"] = "segment",
        format: Literal["json", "text"] | None = None,  # noqa: A002 - the name on the wire
    ) -> None:
        self.by_day = granularity == "day"
        self.text = format == "text" or (format is None and _wants_text(request))
        self.locale = language(request)


_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}}}


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
    responses=problems(NotFound, ValidationFailed) | _TEXT,
)
async def explain_sla(
    ticket_id: UUID,
    caller: CanRead,
    context: InContext,
    form: Annotated[_Form, Depends()],
    metric: Metric | None = None,
    as_of: Moment = None,
) -> object:
    """Without `metric` the ledgers of all three; segments add up to the second.

    With `Accept: text/plain` or `format=text` the same in sentences, in the language of
    `Accept-Language`, to be pasted into a letter.
    """
    file = await accounting.see(context, caller, ticket_id)
    outside = caller.seat is Seat.CUSTOMER
    at = explaining.moment(file.sight, caller, as_of, context.clock.now())

    def told() -> Any:
        accounts = accounting.accounts_of(file, caller, at, metric)
        if form.text:
            return presenting.written(accounts, file.number, form.locale)
        return {
            one.metric: presenting.explained(one, by_day=form.by_day, outside=outside)
            for one in accounts
        }

    shown = await accounting.aside(file, at, told)
    if form.text:
        return PlainTextResponse(shown)
    return shown[metric] if metric is not None else shown


def _wants_text(request: Request) -> bool:
    """Whether the caller asked for text and did not ask for JSON too."""
    parts = request.headers.get("accept", "").split(",")
    accepted = {part.partition(";")[0].strip().lower() for part in parts}
    return "text/plain" in accepted and "application/json" not in accepted
