"""What staff do to a ticket, by name; an illegal move is 409 and says what is legal."""

from typing import Any, Final
from uuid import UUID

from fastapi import Response

from services.tickets.problems import ReopenedTooOften, ReplyRequired, TicketEnded
from services.tickets.problems.form import NothingToVouch
from services.tickets.routes.policies import BELIEVED, CanManage, CanWrite, changed
from services.tickets.schemas.inputs import (
    AssignIn,
    EscalateIn,
    ReasonIn,
    WaitIn,
)
from services.tickets.schemas.outputs import TicketOut
from services.tickets.schemas.steps import ResolveIn
from services.tickets.usecases import verbs, vouching
from shared.kit import http
from shared.kit.http import InTx
from shared.kit.problems import IllegalTransition, NotFound, ValidationFailed, problems

router = http.router("/v1/tickets/{ticket_id}", tags=["tickets"], dependencies=BELIEVED)

_ANSWER: Final[dict[str, Any]] = {
    "response_model": TicketOut,
    "responses": problems(NotFound, IllegalTransition, ValidationFailed),
}
_WAITING: Final = problems(NotFound, IllegalTransition, ReplyRequired)
_REOPENING: Final = problems(NotFound, IllegalTransition, TicketEnded, ReopenedTooOften)


@router.post("/assign", summary="Assign a ticket", **_ANSWER)
async def assign(ticket_id: UUID, body: AssignIn, caller: CanManage, tx: InTx) -> Response:
    """Null takes the ticket from whoever has it; the status stays. Heeds `If-Match`."""
    return changed(tx.context, await verbs.assign(tx, caller, ticket_id, body.assignee_id))


@router.post("/wait", summary="Wait for somebody", response_model=TicketOut, responses=_WAITING)
async def wait(ticket_id: UUID, body: WaitIn, caller: CanManage, tx: InTx) -> Response:
    """Waiting for the customer needs a public reply after the customer's last message."""
    result = await verbs.wait(
        tx, caller, ticket_id, body.waited_for, message=body.message, reason=body.reason
    )
    return changed(tx.context, result)


@router.post("/resolve", summary="Resolve a ticket", **_ANSWER)
async def resolve(
    ticket_id: UUID, caller: CanManage, tx: InTx, body: ResolveIn | None = None
) -> Response:
    """The message goes into the resolution mail; a reply in time reopens the ticket.

    `tell_reports` solves every living report of this incident with the same message; how far
    that is shows in the ticket's `reports`.
    """
    wish = body or ResolveIn()
    result = await verbs.resolve(
        tx,
        caller,
        ticket_id,
        wish.words(),
        tell_reports=wish.tell_reports,
        custom=wish.custom,
    )
    return changed(tx.context, result)


@router.post("/reopen", summary="Reopen a ticket", response_model=TicketOut, responses=_REOPENING)
async def reopen(
    ticket_id: UUID, caller: CanWrite, tx: InTx, body: ReasonIn | None = None
) -> Response:
    """Customers for the time that the resolution promised; afterwards open a new ticket."""
    reason = body.reason if body else None
    return changed(tx.context, await verbs.reopen(tx, caller, ticket_id, reason))


@router.post("/close", summary="Close a ticket by hand", **_ANSWER)
async def close(
    ticket_id: UUID, caller: CanManage, tx: InTx, body: ReasonIn | None = None
) -> Response:
    reason = body.reason if body else None
    return changed(tx.context, await verbs.close(tx, caller, ticket_id, reason))


@router.post("/escalate", summary="Ask for escalation", **_ANSWER)
async def escalate(ticket_id: UUID, body: EscalateIn, caller: CanManage, tx: InTx) -> Response:
    """The ladder climbs to the level asked for, or by one."""
    result = await verbs.escalate(tx, caller, ticket_id, body.reason, body.level)
    return changed(tx.context, result)


@router.post(
    "/vouch",
    summary="Vouch that a request of the form is its requester's",
    response_model=TicketOut,
    responses=problems(NotFound, NothingToVouch),
)
async def vouch(ticket_id: UUID, caller: CanManage, tx: InTx) -> Response:
    """For a request with `requester_answer: pending` whose owner you have reached otherwise.

    It is theirs from then on, as after a yes by the link; again is no news, and a no stays.
    """
    return changed(tx.context, await vouching.vouch(tx, caller, ticket_id))
