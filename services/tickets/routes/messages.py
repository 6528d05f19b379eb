"""Messages of a ticket."""

from uuid import UUID

from fastapi import Request, Response

from services.tickets.problems import ReopenedTooOften, TicketEnded
from services.tickets.routes.policies import (
    BELIEVED,
    CanRead,
    CanWrite,
    Cursor,
    Limit,
    after,
    cursor_of,
    tagged,
)
from services.tickets.schemas.inputs import MessageIn
from services.tickets.schemas.outputs import MessageOut, MessagePage
from services.tickets.usecases import reading, replying
from shared.kit import http
from shared.kit.http import InContext, InTx, page_response
from shared.kit.problems import IllegalTransition, NotFound, PreconditionFailed, problems

router = http.router("/v1/tickets/{ticket_id}/messages", tags=["messages"])


@router.post(
    "",
    summary="Write a message",
    status_code=201,
    response_model=MessageOut,
    responses=problems(
        NotFound, TicketEnded, ReopenedTooOften, IllegalTransition, PreconditionFailed
    ),
    dependencies=BELIEVED,
)
async def write_message(ticket_id: UUID, body: MessageIn, caller: CanWrite, tx: InTx) -> Response:
    """A customer's message ends a wait and reopens what was resolved, while there is time."""
    answer, tag = await replying.add_message(
        tx, caller, ticket_id, body.body, public=body.public, upload_ids=tuple(body.upload_ids)
    )
    return tagged(answer, tag, 201)


@router.get("", summary="List messages", response_model=MessagePage, responses=problems(NotFound))
async def list_messages(
    request: Request,
    ticket_id: UUID,
    caller: CanRead,
    context: InContext,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Oldest first; internal notes for staff only."""
    place = after(context, cursor)
    items, following = await reading.message_list(context, caller, ticket_id, place, limit)
    return page_response(request, items, cursor_of(context, following))
