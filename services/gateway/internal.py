"""HTTP door of the operations listener: tokens and people for the other services."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form

from services.gateway.problems import InvalidClient, OtherOrganization, UnknownOrganization
from services.gateway.schemas.auth import ServiceTokenForm, TokenOut
from services.gateway.schemas.directory import CompanyPositionsOut, DepartmentOut
from services.gateway.schemas.internal import (
    BatchIn,
    ColleagueOut,
    ColleaguesIn,
    ColleaguesOut,
    DepartmentsOut,
    NamedOut,
    NamesOut,
    OrganizationOut,
    OrganizationsIn,
    OutcomeOut,
    OutcomesOut,
    PeopleOut,
    PersonOut,
    ResolveAllIn,
    ResolvedOut,
    ResolveIn,
)
from services.gateway.usecases import clients, directory, organizations, people
from services.gateway.usecases.signing import ring_of
from services.gateway.usecases.tokens import Tokens
from shared.kit import http
from shared.kit.http import InContext, InTx, internal, public
from shared.kit.problems import NotFound, problems

router = http.router(tags=["internal"])
_SERVICE: Final = internal()
_APPLICANT: Final = public("a service proves itself with its secret here")


@router.get(
    "/.well-known/jwks.json",
    summary="The public keys of our tokens",
    dependencies=[public("public keys verify, they open nothing")],
)
async def jwks(context: InContext) -> dict[str, Any]:
    return ring_of(context).document()


@router.post(
    "/internal/token",
    summary="A token for one service of ours to call another",
    response_model=TokenOut,
    response_model_exclude_none=True,
    responses=problems(InvalidClient),
    dependencies=[_APPLICANT],
)
async def token(form: Annotated[ServiceTokenForm, Form()], context: InContext) -> object:
    access = await clients.log_in_service(
        context, form.client_id, form.client_secret, form.audience
    )
    return TokenOut.of(Tokens(access, ""))


@router.post(
    "/internal/people/resolve",
    summary="Who has this address; made a customer when nobody has",
    response_model=ResolvedOut,
    responses=problems(UnknownOrganization, OtherOrganization),
    dependencies=[_SERVICE],
)
async def resolve(body: ResolveIn, tx: InTx) -> object:
    """May be asked twice, and by many at once: one address is one person."""
    return ResolvedOut.of(await people.resolve(tx, body.stranger()))


@router.post(
    "/internal/people/resolve-all",
    summary="The same for many senders at once",
    response_model=OutcomesOut,
    dependencies=[_SERVICE],
)
async def resolve_all(body: ResolveAllIn, tx: InTx) -> object:
    outcomes = await people.resolve_all(tx, [one.stranger() for one in body.items.values()])
    told = zip(body.items, outcomes, strict=True)
    return OutcomesOut(items=[OutcomeOut.of(key, outcome) for key, outcome in told])


@router.post(
    "/internal/people/colleagues",
    summary="Which of the desk's own people have these addresses",
    response_model=ColleaguesOut,
    dependencies=[_SERVICE],
)
async def colleagues(body: ColleaguesIn, tx: InTx) -> object:
    """Nobody is made; addresses of nobody and of customers are left out."""
    found = await people.colleagues(tx, body.addresses)
    items = [ColleagueOut(address=address, user_id=one) for address, one in found.items()]
    return ColleaguesOut(items=items)


@router.post(
    "/internal/people/batch",
    summary="People by their ids",
    response_model=PeopleOut,
    dependencies=[_SERVICE],
)
async def batch(body: BatchIn, tx: InTx) -> object:
    """Unknown ids are left out."""
    found = await people.batch(tx, body.user_ids)
    return PeopleOut(items=[PersonOut.of(user, zone) for user, zone in found])


@router.get(
    "/internal/departments",
    summary="All departments",
    response_model=DepartmentsOut,
    dependencies=[_SERVICE],
)
async def departments(tx: InTx) -> object:
    rows = await directory.listed(tx, None, 10_000)
    held = await directory.department_positions(tx, rows)
    return DepartmentsOut(items=[DepartmentOut.of(row, held[row.id]) for row in rows])


@router.get(
    "/internal/departments/{department_id}",
    summary="A department",
    response_model=DepartmentOut,
    responses=problems(NotFound),
    dependencies=[_SERVICE],
)
async def department(department_id: UUID, tx: InTx) -> object:
    found = await directory.read(tx, department_id)
    held = await directory.department_positions(tx, [found])
    return DepartmentOut.of(found, held[department_id])


@router.post(
    "/internal/organizations/batch",
    summary="What organizations are called, by their ids",
    response_model=NamesOut,
    dependencies=[_SERVICE],
)
async def organization_names(body: OrganizationsIn, tx: InTx) -> object:
    """Unknown ids are left out."""
    found = await organizations.batch(tx, body.organization_ids)
    return NamesOut(items=[NamedOut(id=one.id, name=one.name) for one in found])


@router.get(
    "/internal/organizations/{organization_id}",
    summary="An organization, without its name",
    response_model=OrganizationOut,
    responses=problems(NotFound),
    dependencies=[_SERVICE],
)
async def organization(organization_id: UUID, tx: InTx) -> Any:
    return await organizations.read(tx, tx.caller, organization_id)


@router.get(
    "/internal/positions",
    summary="Who leads the company",
    response_model=CompanyPositionsOut,
    dependencies=[_SERVICE],
)
async def positions(tx: InTx) -> object:
    return CompanyPositionsOut.of(await directory.company_positions(tx))
