"""Policies and their versions over HTTP."""

from typing import Final
from uuid import UUID

from fastapi import Request, Response

from services.sla.routes.doors import (
    MANAGES,
    OF_STAFF,
    CanManage,
    Cursor,
    Limit,
    Version,
    after_cursor,
    below_cursor,
    paged,
    paged_down,
    tagged,
)
from services.sla.schemas.policies import (
    AppliedOut,
    PolicyIn,
    PolicyList,
    PolicyOut,
    PolicyPatch,
    PolicyVersionList,
    PolicyVersionOut,
)
from services.sla.usecases import applying, policies
from shared.kit.http import InContext, InTx, if_match, router
from shared.kit.problems import NotFound, PreconditionFailed, problems

door = router("/v1", tags=["sla"])
_MAY_END: Final = frozenset({"pause_reminder", "pause_auto_resolve", "match"})
"""What a policy may do without: null takes it away."""


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
    """A new version for new tickets; open ones keep theirs until it is applied."""
    changes = {
        name: value
        for name, value in body.model_dump(mode="json", exclude_unset=True).items()
        if value is not None or name in _MAY_END
    }
    expected = if_match(request)
    return tagged(await policies.change(tx, caller, policy_id, changes, expected), response)


@door.get(
    "/sla/policies/{policy_id}/versions",
    summary="A policy's history",
    response_model=PolicyVersionList,
    responses=problems(NotFound),
    dependencies=[OF_STAFF],
)
async def list_policy_versions(
    policy_id: UUID, tx: InTx, context: InContext, cursor: Cursor = None, limit: Limit = 50
) -> object:
    """Newest first; each ticket keeps the version that it has until another is applied."""
    below = below_cursor(context, cursor)
    rows = await policies.versions(tx, policy_id, below, limit + 1)
    return paged_down(context, rows, limit)


@door.get(
    "/sla/policies/{policy_id}/versions/{version}",
    summary="One version of a policy",
    response_model=PolicyVersionOut,
    responses=problems(NotFound),
    dependencies=[OF_STAFF],
)
async def get_policy_version(policy_id: UUID, version: Version, tx: InTx) -> object:
    return await policies.version(tx, policy_id, version)


@door.post(
    "/sla/policies/{policy_id}/apply",
    status_code=202,
    summary="Move open tickets onto a policy's newest version",
    response_model=AppliedOut,
    responses=problems(NotFound),
    dependencies=[MANAGES],
)
async def apply_policy(policy_id: UUID, tx: InTx) -> object:
    """Counted time is kept; targets and calendars are swapped as of now (sla.md 5.8)."""
    return await applying.policy(tx, policy_id)
