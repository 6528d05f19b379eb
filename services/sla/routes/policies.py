"""Policies and their versions over HTTP."""

from uuid import UUID

from fastapi import Request, Response

from services.sla.routes.doors import (
    OF_STAFF,
    CanManage,
    Cursor,
    Limit,
    after_cursor,
    paged,
    tagged,
)
from services.sla.schemas.policies import PolicyIn, PolicyList, PolicyOut, PolicyPatch
from services.sla.usecases import policies
from shared.kit.http import InContext, InTx, if_match, router
from shared.kit.problems import NotFound, PreconditionFailed, problems

door = router("/v1", tags=["sla"])


@door.post("/sla/policies", status_code=201, summary="Make a policy", response_model=PolicyOut)
async def create_policy(body: PolicyIn, caller: CanManage, tx: InTx, response: Response) -> object:
    """Serves tickets through a contract that names it."""
    return tagged(await policies.create(tx, caller, body.model_dump(mode="json")), response)


@door.get(
    "/sla/policies",
    summary="All policies",
    response_model=PolicyList,
    dependencies=[OF_STAFF],
)
async def list_policies(
    tx: InTx, context: InContext, cursor: Cursor = None, limit: Limit = 50
) -> object:
    after = after_cursor(context, cursor)
    return paged(context, await policies.page(tx, after, limit + 1), limit)


@door.get(
    "/sla/policies/{policy_id}",
    summary="A policy's newest version",
    response_model=PolicyOut,
    responses=problems(NotFound),
    dependencies=[OF_STAFF],
)
async def get_policy(policy_id: UUID, tx: InTx, response: Response) -> object:
    return tagged(await policies.get(tx, policy_id), response)


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
    return tagged(await policies.change(tx, caller, policy_id, changes, expected), response)
