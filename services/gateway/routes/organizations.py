"""Customers of the house."""

from uuid import UUID

from fastapi import Request, Response

from services.gateway.problems import DomainTaken
from services.gateway.routes.paging import InPage
from services.gateway.routes.policies import MANAGES_ORGANIZATIONS, AnyCaller
from services.gateway.schemas.people import (
    OrganizationIn,
    OrganizationOut,
    OrganizationPage,
    OrganizationPatch,
)
from services.gateway.usecases import organizations
from shared.kit import http
from shared.kit.http import InTx, if_match, set_etag
from shared.kit.problems import NotFound, PreconditionFailed, problems

router = http.router(prefix="/v1/organizations", tags=["organizations"])


@router.post(
    "",
    summary="Add a customer organization",
    status_code=201,
    response_model=OrganizationOut,
    responses=problems(DomainTaken),
    dependencies=[MANAGES_ORGANIZATIONS],
)
async def create(body: OrganizationIn, tx: InTx, response: Response) -> object:
    """Mail from its domains makes its people known to us."""
    made = await organizations.create(tx, body.wish())
    set_etag(response, str(made.version))
    response.headers["location"] = f"/v1/organizations/{made.id}"
    return made


@router.get("", summary="Organizations that the caller may see", response_model=OrganizationPage)
async def list_organizations(caller: AnyCaller, tx: InTx, page: InPage) -> Response:
    rows = await organizations.listed(tx, caller, page.after, page.fetch)
    return page.answer(rows, OrganizationOut.model_validate, lambda row: row.id)


@router.get(
    "/{organization_id}",
    summary="An organization",
    response_model=OrganizationOut,
    responses=problems(NotFound),
)
async def read(organization_id: UUID, caller: AnyCaller, tx: InTx, response: Response) -> object:
    found = await organizations.read(tx, caller, organization_id)
    set_etag(response, str(found.version))
    return found


@router.patch(
    "/{organization_id}",
    summary="Change an organization",
    response_model=OrganizationOut,
    responses=problems(NotFound, PreconditionFailed, DomainTaken),
    dependencies=[MANAGES_ORGANIZATIONS],
)
async def change(
    organization_id: UUID,
    body: OrganizationPatch,
    tx: InTx,
    request: Request,
    response: Response,
) -> object:
    wish = body.wish()
    changed = await organizations.change(tx, organization_id, wish, if_match(request))
    set_etag(response, str(changed.version))
    return changed
