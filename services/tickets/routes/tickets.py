"""Tickets: open, list, read, change."""

from typing import Literal
from uuid import UUID

from fastapi import Request, Response

from services.tickets.domain.words import parse_number
from services.tickets.routes.narrowing import InFilters, InTurning, Pages
from services.tickets.routes.policies import (
    BELIEVED,
    CanRead,
    CanWrite,
    Cursor,
    Limit,
    after,
    changed,
    cursor_of,
    tagged,
)
from services.tickets.schemas.inputs import TicketIn, TicketPatch
from services.tickets.schemas.outputs import TicketOut, TicketPage, TimelinePage
from services.tickets.usecases import editing, opening, reading, recounting
from services.tickets.usecases.editing import Edit
from shared.kit import http
from shared.kit.http import (
    InContext,
    InRepeat,
    InTx,
    asks_also,
    json,
    language,
    page_response,
    set_etag,
)
from shared.kit.problems import NotFound, PreconditionFailed, ValidationFailed, problems

router = http.router("/v1/tickets", tags=["tickets"])


@router.post(
    "",
    summary="Open a ticket",
    status_code=201,
    response_model=TicketOut,
    responses=problems(NotFound, ValidationFailed),
)
async def open_ticket(body: TicketIn, caller: CanWrite, tx: InTx, repeat: InRepeat) -> Response:
    """Answers before the promise is known: `sla.*.state` is `pending` until then."""
    prepared = await opening.prepare(tx, caller, body.draft())
    response = json(prepared.answer, 201, {"Location": f"/v1/tickets/{prepared.ticket_id}"})
    set_etag(response, "1.0.0")
    await opening.write(tx, prepared, await repeat.params(response, tx))
    return response


@router.get("", summary="List tickets", response_model=TicketPage)
@asks_also("custom.")
async def list_tickets(
    request: Request,
    filters: InFilters,
    caller: CanRead,
    context: InContext,
    turning: InTurning,
) -> Response:
    """Those that the caller may see; by keyset, without totals.

    `assignee_id` takes `me` and `none` beside an id, `department_id` takes `mine`; a filter with
    several values is written `status=new,open`; own fields are asked for as `custom.<key>=<value>`.
    A cursor goes on with the list that it came from: the same reader, filters and order.
    """
    pages = Pages(context, filters, turning.sort)
    order = (turning.sort, pages.place(turning.cursor), turning.limit)
    items, place = await reading.ticket_list(context, caller, filters, order)
    return page_response(request, items, pages.cursor(place))


@router.get(
    "/by-number/{number}",
    summary="Read a ticket by its number",
    response_model=TicketOut,
    responses=problems(NotFound),
)
async def read_by_number(number: str, caller: CanRead, context: InContext) -> Response:
    """`SND-1042` or `1042`, also in Arabic digits."""
    parsed = parse_number(number)
    if parsed is None:
        raise NotFound
    return tagged(*await reading.ticket_by_number(context, caller, parsed))


@router.get(
    "/{ticket_id}", summary="Read a ticket", response_model=TicketOut, responses=problems(NotFound)
)
async def read_ticket(
    ticket_id: UUID,
    caller: CanRead,
    context: InContext,
    include: Literal["messages"] | None = None,
) -> Response:
    """`include=messages` brings the first twenty messages along."""
    with_messages = include is not None
    return tagged(*await reading.ticket(context, caller, ticket_id, with_messages=with_messages))


@router.patch(
    "/{ticket_id}",
    summary="Change a ticket",
    response_model=TicketOut,
    responses=problems(NotFound, PreconditionFailed, ValidationFailed),
    dependencies=BELIEVED,
)
async def change_ticket(ticket_id: UUID, body: TicketPatch, caller: CanWrite, tx: InTx) -> Response:
    """Customers change what describes their problem, staff also where it belongs."""
    wish = Edit(body.fields(), body.reason)
    return changed(tx.context, await editing.edit(tx, caller, ticket_id, wish))


@router.get(
    "/{ticket_id}/timeline",
    summary="What happened",
    response_model=TimelinePage,
    responses=problems(NotFound),
)
async def read_timeline(
    request: Request,
    ticket_id: UUID,
    caller: CanRead,
    context: InContext,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Oldest first, in the language of `Accept-Language`; internal notes for staff only."""
    place = after(context, cursor)
    order = (language(request), limit)
    items, following = await recounting.story(context, caller, ticket_id, place, order)
    return page_response(request, items, cursor_of(context, following))
