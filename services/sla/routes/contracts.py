"""Contracts over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.sla.problems import ContractExists
from services.sla.routes.doors import (
    MANAGES,
    CanManage,
    CanRead,
    Cursor,
    Limit,
    after_cursor,
    below_cursor,
    paged,
    paged_down,
    tagged,
)
from services.sla.schemas.contracts import (
    ContractIn,
    ContractList,
    ContractOut,
    ContractPatch,
    ContractVersionList,
)
from services.sla.schemas.policies import AppliedOut
from services.sla.schemas.uptime import UptimeOut
from services.sla.usecases import applying, contracts, uptime
from shared.kit.http import InContext, InTx, if_match, router
from shared.kit.model import InstantOrDate
from shared.kit.problems import NotFound, PreconditionFailed, ValidationFailed, problems

door = router("/v1", tags=["sla"])


@door.post(
    "/contracts",
    status_code=201,
    summary="Make a contract",
    response_model=ContractOut,
    responses=problems(ContractExists),
)
async def create_contract(
    body: ContractIn, caller: CanManage, tx: InTx, response: Response
) -> object:
    """From its first day on it chooses the policy of the organization's new tickets.

    Of several in force the one that began last serves; the same contract twice is refused.
    """
    return tagged(await contracts.create(tx, caller, body.model_dump()), response)


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
    after = after_cursor(context, cursor)
    rows = await contracts.page(tx, caller, organization_id, after, limit + 1)
    return paged(context, rows, limit)


@door.get(
    "/contracts/{contract_id}",
    summary="A contract",
    response_model=ContractOut,
    responses=problems(NotFound),
)
async def get_contract(contract_id: UUID, caller: CanRead, tx: InTx, response: Response) -> object:
    return tagged(await contracts.get(tx, caller, contract_id), response)


@door.patch(
    "/contracts/{contract_id}",
    summary="Change a contract",
    response_model=ContractOut,
    responses=problems(NotFound, PreconditionFailed, ContractExists),
)
async def change_contract(
    contract_id: UUID,
    body: ContractPatch,
    caller: CanManage,
    tx: InTx,
    request: Request,
    response: Response,
) -> object:
    """Open tickets keep what they are served under until it is applied."""
    changes = body.model_dump(exclude_unset=True)
    if changes.get("policy_ids", ()) is None:
        changes["policy_ids"] = []
    expected = if_match(request)
    return tagged(await contracts.change(tx, caller, contract_id, changes, expected), response)


@door.get(
    "/contracts/{contract_id}/versions",
    summary="A contract's history",
    response_model=ContractVersionList,
    responses=problems(NotFound),
)
async def list_contract_versions(
    contract_id: UUID,
    caller: CanRead,
    tx: InTx,
    context: InContext,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """Newest first: what was agreed, and when; who wrote it down is for staff."""
    below = below_cursor(context, cursor)
    rows = await contracts.versions(tx, caller, contract_id, (below, limit + 1))
    return paged_down(context, rows, limit)


@door.post(
    "/contracts/{contract_id}/apply",
    status_code=202,
    summary="Serve open tickets as the contracts say now",
    response_model=AppliedOut,
    responses=problems(NotFound),
    dependencies=[MANAGES],
)
async def apply_contract(contract_id: UUID, tx: InTx) -> object:
    """All open tickets of the customer: each by the contract in force on its opening day."""
    return await applying.contract(tx, contract_id)


@door.get(
    "/contracts/{contract_id}/uptime",
    summary="A contract's uptime, with the working",
    response_model=UptimeOut,
    responses=problems(NotFound, ValidationFailed),
)
async def get_uptime(
    contract_id: UUID,
    caller: CanRead,
    tx: InTx,
    start: Annotated[InstantOrDate | None, Query(alias="from")] = None,
    end: Annotated[InstantOrDate | None, Query(alias="to")] = None,
) -> object:
    """Out of tickets marked as outages, while they were P1 and unsolved; else the last 30 days.

    A date is the beginning of its day where the contract's calendar counts.
    """
    return await uptime.of_contract(tx, caller, contract_id, start, end)
