"""HTTP door of escalation: a ticket's ladder, acknowledging a rung, absences, who is on call."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.escalation import usecases
from services.escalation.problems import NotRaised, UnknownColleague
from services.escalation.schemas import (
    AbsenceIn,
    AbsenceList,
    AbsenceOut,
    EscalationList,
    EscalationOut,
    OnCallOut,
)
from shared.kit.callers import Caller
from shared.kit.http import (
    InTx,
    decode_place,
    encode_cursor,
    page,
    require,
    router,
)
from shared.kit.problems import Forbidden, NotFound, problems
from shared.vocabulary import STAFF_ROLES

CanRead = Annotated[Caller, require("escalations:read")]
CanWrite = Annotated[Caller, require("escalations:write")]
OF_STAFF = require("escalations:read", *STAFF_ROLES)
OfStaff = Annotated[Caller, OF_STAFF]
Limit = Annotated[int, Query(ge=1, le=200)]

door = router("/v1", tags=["escalation"])


@door.get(
    "/tickets/{ticket_id}/escalations",
    summary="What happened on a ticket's ladders",
    response_model=EscalationList,
    responses=problems(NotFound),
)
async def list_escalations(ticket_id: UUID, caller: CanRead, tx: InTx) -> object:
    """Oldest first. Customers see levels and instants, not the offices and people of the desk."""
    return page(await usecases.escalations(tx, caller, ticket_id))


@door.post(
    "/escalations/{escalation_id}/acknowledge",
    summary="Take an escalation",
    response_model=EscalationOut,
    responses=problems(NotFound, NotRaised),
)
async def acknowledge(escalation_id: UUID, caller: CanWrite, tx: InTx) -> object:
    """Says that somebody is on it; the ladder itself goes on."""
    return await usecases.acknowledge(tx, caller, escalation_id)


@door.get(
    "/absences",
    summary="Who is or will be away",
    response_model=AbsenceList,
    dependencies=[OF_STAFF],
)
async def list_absences(
    tx: InTx,
    user_id: UUID | None = None,
    limit: Limit = 50,
    cursor: str | None = None,
) -> object:
    after = decode_place(tx.context, cursor) if cursor else None
    rows = await usecases.absences(tx, user_id, after, limit + 1)
    return _page(tx, rows, limit)


@door.post(
    "/absences",
    summary="Say that somebody is away and who stands in",
    status_code=201,
    response_model=AbsenceOut,
    responses=problems(Forbidden, UnknownColleague),
)
async def note_absence(body: AbsenceIn, caller: OfStaff, tx: InTx) -> object:
    """One's own absence, or (with `escalations:write`) somebody else's.

    Supervisors and managers enter those of their departments, senior management, executives,
    administrators and API clients that belong to no organization everybody's. The deputy shares a
    department with the absent person; for a position of the company they hold it too, or a higher.
    """
    return await usecases.note_absence(tx, caller, body.model_dump())


@door.delete(
    "/absences/{absence_id}",
    summary="Take an absence back",
    status_code=204,
    responses=problems(NotFound),
)
async def drop_absence(absence_id: UUID, caller: OfStaff, tx: InTx) -> Response:
    await usecases.drop_absence(tx, caller, absence_id)
    return Response(status_code=204)


@door.get(
    "/oncall",
    summary="Who holds each position now",
    response_model=OnCallOut,
    dependencies=[OF_STAFF],
)
async def on_call(tx: InTx) -> object:
    """Deputies stand in the place of the absent."""
    return await usecases.on_call(tx)


def _page(tx: InTx, rows: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    following = None
    if len(rows) > limit:
        following = encode_cursor(tx.context, [str(rows[limit - 1]["id"])])
    return page(rows[:limit], following)
