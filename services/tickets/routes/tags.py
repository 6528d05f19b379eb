"""Tags: suggested while one types, added and removed one by one, renamed by managers."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.tickets.routes.fields import Manager
from services.tickets.routes.policies import BELIEVED, CanRead, CanWrite, changed
from services.tickets.schemas.outputs import TicketOut
from services.tickets.schemas.tags import RenameIn, RetagIn, TagJobOut, TagList
from services.tickets.store.rows import Row
from services.tickets.usecases import tagging
from shared.kit import http
from shared.kit.http import InContext, InTx, json, page
from shared.kit.model import Line
from shared.kit.problems import NotFound, PreconditionFailed, ValidationFailed, problems

router = http.router("/v1/tickets", tags=["tags"])


@router.get("/tags", summary="Suggest tags", response_model=TagList)
async def suggest_tags(
    caller: CanRead,
    context: InContext,
    prefix: Annotated[str, Line(50, 0), Query()] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """The commonest first, counted among the caller's tickets: staff those of their departments."""
    return json(page(await tagging.suggestions(context, caller, prefix, limit)))


@router.post(
    "/tags/rename",
    summary="Rename or merge a tag",
    status_code=202,
    response_model=TagJobOut,
    responses=problems(ValidationFailed),
)
async def rename_tag(body: RenameIn, caller: Manager, tx: InTx) -> Response:
    """New tickets bear the new name at once, old ones as a job comes to them."""
    job = await tagging.rename(tx, caller, body.tag, body.to)
    return json(_told(job), 202, {"Location": f"/v1/tickets/tags/jobs/{job['id']}"})


@router.get(
    "/tags/jobs/{job_id}",
    summary="How far a renaming is",
    response_model=TagJobOut,
    responses=problems(NotFound),
)
async def read_job(job_id: UUID, caller: Manager, tx: InTx) -> Response:  # noqa: ARG001 - the policy
    return json(_told(await tagging.job(tx, job_id)))


@router.post(
    "/{ticket_id}/tags",
    summary="Add and remove tags",
    response_model=TicketOut,
    responses=problems(NotFound, PreconditionFailed, ValidationFailed),
    dependencies=BELIEVED,
)
async def retag(ticket_id: UUID, body: RetagIn, caller: CanWrite, tx: InTx) -> Response:
    """By staff; tags that are not named stay, whoever set them meanwhile."""
    result = await tagging.change(tx, caller, ticket_id, body.add, body.remove)
    return changed(tx.context, result)


def _told(job: Row) -> dict[str, object]:
    shown = ("id", "from_tag", "to_tag", "changed", "created_at", "finished_at")
    return {name: job[name] for name in shown}
