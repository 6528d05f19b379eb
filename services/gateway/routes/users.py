"""People: administrators manage them, others see the part that concerns them."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.gateway.adapters.addresses import parse_address
from services.gateway.problems import (
    AddressTaken,
    BeyondOwnRights,
    LastAdministrator,
    PasswordRefused,
    RolesRefused,
    UnknownDepartment,
    UnknownOrganization,
)
from services.gateway.routes.paging import InPage
from services.gateway.routes.policies import AnyCaller, ManagesUsers
from services.gateway.schemas.fields import Email
from services.gateway.schemas.people import UserIn, UserOut, UserPage, UserPatch
from services.gateway.store.users import Filter, lookup_of
from services.gateway.usecases import users
from shared.kit import http
from shared.kit.http import InContext, InTx, if_match, set_etag
from shared.kit.problems import NotFound, PreconditionFailed, problems
from shared.vocabulary import Role

router = http.router(prefix="/v1/users", tags=["users"])


@router.post(
    "",
    summary="Add a person",
    status_code=201,
    response_model=UserOut,
    responses=problems(
        *(AddressTaken, RolesRefused, PasswordRefused, UnknownOrganization, UnknownDepartment),
        BeyondOwnRights,
    ),
)
async def create(body: UserIn, caller: ManagesUsers, tx: InTx, response: Response) -> object:
    """Customers need an organization; people of the desk may have departments.

    Nobody gives roles that may do more than they may themselves.
    """
    made = UserOut.of(await users.create(tx, caller.scopes, body.wish()))
    set_etag(response, str(made.version))
    response.headers["location"] = f"/v1/users/{made.id}"
    return made


async def _filter(
    context: InContext,
    organization_id: UUID | None = None,
    department_id: UUID | None = None,
    role: Role | None = None,
    email: Annotated[Email | None, Query()] = None,
) -> Filter:
    lookup = lookup_of(context, parse_address(email).folded) if email else None
    return Filter(organization_id, department_id, role, lookup)


@router.get("", summary="People whom the caller may see", response_model=UserPage)
async def list_users(
    caller: AnyCaller, tx: InTx, page: InPage, narrowed: Annotated[Filter, Depends(_filter)]
) -> Response:
    """The desk sees all, a customer's administrator the organization, others themselves."""
    rows = await users.listed(tx, caller, narrowed, page.after, page.fetch)
    return page.answer(rows, UserOut.of, lambda user: user.person.id)


@router.get("/{user_id}", summary="A person", response_model=UserOut, responses=problems(NotFound))
async def read(user_id: UUID, caller: AnyCaller, tx: InTx, response: Response) -> object:
    found = UserOut.of(await users.read(tx, caller, user_id))
    set_etag(response, str(found.version))
    return found


@router.patch(
    "/{user_id}",
    summary="Change a person",
    response_model=UserOut,
    responses=problems(
        *(NotFound, PreconditionFailed, AddressTaken, LastAdministrator),
        *(RolesRefused, PasswordRefused, UnknownOrganization, UnknownDepartment),
        BeyondOwnRights,
    ),
)
async def change(
    user_id: UUID,
    body: UserPatch,
    caller: ManagesUsers,
    tx: InTx,
    request: Request,
    response: Response,
) -> object:
    """New rights count within five seconds; a new password ends the person's sessions.

    Of people who may do more than the caller, only the name and the language can be changed.
    """
    version = if_match(request)
    made = await users.change(tx, caller.scopes, user_id, body.wish(), version)
    changed = UserOut.of(made)
    set_etag(response, str(changed.version))
    return changed
