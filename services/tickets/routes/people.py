"""Who takes part in a ticket, and which colleagues watch it."""

from uuid import UUID

from fastapi import Response

from services.tickets.routes.policies import BELIEVED, CanManage, CanRead, changed
from services.tickets.schemas.bonds import ParticipantList, WatcherIn, WatcherList
from services.tickets.schemas.inputs import ParticipantIn
from services.tickets.schemas.outputs import TicketOut
from services.tickets.usecases import following, joining
from shared.kit import http
from shared.kit.http import InContext, InTx, json
from shared.kit.problems import Forbidden, NotFound, PreconditionFailed, ValidationFailed, problems

router = http.router("/v1/tickets/{ticket_id}", tags=["tickets"])

_REFUSALS = problems(NotFound, Forbidden, PreconditionFailed, ValidationFailed)


@router.get(
    "/participants",
    summary="Who takes part",
    response_model=ParticipantList,
    responses=problems(NotFound),
)
async def list_participants(ticket_id: UUID, caller: CanRead, context: InContext) -> Response:
    """The requester first; each of them sees the ticket and may answer by mail."""
    items = await joining.listed(context, caller, ticket_id)
    return json({"items": items, "next_cursor": None})


@router.post(
    "/participants",
    summary="Add a participant",
    response_model=TicketOut,
    responses=_REFUSALS,
    dependencies=BELIEVED,
)
async def add_participant(
    ticket_id: UUID, body: ParticipantIn, caller: CanManage, tx: InTx
) -> Response:
    """For an address that a mail named but that was not added by itself.

    A person of the ticket's organization (new ones are made); adding twice changes nothing.
    """
    return changed(tx.context, await joining.add(tx, caller, ticket_id, body.email))


@router.delete(
    "/participants/{person_id}",
    summary="Remove a participant",
    status_code=204,
    responses=_REFUSALS,
    dependencies=BELIEVED,
)
async def remove_participant(
    ticket_id: UUID, person_id: UUID, caller: CanManage, tx: InTx
) -> Response:
    """They see nothing more of it and their mails speak for a stranger; twice changes nothing."""
    await joining.remove(tx, caller, ticket_id, person_id)
    return Response(status_code=204)


@router.get(
    "/watchers",
    summary="Which colleagues watch",
    response_model=WatcherList,
    responses=problems(NotFound, Forbidden),
)
async def list_watchers(ticket_id: UUID, caller: CanRead, context: InContext) -> Response:
    """For staff; customers find nobody here."""
    items = await following.listed(context, caller, ticket_id)
    return json({"items": items, "next_cursor": None})


@router.post(
    "/watchers",
    summary="Watch a ticket",
    response_model=WatcherList,
    responses=_REFUSALS,
    dependencies=BELIEVED,
)
async def add_watcher(
    ticket_id: UUID, caller: CanManage, tx: InTx, body: WatcherIn | None = None
) -> Response:
    """Oneself, or a colleague who sees the ticket: told of customers' words and of its status.

    Watching gives nobody sight; whoever loses the sight hears nothing more.
    """
    life = await following.follow(tx, caller, ticket_id, body.user_id if body else None)
    items = await following.told(life)
    return json({"items": items, "next_cursor": None})


@router.delete(
    "/watchers/{person_id}",
    summary="Watch no more",
    status_code=204,
    responses=_REFUSALS,
    dependencies=BELIEVED,
)
async def remove_watcher(ticket_id: UUID, person_id: UUID, caller: CanManage, tx: InTx) -> Response:
    await following.unfollow(tx, caller, ticket_id, person_id)
    return Response(status_code=204)
