"""Macros and canned replies; and what they do to a ticket."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.tickets.problems.macros import (
    MacroInactive,
    MacroLoop,
    MacroTooDeep,
    MacroTooLong,
    MacroUnusable,
)
from services.tickets.routes.policies import (
    BELIEVED,
    CanManage,
    Cursor,
    Limit,
    changed,
    cursor_of,
    tagged,
)
from services.tickets.schemas.macros import (
    ApplyIn,
    MacroIn,
    MacroOut,
    MacroPage,
    MacroPatch,
    PreviewIn,
    PreviewOut,
)
from services.tickets.schemas.outputs import TicketOut
from services.tickets.store.rows import Row
from services.tickets.usecases import answers, applying, macros, trying
from services.tickets.usecases.trying import Wish
from shared.kit import http
from shared.kit.context import Context
from shared.kit.http import (
    InContext,
    InTx,
    cursor_foreign,
    decode_cursor,
    if_match,
    json,
    language,
    page_response,
)
from shared.kit.model import Line
from shared.kit.problems import (
    Forbidden,
    IllegalTransition,
    NotFound,
    PreconditionFailed,
    ValidationFailed,
    problems,
)

router = http.router("/v1", tags=["macros"])
_UNSOUND = (ValidationFailed, MacroLoop, MacroTooDeep, MacroTooLong)
_UNPLAYABLE = (MacroInactive, MacroUnusable, *_UNSOUND)


@router.post(
    "/macros",
    summary="Make a macro",
    status_code=201,
    response_model=MacroOut,
    responses=problems(*_UNSOUND),
)
async def make_macro(body: MacroIn, caller: CanManage, tx: InTx) -> Response:
    """A canned reply is a macro without actions; every text stands in both languages."""
    row = await macros.make(tx, caller, body.whole())
    response = _told(tx.context, row, 201)
    response.headers["location"] = f"/v1/macros/{row['id']}"
    return response


class _Which:
    """Which macros are listed."""

    def __init__(
        self,
        q: Annotated[str | None, Line(200), Query()] = None,
        active: Annotated[bool, Query()] = True,  # noqa: FBT002 - a parameter of the address
    ) -> None:
        self.q = q
        self.active = active


@router.get("/macros", summary="The macros you may use", response_model=MacroPage)
async def list_macros(
    request: Request,
    which: Annotated[_Which, Depends()],
    caller: CanManage,
    context: InContext,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Most used first; `q` looks at names and texts in both languages."""
    place = _place(context, cursor)
    rows, following = await macros.listed(
        context, caller, which.q, place, active=which.active, limit=limit
    )
    cards = await answers.cards_for(context, macros.owners(rows))
    items = [macros.shown(row, cards) for row in rows]
    return page_response(request, items, cursor_of(context, following))


@router.get(
    "/macros/{macro_id}", summary="A macro", response_model=MacroOut, responses=problems(NotFound)
)
async def read_macro(macro_id: UUID, caller: CanManage, context: InContext) -> Response:
    row = await macros.read(context, caller, macro_id)
    await answers.cards_for(context, macros.owners([row]))
    return _told(context, row)


@router.patch(
    "/macros/{macro_id}",
    summary="Change a macro",
    response_model=MacroOut,
    responses=problems(NotFound, Forbidden, PreconditionFailed, *_UNSOUND),
)
async def change_macro(
    macro_id: UUID, body: MacroPatch, caller: CanManage, tx: InTx, request: Request
) -> Response:
    """Its owner; what is shared also supervisors, managers and those who see everything."""
    row = await macros.change(tx, caller, macro_id, body.values(), if_match(request))
    return _told(tx.context, row)


@router.delete(
    "/macros/{macro_id}",
    summary="Drop a macro",
    status_code=204,
    responses=problems(NotFound, Forbidden, PreconditionFailed),
)
async def drop_macro(macro_id: UUID, caller: CanManage, tx: InTx, request: Request) -> Response:
    """Macros that run it can no longer be applied, and say so."""
    await macros.drop(tx, caller, macro_id, if_match(request))
    return Response(status_code=204)


@router.post(
    "/macros/{macro_id}/preview",
    summary="What a macro would say and do",
    response_model=PreviewOut,
    responses=problems(NotFound, *_UNPLAYABLE),
)
async def preview_macro(
    macro_id: UUID, body: PreviewIn, caller: CanManage, context: InContext, request: Request
) -> Response:
    """Nothing is changed; the first step that is not possible now says why."""
    wish = Wish(macro_id, body.ticket_id, body.locale, language(request))
    return json(await trying.preview(context, caller, wish))


@router.post(
    "/tickets/{ticket_id}/macro",
    summary="Apply a macro",
    response_model=TicketOut,
    responses=problems(
        *(NotFound, IllegalTransition, PreconditionFailed, ValidationFailed),
        *_UNPLAYABLE,
    ),
    dependencies=BELIEVED,
)
async def apply_macro(ticket_id: UUID, body: ApplyIn, caller: CanManage, tx: InTx) -> Response:
    """All of it or nothing: a refusal names the `step` and what is `legal` instead."""
    result = await applying.apply(tx, caller, ticket_id, body.macro_id, body=body.body)
    return changed(tx.context, result)


def _told(context: Context, row: Row, status: int = 200) -> Response:
    cards = answers.known_cards(context, macros.owners([row]))
    return tagged(macros.shown(row, cards), str(row["version"]), status)


def _place(context: Context, cursor: str | None) -> tuple[int, int, UUID] | None:
    if cursor is None:
        return None
    values: list[Any] = decode_cursor(context, cursor)
    try:
        uses, position, macro_id = values
        return int(uses), int(position), UUID(macro_id)
    except (ValueError, TypeError, AttributeError):
        raise cursor_foreign() from None
