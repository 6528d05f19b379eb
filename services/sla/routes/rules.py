"""Calendars, policies and contracts over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request, Response

from services.sla.schemas.calendars import CalendarIn, CalendarList, CalendarOut, VersionIn
from services.sla.schemas.contracts import ContractIn, ContractList, ContractOut, ContractPatch
from services.sla.schemas.policies import Name, PolicyIn, PolicyList, PolicyOut, PolicyPatch
from services.sla.usecases import calendars, contracts, policies
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.http import (
    InContext,
    InTx,
    decode_place,
    encode_cursor,
    if_match,
    page,
    require,
    router,
    set_etag,
)
from shared.kit.problems import NotFound, PreconditionFailed, problems
from shared.vocabulary import Localized, Role

_STAFF: Final = tuple(role for role in Role if role not in {Role.CUSTOMER, Role.CUSTOMER_ADMIN})
Row = dict[str, Any]
_FIRST: Final = UUID(int=0)

CanRead = Annotated[Caller, require("sla:read")]
OF_STAFF = require("sla:read", *_STAFF)
CanManage = Annotated[Caller, require("sla:manage", *_STAFF)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=1024)]

door = router("/v1", tags=["sla"])


@door.post("/sla/calendars", status_code=201, summary="Make a calendar", response_model=CalendarOut)
async def create_calendar(
    body: CalendarIn, caller: CanManage, tx: InTx, response: Response
) -> object:
    """In force at once, for all time; later changes are versions."""
    document = body.model_dump(mode="json", exclude={"name"})
    made = await calendars.create(tx, caller, _localized(body.name), document)
    return _tagged(made, response)


@door.get(
    "/sla/calendars",
    summary="All calendars",
    response_model=CalendarList,
    dependencies=[OF_STAFF],
)
async def list_calendars(
    tx: InTx, context: InContext, cursor: Cursor = None, limit: Limit = 50
) -> object:
    after = _after(context, cursor)
    return _page(context, await calendars.page(tx, after, limit + 1), limit)


@door.get(
    "/sla/calendars/{calendar_id}",
    summary="A calendar's newest version",
    response_model=CalendarOut,
    responses=problems(NotFound),
    dependencies=[OF_STAFF],
)
async def get_calendar(calendar_id: UUID, tx: InTx, response: Response) -> object:
    return _tagged(await calendars.get(tx, calendar_id), response)


@door.post(
    "/sla/calendars/{calendar_id}/versions",
    status_code=201,
    summary="Change a calendar",
    response_model=CalendarOut,
    responses=problems(NotFound),
)
async def add_calendar_version(
    calendar_id: UUID, body: VersionIn, caller: CanManage, tx: InTx, response: Response
) -> object:
    """Minutes counted before `effective_from` stay as they were, unless it is retroactive."""
    changes = body.model_dump(
        mode="json", exclude={"effective_from", "retroactive"}, exclude_none=True
    )
    force = (body.effective_from, body.retroactive)
    return _tagged(await calendars.supersede(tx, caller, calendar_id, changes, force), response)


@door.post("/sla/policies", status_code=201, summary="Make a policy", response_model=PolicyOut)
async def create_policy(body: PolicyIn, caller: CanManage, tx: InTx, response: Response) -> object:
    """Serves tickets through a contract that names it."""
    return _tagged(await policies.create(tx, caller, body.model_dump(mode="json")), response)


@door.get(
    "/sla/policies",
    summary="All policies",
    response_model=PolicyList,
    dependencies=[OF_STAFF],
)
async def list_policies(
    tx: InTx, context: InContext, cursor: Cursor = None, limit: Limit = 50
) -> object:
    after = _after(context, cursor)
    return _page(context, await policies.page(tx, after, limit + 1), limit)


@door.get(
    "/sla/policies/{policy_id}",
    summary="A policy's newest version",
    response_model=PolicyOut,
    responses=problems(NotFound),
    dependencies=[OF_STAFF],
)
async def get_policy(policy_id: UUID, tx: InTx, response: Response) -> object:
    return _tagged(await policies.get(tx, policy_id), response)


@door.patch(
    "/sla/policies/{policy_id}",
    summary="Change a policy",
    response_model=PolicyOut,
    responses=problems(NotFound, PreconditionFailed),
)
async def change_policy(
    policy_id: UUID,
    body: PolicyPatch,
    caller: CanManage,
    tx: InTx,
    request: Request,
    response: Response,
) -> object:
    """A new version for new tickets; those that are open keep what they were promised."""
    changes = body.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    expected = if_match(request)
    return _tagged(await policies.change(tx, caller, policy_id, changes, expected), response)


@door.post("/contracts", status_code=201, summary="Make a contract", response_model=ContractOut)
async def create_contract(
    body: ContractIn, caller: CanManage, tx: InTx, response: Response
) -> object:
    """From its first day on it chooses the policy of the organization's new tickets."""
    return _tagged(await contracts.create(tx, caller, body.model_dump()), response)


@door.get("/contracts", summary="Contracts", response_model=ContractList)
async def list_contracts(
    caller: CanRead,
    tx: InTx,
    context: InContext,
    organization_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """Customers see those of their own organization."""
    after = _after(context, cursor)
    rows = await contracts.page(tx, caller, organization_id, after, limit + 1)
    return _page(context, rows, limit)


@door.get(
    "/contracts/{contract_id}",
    summary="A contract",
    response_model=ContractOut,
    responses=problems(NotFound),
)
async def get_contract(contract_id: UUID, caller: CanRead, tx: InTx, response: Response) -> object:
    return _tagged(await contracts.get(tx, caller, contract_id), response)


@door.patch(
    "/contracts/{contract_id}",
    summary="Change a contract",
    response_model=ContractOut,
    responses=problems(NotFound, PreconditionFailed),
)
async def change_contract(
    contract_id: UUID,
    body: ContractPatch,
    caller: CanManage,
    tx: InTx,
    request: Request,
    response: Response,
) -> object:
    """Open tickets keep the policy that they began with."""
    changes = body.model_dump(exclude_unset=True)
    expected = if_match(request)
    return _tagged(await contracts.change(tx, caller, contract_id, changes, expected), response)


def _tagged(found: Row, response: Response) -> Row:
    set_etag(response, str(found["version"]))
    return found


def _localized(name: Name | str) -> Localized:
    return (
        Localized(ar=name, en=name) if isinstance(name, str) else Localized(ar=name.ar, en=name.en)
    )


def _after(context: Context, cursor: str | None) -> UUID:
    return _FIRST if cursor is None else decode_place(context, cursor)


def _page(context: Context, rows: Sequence[Row], limit: int) -> dict[str, Any]:
    following = encode_cursor(context, [rows[limit - 1]["id"]]) if len(rows) > limit else None
    return page(rows[:limit], following)
