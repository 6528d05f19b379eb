"""Custom fields: managers define them, everybody reads what concerns them, the form asks some."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.tickets.problems.fields import FieldKeyTaken, TooManyFields
from services.tickets.routes.form import VISITORS
from services.tickets.routes.policies import CanRead, Cursor, Limit, cursor_of, tagged
from services.tickets.schemas.fields import (
    FieldIn,
    FieldOut,
    FieldPage,
    FieldPatch,
    FormFields,
    asked,
    told,
)
from services.tickets.usecases import fields
from services.tickets.usecases.fields import Wanted
from shared.kit import http
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.http import (
    InContext,
    InTx,
    cursor_foreign,
    decode_cursor,
    if_match,
    json,
    page_response,
    require,
    set_etag,
)
from shared.kit.problems import NotFound, PreconditionFailed, ValidationFailed, problems
from shared.vocabulary import Role

router = http.router("/v1", tags=["custom-fields"])
MANAGERS: Final = (Role.MANAGER, Role.SENIOR_MANAGEMENT, Role.EXECUTIVE, Role.ADMIN)
Manager = Annotated[Caller, require("tickets:manage", *MANAGERS)]


def _wanted(
    department_id: UUID | None = None, active: Annotated[bool | None, Query()] = None
) -> Wanted:
    return Wanted(department_id, active)


InWanted = Annotated[Wanted, Depends(_wanted)]


@router.post(
    "/custom-fields",
    summary="Define a custom field",
    status_code=201,
    response_model=FieldOut,
    responses=problems(FieldKeyTaken, TooManyFields, ValidationFailed),
)
async def create_field(body: FieldIn, caller: Manager, tx: InTx) -> Response:
    """Its key is its own for ever; at most 200 fields."""
    made = await fields.create(tx, caller, body.definition())
    response = json(told(made), 201, {"Location": f"/v1/custom-fields/{made.id}"})
    set_etag(response, str(made.version))
    return response


@router.get("/custom-fields", summary="Custom fields", response_model=FieldPage)
async def list_fields(
    request: Request,
    caller: CanRead,
    context: InContext,
    wanted: InWanted,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """In the order of forms. Customers are told of the fields that they may see."""
    place = _place(context, cursor)
    found, more = await fields.listed(context, caller, wanted, place, limit)
    following = [found[-1].definition.position, found[-1].id] if more else None
    return page_response(request, [told(one) for one in found], cursor_of(context, following))


@router.get(
    "/custom-fields/{field_id}",
    summary="A custom field",
    response_model=FieldOut,
    responses=problems(NotFound),
)
async def read_field(field_id: UUID, caller: CanRead, context: InContext) -> Response:
    return _answer(await fields.read(context, caller, field_id))


@router.patch(
    "/custom-fields/{field_id}",
    summary="Change a custom field",
    response_model=FieldOut,
    responses=problems(NotFound, PreconditionFailed, ValidationFailed),
)
async def change_field(
    field_id: UUID, body: FieldPatch, caller: Manager, tx: InTx, request: Request
) -> Response:
    """`active: false` takes it out of use; its values stay readable."""
    return _answer(await fields.change(tx, caller, field_id, body.changes(), if_match(request)))


@router.get(
    "/public/fields",
    summary="What the public form asks",
    response_model=FormFields,
    dependencies=[VISITORS],
)
async def form_fields(
    context: InContext, department_id: Annotated[UUID | None, Query()] = None
) -> Response:
    """Fields that customers may fill in, in both languages; of one department or of all."""
    found = await fields.of_form(context, department_id)
    items = [asked(one) for one in found]
    return json({"items": items}, headers={"Cache-Control": "no-store"})


def _answer(field: Any) -> Response:
    return tagged(told(field), str(field.version))


def _place(context: Context, cursor: str | None) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    values = decode_cursor(context, cursor)
    try:
        position, field_id = values
        return int(position), UUID(field_id)
    except (ValueError, TypeError):
        raise cursor_foreign() from None
