"""Who takes part in a ticket besides its requester."""

from uuid import UUID

from fastapi import Response

from services.tickets.routes.policies import CanManage, changed
from services.tickets.schemas.inputs import ParticipantIn
from services.tickets.schemas.outputs import TicketOut
from services.tickets.usecases import joining
from shared.kit import http
from shared.kit.http import InTx
from shared.kit.problems import Forbidden, NotFound, ValidationFailed, problems

router = http.router("/v1/tickets/{ticket_id}", tags=["tickets"])


@router.post(
    "/participants",
    summary="Add a participant",
    response_model=TicketOut,
    responses=problems(NotFound, Forbidden, ValidationFailed),
)
async def add_participant(
    ticket_id: UUID, body: ParticipantIn, caller: CanManage, tx: InTx
) -> Response:
    """For an address that a mail named but that was not added by itself.

    A person of the ticket's organization (new ones are made); adding twice changes nothing.
    """
    return changed(tx.context, await joining.add(tx, caller, ticket_id, body.email))
