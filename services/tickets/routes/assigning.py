"""Assignment: how a department gives out its tickets, what its people take, and taking one."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from services.tickets.problems.assigning import AlreadyTaken
from services.tickets.routes.policies import BELIEVED, changed, tagged
from services.tickets.schemas.assigning import (
    DepartmentRuleIn,
    DepartmentRuleOut,
    PersonRuleIn,
    PersonRuleOut,
)
from services.tickets.schemas.outputs import TicketOut
from services.tickets.usecases import assigning
from shared.kit import http
from shared.kit.callers import Caller
from shared.kit.http import InTx, if_match, require
from shared.kit.problems import (
    Forbidden,
    IllegalTransition,
    NotFound,
    PreconditionFailed,
    ValidationFailed,
    problems,
)
from shared.vocabulary import STAFF_ROLES

router = http.router("/v1", tags=["assignment"])

OfStaff = Annotated[Caller, require("tickets:read", *STAFF_ROLES)]
CanManage = Annotated[Caller, require("tickets:manage", *STAFF_ROLES)]
_SET = problems(NotFound, Forbidden, PreconditionFailed, ValidationFailed)


@router.get(
    "/assignment/departments/{department_id}",
    summary="How a department gives out its tickets",
    response_model=DepartmentRuleOut,
    responses=problems(NotFound),
)
async def read_department_rule(department_id: UUID, caller: OfStaff, tx: InTx) -> Response:
    """With its agents, what they have and whether they could take one more."""
    found = await assigning.department(tx, caller, department_id)
    return tagged(found, str(found["version"]))


@router.put(
    "/assignment/departments/{department_id}",
    summary="Say how a department gives out its tickets",
    response_model=DepartmentRuleOut,
    responses=_SET,
)
async def set_department_rule(
    department_id: UUID, body: DepartmentRuleIn, caller: CanManage, tx: InTx, request: Request
) -> Response:
    """For managers of the department and leaders of the house.

    In turn, new tickets go to agents who are here and have room, soonest due first; what nobody
    can take waits, and is given as soon as somebody has room, is back or goes on.
    """
    found = await assigning.set_department(
        tx, caller, department_id, body.model_dump(mode="json"), if_match(request)
    )
    return tagged(found, str(found["version"]))


@router.get(
    "/assignment/people/{person_id}",
    summary="What somebody takes",
    response_model=PersonRuleOut,
    responses=problems(NotFound),
)
async def read_person_rule(person_id: UUID, caller: OfStaff, tx: InTx) -> Response:
    found = await assigning.person(tx, caller, person_id)
    return tagged(found, str(found["version"]))


@router.put(
    "/assignment/people/{person_id}",
    summary="Say what somebody takes",
    response_model=PersonRuleOut,
    responses=_SET,
)
async def set_person_rule(
    person_id: UUID, body: PersonRuleIn, caller: CanManage, tx: InTx, request: Request
) -> Response:
    """Everybody may pause themselves; the rest is for leaders of a department of theirs."""
    found = await assigning.set_person(tx, caller, person_id, body.values(), if_match(request))
    return tagged(found, str(found["version"]))


@router.post(
    "/tickets/{ticket_id}/take",
    summary="Take a ticket",
    response_model=TicketOut,
    responses=problems(NotFound, Forbidden, IllegalTransition, AlreadyTaken, PreconditionFailed),
    dependencies=BELIEVED,
)
async def take_ticket(ticket_id: UUID, caller: CanManage, tx: InTx) -> Response:
    """For oneself; refused when a colleague was faster, and no news when one has it already."""
    return changed(tx.context, await assigning.take(tx, caller, ticket_id))
