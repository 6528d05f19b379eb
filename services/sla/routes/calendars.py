"""Calendars and their versions over HTTP."""

from uuid import UUID

from fastapi import Response

from services.sla.routes.doors import (
    OF_STAFF,
    CanManage,
    Cursor,
    Limit,
    after_cursor,
    localized,
    paged,
    tagged,
)
from services.sla.schemas.calendars import CalendarIn, CalendarList, CalendarOut, VersionIn
from services.sla.usecases import calendars
from shared.kit.http import InContext, InTx, router
from shared.kit.problems import NotFound, problems

door = router("/v1", tags=["sla"])


@door.post("/sla/calendars", status_code=201, summary="Make a calendar", response_model=CalendarOut)
async def create_calendar(
    body: CalendarIn, caller: CanManage, tx: InTx, response: Response
) -> object:
    """In force at once, for all time; later changes are versions."""
    document = body.model_dump(mode="json", exclude={"name"})
    made = await calendars.create(tx, caller, localized(body.name), document)
    return tagged(made, response)


@door.get(
    "/sla/calendars",
    summary="All calendars",
    response_model=CalendarList,
    dependencies=[OF_STAFF],
)
async def list_calendars(
    tx: InTx, context: InContext, cursor: Cursor = None, limit: Limit = 50
) -> object:
    after = after_cursor(context, cursor)
    return paged(context, await calendars.page(tx, after, limit + 1), limit)


@door.get(
    "/sla/calendars/{calendar_id}",
    summary="A calendar's newest version",
    response_model=CalendarOut,
    responses=problems(NotFound),
    dependencies=[OF_STAFF],
)
async def get_calendar(calendar_id: UUID, tx: InTx, response: Response) -> object:
    return tagged(await calendars.get(tx, calendar_id), response)


@door.post(
    "/sla/calendars/{calendar_id}/versions",
    status_code=201,
    summary="Change a calendar",
    response_model=CalendarOut,
    responses=problems(NotFound),
)
async def add_calendar_version(
    calendar_id: UUID, body: VersionIn, caller: CanManage, tx: InTx, response: Response
) -> object:
    """Minutes counted before `effective_from` stay as they were, unless it is retroactive."""
    changes = body.model_dump(
        mode="json", exclude={"effective_from", "retroactive"}, exclude_none=True
    )
    force = (body.effective_from, body.retroactive)
    return tagged(await calendars.supersede(tx, caller, calendar_id, changes, force), response)
