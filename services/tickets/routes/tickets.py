"""Tickets: open, list, read, change."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import BeforeValidator

from services.tickets.domain.listing import Filters, Place, SlaState, Sort
from services.tickets.domain.words import parse_number
from services.tickets.routes.policies import (
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
from services.tickets.usecases import editing, opening, reading
from services.tickets.usecases.editing import Edit
from shared.kit import http
from shared.kit.context import Context
from shared.kit.http import (
    InContext,
    InRepeat,
    InTx,
    decode_cursor,
    if_match,
    json,
    language,
    page_response,
    set_etag,
)
from shared.kit.model import Instant, Line
from shared.kit.problems import NotFound, PreconditionFailed, ValidationFailed, problems
from shared.vocabulary import Priority, Status

router = http.router("/v1/tickets", tags=["tickets"])


def _split(values: Any) -> Any:
    """`?status=new,open` says the same as `?status=new&status=open`."""
    if not isinstance(values, list):
        return values
    return [part for value in values for part in str(value).split(",") if part]


Several = BeforeValidator(_split)
Order = tuple[Sort, Place | None, int]


class _Whose:
    """Filters by people and places."""

    def __init__(
        self,
        department_id: UUID | None = None,
        assignee_id: UUID | None = None,
        organization_id: UUID | None = None,
        requester_id: UUID | None = None,
    ) -> None:
        self.values: dict[str, Any] = {
            "department_id": department_id,
            "assignee_id": assignee_id,
            "organization_id": organization_id,
            "requester_id": requester_id,
        }


class _When:
    """Filters by time, promise and words."""

    def __init__(
        self,
        sla_state: SlaState | None = None,
        created_from: Instant | None = None,
        created_to: Instant | None = None,
        q: Annotated[str | None, Line(200), Query()] = None,
    ) -> None:
        self.values: dict[str, Any] = {
            "sla_state": sla_state,
            "created_from": created_from,
            "created_to": created_to,
            "q": q,
        }


async def _filters(
    whose: Annotated[_Whose, Depends()],
    when: Annotated[_When, Depends()],
    status: Annotated[list[Status] | None, Several, Query()] = None,
    priority: Annotated[list[Priority] | None, Several, Query()] = None,
    tag: Annotated[list[Annotated[str, Line(50)]] | None, Several, Query()] = None,
) -> Filters:
    return Filters(
        status=tuple(status or ()),
        priority=tuple(priority or ()),
        tag=tuple(tag or ()),
        **whose.values,
        **when.values,
    )


async def _order(
    context: InContext, sort: Sort = Sort.CREATED, limit: Limit = 50, cursor: Cursor = None
) -> Order:
    return sort, _place(context, sort, cursor), limit


InFilters = Annotated[Filters, Depends(_filters)]
InOrder = Annotated[Order, Depends(_order)]


@router.post(
    "",
    summary="Open a ticket",
    status_code=201,
    response_model=TicketOut,
    responses=problems(ValidationFailed),
)
async def open_ticket(body: TicketIn, caller: CanWrite, tx: InTx, repeat: InRepeat) -> Response:
    """Answers before the promise is known: `sla.*.state` is `pending` until then."""
    prepared = await opening.prepare(tx, caller, body.draft())
    response = json(prepared.answer, 201, {"Location": f"/v1/tickets/{prepared.ticket_id}"})
    set_etag(response, "1.0.0")
    await opening.write(tx, prepared, await repeat.params(response, tx))
    return response


@router.get("", summary="List tickets", response_model=TicketPage)
async def list_tickets(
    request: Request,
    filters: InFilters,
    caller: CanRead,
    context: InContext,
    order: InOrder,
) -> Response:
    """Those that the caller may see; by keyset, without totals."""
    items, place = await reading.ticket_list(context, caller, filters, order)
    return page_response(request, items, cursor_of(context, place))


@router.get(
    "/by-number/{number}",
    summary="Read a ticket by its number",
    response_model=TicketOut,
    responses=problems(NotFound),
)
async def read_by_number(number: str, caller: CanRead, context: InContext) -> Response:
    """`SND-1042` or `1042`."""
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
)
async def change_ticket(
    ticket_id: UUID, body: TicketPatch, caller: CanWrite, tx: InTx, request: Request
) -> Response:
    """Customers change what describes their problem, staff also where it belongs."""
    wish = Edit(body.fields(), if_match(request), body.reason)
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
    items, following = await reading.story(context, caller, ticket_id, place, order)
    return page_response(request, items, cursor_of(context, following))


def _place(context: Context, sort: Sort, cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    values = decode_cursor(context, cursor)
    try:
        name, value, row_id = values
        known = value if sort is Sort.PRIORITY else datetime.fromisoformat(value)
        if name != sort:
            raise ValidationFailed
        return Place(known, UUID(row_id))
    except (ValueError, TypeError):
        raise ValidationFailed from None
