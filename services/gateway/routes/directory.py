"""Departments and positions of the desk."""

from uuid import UUID

from fastapi import Request, Response

from services.gateway.domain.directory import Department
from services.gateway.problems import MailboxTaken, UnknownPerson
from services.gateway.routes.paging import InPage
from services.gateway.routes.policies import MANAGES_DEPARTMENTS, SIGNED_IN, STAFF_READS
from services.gateway.schemas.directory import (
    CompanyPositionsIn,
    CompanyPositionsOut,
    DepartmentIn,
    DepartmentOut,
    DepartmentPage,
    DepartmentPatch,
    PositionsIn,
    PositionsOut,
)
from services.gateway.usecases import directory
from shared.kit import http
from shared.kit.http import InTx, if_match, set_etag
from shared.kit.problems import NotFound, PreconditionFailed, problems
from shared.kit.tx import Tx

router = http.router(prefix="/v1", tags=["departments"])


@router.post(
    "/departments",
    summary="Add a department",
    status_code=201,
    response_model=DepartmentOut,
    responses=problems(MailboxTaken),
    dependencies=[MANAGES_DEPARTMENTS],
)
async def create(body: DepartmentIn, tx: InTx, response: Response) -> object:
    """Mail to its mailbox opens tickets in it."""
    made = await directory.create(tx, body.localized(), body.mailbox)
    set_etag(response, str(made.version))
    response.headers["location"] = f"/v1/departments/{made.id}"
    return DepartmentOut.of(made, {})


@router.get(
    "/departments",
    summary="All departments",
    response_model=DepartmentPage,
    dependencies=[SIGNED_IN],
)
async def list_departments(tx: InTx, page: InPage) -> Response:
    """Customers see them too, without their leaders."""
    rows = await directory.listed(tx, page.after, page.fetch)
    held = await directory.department_positions(tx, rows)
    return page.answer(rows, lambda row: DepartmentOut.of(row, held[row.id]), lambda row: row.id)


@router.get(
    "/departments/{department_id}",
    summary="A department",
    response_model=DepartmentOut,
    responses=problems(NotFound),
    dependencies=[SIGNED_IN],
)
async def read(department_id: UUID, tx: InTx, response: Response) -> object:
    found = await directory.read(tx, department_id)
    set_etag(response, str(found.version))
    return await _shown(tx, found)


@router.patch(
    "/departments/{department_id}",
    summary="Change a department",
    response_model=DepartmentOut,
    responses=problems(NotFound, PreconditionFailed, MailboxTaken),
    dependencies=[MANAGES_DEPARTMENTS],
)
async def change(
    department_id: UUID,
    body: DepartmentPatch,
    tx: InTx,
    request: Request,
    response: Response,
) -> object:
    changed = await directory.change(tx, department_id, body.wish(), if_match(request))
    set_etag(response, str(changed.version))
    return await _shown(tx, changed)


@router.put(
    "/departments/{department_id}/positions",
    summary="Say who leads a department",
    response_model=PositionsOut,
    responses=problems(NotFound, UnknownPerson),
    dependencies=[MANAGES_DEPARTMENTS],
)
async def place_department(department_id: UUID, body: PositionsIn, tx: InTx) -> object:
    """A position that is not named keeps its holder, null leaves it empty."""
    await directory.place(tx, department_id, body.holders())
    found = await directory.read(tx, department_id)
    return PositionsOut.of((await directory.department_positions(tx, [found]))[department_id])


@router.get(
    "/departments/{department_id}/positions",
    summary="Who leads a department",
    response_model=PositionsOut,
    responses=problems(NotFound),
    dependencies=[STAFF_READS],
)
async def department_positions(department_id: UUID, tx: InTx) -> object:
    found = await directory.read(tx, department_id)
    return PositionsOut.of((await directory.department_positions(tx, [found]))[department_id])


@router.put(
    "/positions",
    summary="Say who leads the company",
    response_model=CompanyPositionsOut,
    responses=problems(UnknownPerson),
    dependencies=[MANAGES_DEPARTMENTS],
)
async def place_company(body: CompanyPositionsIn, tx: InTx) -> object:
    """A list that is not named stays."""
    await directory.place(tx, None, body.holders())
    return CompanyPositionsOut.of(await directory.company_positions(tx))


@router.get(
    "/positions",
    summary="Who leads the company",
    response_model=CompanyPositionsOut,
    dependencies=[STAFF_READS],
)
async def company_positions(tx: InTx) -> object:
    return CompanyPositionsOut.of(await directory.company_positions(tx))


async def _shown(tx: Tx, department: Department) -> DepartmentOut:
    held = await directory.department_positions(tx, [department])
    return DepartmentOut.of(department, held[department.id])
