"""Calendars and their versions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.sla.routes.doors import (
    OF_STAFF,
    CanManage,
    Cursor,
    Limit,
    after_cursor,
    localized,
    paged,
    place_after,
    tagged,
)
from services.sla.schemas.calendars import (
    CalendarIn,
    CalendarList,
    CalendarOut,
    PreviewOut,
    VersionIn,
    VersionList,
    VersionOut,
)
from services.sla.usecases import calendars, previewing
from shared.kit.http import InContext, InTx, encode_cursor, if_match, page, router
from shared.kit.problems import NotFound, PreconditionFailed, problems

door = router("/v1", tags=["sla"])
_NEWEST = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=_NEWEST)]


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


@door.get(
    "/sla/calendars/{calendar_id}/versions",
    summary="A calendar's versions, newest first",
    response_model=VersionList,
    responses=problems(NotFound),
    dependencies=[OF_STAFF],
)
async def list_calendar_versions(
    calendar_id: UUID, tx: InTx, context: InContext, cursor: Cursor = None, limit: Limit = 50
) -> object:
    before = _NEWEST if cursor is None else place_after(context, cursor)
    rows = await calendars.versions(tx, calendar_id, before, limit + 1)
    more = len(rows) > limit
    return page(
        rows[:limit], encode_cursor(context, [rows[limit - 1]["version"]]) if more else None
    )


@door.get(
    "/sla/calendars/{calendar_id}/versions/{number}",
    summary="One version of a calendar",
    response_model=VersionOut,
    responses=problems(NotFound),
    dependencies=[OF_STAFF],
)
async def get_calendar_version(calendar_id: UUID, number: Number, tx: InTx) -> object:
    return await calendars.version(tx, calendar_id, number)


@door.post(
    "/sla/calendars/{calendar_id}/versions",
    status_code=201,
    summary="Change a calendar",
    response_model=CalendarOut,
    responses=problems(NotFound, PreconditionFailed),
)
async def add_calendar_version(
    calendar_id: UUID,
    body: VersionIn,
    caller: CanManage,
    tx: InTx,
    request: Request,
    response: Response,
) -> object:
    """Minutes counted before `effective_from` stay as they were, unless it is retroactive."""
    await calendars.expect(tx, calendar_id, if_match(request))
    force = (body.effective_from, body.retroactive)
    return tagged(
        await calendars.supersede(tx, caller, calendar_id, body.changes(), force), response
    )


@door.post(
    "/sla/calendars/{calendar_id}/preview",
    summary="Which open tickets a change would move",
    response_model=PreviewOut,
    responses=problems(NotFound),
)
async def preview_calendar_version(
    calendar_id: UUID,
    body: VersionIn,
    caller: CanManage,
    tx: InTx,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """The body of a new version; nothing is stored. Pages go on where the last one stopped."""
    force = (body.effective_from, body.retroactive)
    made = await previewing.drafted(tx, calendar_id, body.changes(), force)
    place = (after_cursor(tx.context, cursor), limit)
    found = await previewing.preview(tx, caller, calendar_id, made, place)
    last = found.pop("next")
    return {**found, "next_cursor": None if last is None else encode_cursor(tx.context, [last])}
