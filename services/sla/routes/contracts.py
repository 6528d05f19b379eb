"""Contracts over HTTP."""

from uuid import UUID

from fastapi import Request, Response

from services.sla.routes.doors import (
    CanManage,
    CanRead,
    Cursor,
    Limit,
    after_cursor,
    paged,
    tagged,
)
from services.sla.schemas.contracts import ContractIn, ContractList, ContractOut, ContractPatch
from services.sla.usecases import contracts
from shared.kit.http import InContext, InTx, if_match, router
from shared.kit.problems import NotFound, PreconditionFailed, problems

door = router("/v1", tags=["sla"])


@door.post("/contracts", status_code=201, summary="Make a contract", response_model=ContractOut)
async def create_contract(
    body: ContractIn, caller: CanManage, tx: InTx, response: Response
) -> object:
    """From its first day on it chooses the policy of the organization's new tickets."""
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
    return tagged(await contracts.change(tx, caller, contract_id, changes, expected), response)
