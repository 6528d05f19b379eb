"""Saved views: a person's queues, those of the department and those of the house."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.tickets.problems.views import SharingRefused, TooManyViews
from services.tickets.routes.narrowing import Pages
from services.tickets.routes.policies import Cursor, Limit, tagged
from services.tickets.schemas.outputs import TicketPage
from services.tickets.schemas.views import CountsOut, ViewIn, ViewOut, ViewPage, ViewPatch
from services.tickets.usecases import counting, reading, views
from shared.kit import http
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.http import (
    InContext,
    InTx,
    cursor_foreign,
    decode_cursor,
    encode_cursor,
    if_match,
    json,
    page_response,
    require,
)
from shared.kit.problems import Forbidden, NotFound, PreconditionFailed, ValidationFailed, problems
from shared.vocabulary import STAFF_ROLES

router = http.router("/v1/views", tags=["views"])

OfStaff = Annotated[Caller, require("tickets:read", *STAFF_ROLES)]
CanKeep = Annotated[Caller, require("tickets:manage", *STAFF_ROLES)]


@router.get("", summary="Saved views", response_model=ViewPage)
async def list_views(
    request: Request, caller: OfStaff, tx: InTx, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """One's own, those of one's departments and those for everybody, by position."""
    found = await views.page(tx, caller, _after(tx.context, cursor), limit + 1)
    shown, following = found[:limit], None
    if len(found) > limit:
        following = encode_cursor(tx.context, [shown[-1]["position"], shown[-1]["id"]])
    return page_response(request, shown, following)


@router.post(
    "",
    summary="Save a view",
    status_code=201,
    response_model=ViewOut,
    responses=problems(ValidationFailed, SharingRefused, TooManyViews),
)
async def save_view(body: ViewIn, caller: CanKeep, tx: InTx) -> Response:
    """`filters` are those of `GET /v1/tickets`; `me` and `mine` are whoever reads the view.

    Everybody keeps private views; managers share with their departments or with all,
    administrators with any department. One language of the name is enough.
    """
    made = await views.add(tx, caller, body.values())
    answer = tagged(made, str(made["version"]), 201)
    answer.headers["location"] = f"/v1/views/{made['id']}"
    return answer


@router.get("/counts", summary="How long the views are", response_model=CountsOut)
async def count_views(caller: OfStaff, context: InContext) -> Response:
    """All of the caller's views at once, each counted to 1,000 and then `more`.

    The answer is at most three seconds old, and counts what the caller has just done.
    """
    return json(await counting.counts(context, caller))


@router.get(
    "/{view_id}", summary="Read a view", response_model=ViewOut, responses=problems(NotFound)
)
async def read_view(view_id: UUID, caller: OfStaff, tx: InTx) -> Response:
    found = await views.one(tx, caller, view_id)
    return tagged(found, str(found["version"]))


@router.patch(
    "/{view_id}",
    summary="Change a view",
    response_model=ViewOut,
    responses=problems(
        NotFound, Forbidden, SharingRefused, PreconditionFailed, ValidationFailed, TooManyViews
    ),
)
async def change_view(
    view_id: UUID, body: ViewPatch, caller: CanKeep, tx: InTx, request: Request
) -> Response:
    """One's own, or a shared one that one could have shared; for all who read it."""
    found = await views.change(tx, caller, view_id, body.values(), if_match(request))
    return tagged(found, str(found["version"]))


@router.delete(
    "/{view_id}",
    summary="Delete a view",
    status_code=204,
    responses=problems(NotFound, Forbidden),
)
async def delete_view(view_id: UUID, caller: CanKeep, tx: InTx) -> Response:
    """A shared view is gone for everybody; who deleted it is kept for the audit."""
    await views.drop(tx, caller, view_id)
    return Response(status_code=204)


@router.get(
    "/{view_id}/tickets",
    summary="The tickets of a view",
    response_model=TicketPage,
    responses=problems(NotFound),
)
async def list_view_tickets(
    request: Request,
    view_id: UUID,
    caller: OfStaff,
    context: InContext,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Cursor = None,
) -> Response:
    """The same list as `GET /v1/tickets`, within the rights of the reader, who is `me`.

    What the view asks for and the reader may not see, or is no more, is simply not there.
    """
    filters, sort = await views.question(context, caller, view_id)
    if filters is None:
        return page_response(request, [])
    pages = Pages(context, filters, sort)
    order = (sort, pages.place(cursor), limit)
    items, place = await reading.ticket_list(context, caller, filters, order, lenient=True)
    return page_response(request, items, pages.cursor(place))


def _after(context: Context, cursor: str | None) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    values = decode_cursor(context, cursor)
    try:
        position, view_id = values
        return int(position), UUID(view_id)
    except (ValueError, TypeError, AttributeError):
        raise cursor_foreign() from None
