"""Holidays and seasons of calendars over HTTP: imported, read by people, confirmed."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.sla.domain.planned import Choice
from services.sla.problems import refused
from services.sla.routes.doors import OF_STAFF, CanManage, Limit, tagged
from services.sla.schemas.calendars import (
    CalendarDayList,
    CalendarOut,
    ConfirmIn,
    ImportIn,
    ImportOut,
    PlannedList,
    TaskList,
)
from services.sla.usecases import announcing, reading, reminding
from shared.kit.http import InTx, language, router
from shared.kit.model import Date
from shared.kit.problems import NotFound, PayloadTooLarge, problems

door = router("/v1", tags=["sla"])
_LARGEST = 256 * 1024
_LONGEST = timedelta(days=366)
_EARLIEST, _LATEST = date(1950, 1, 1), date(2150, 1, 1)
First = Annotated[Date | None, Query(alias="from")]
Last = Annotated[Date | None, Query(alias="to")]


@door.get(
    "/sla/calendars/tasks",
    summary="What of the calendars nobody has confirmed yet",
    response_model=TaskList,
    dependencies=[OF_STAFF],
)
async def list_calendar_tasks(tx: InTx, limit: Limit = 50) -> object:
    """Tentative holidays and seasons of all calendars that are not over, nearest first."""
    return {"items": await reminding.tasks(tx, limit)}


@door.post(
    "/sla/calendars/{calendar_id}/import",
    status_code=201,
    summary="Import holidays into a calendar",
    response_model=ImportOut,
    responses=problems(NotFound, PayloadTooLarge),
    max_body_size=_LARGEST,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": ImportIn.model_json_schema()},
                "text/calendar": {"schema": {"type": "string"}},
            },
        }
    },
)
async def import_holidays(
    calendar_id: UUID,
    request: Request,
    caller: CanManage,
    tx: InTx,
    response: Response,
    *,
    confirm: bool = False,
) -> object:
    """As a new version: JSON names a country or Hijri feasts, `text/calendar` is a file.

    What follows the moon arrives tentative, and so does a file unless `confirm` vouches for it.
    Rows that the calendar knows by their id are left as they are; with nothing new there is no
    new version.
    """
    raw = await request.body()
    if request.headers.get("content-type", "").partition(";")[0].strip() == "text/calendar":
        found = await announcing.import_file(tx, caller, calendar_id, raw, confirm=confirm)
    else:
        wish = _wish(raw).model_dump(mode="json")
        found = await announcing.import_known(tx, caller, calendar_id, wish)
    response.status_code = 201 if found["added"] else 200
    return tagged(found, response)


@door.post(
    "/sla/calendars/{calendar_id}/confirm",
    summary="Confirm tentative holidays and seasons",
    response_model=CalendarOut,
    responses=problems(NotFound),
)
async def confirm_holidays(
    calendar_id: UUID, body: ConfirmIn, caller: CanManage, tx: InTx, response: Response
) -> object:
    """From now on they close the desk or change its hours; a second call changes nothing."""
    choice = Choice(frozenset(body.ids), frozenset(body.dates), timedelta(days=body.move_days))
    found = await announcing.confirm(tx, caller, calendar_id, choice, retroactive=body.retroactive)
    return tagged(found, response)


@door.get(
    "/sla/calendars/{calendar_id}/days",
    summary="Days of a calendar, as people read them",
    response_model=CalendarDayList,
    responses=problems(NotFound),
    dependencies=[OF_STAFF],
)
async def list_calendar_days(
    calendar_id: UUID, tx: InTx, request: Request, first: First = None, last: Last = None
) -> object:
    """Each date with its hours, why it is closed, and its Hijri date; a month from today."""
    span = _span(tx, request, first, last, timedelta(days=30))
    return await reading.days(tx, calendar_id, span)


@door.get(
    "/sla/calendars/{calendar_id}/holidays",
    summary="Holidays and seasons of a calendar, as people read them",
    response_model=PlannedList,
    responses=problems(NotFound),
    dependencies=[OF_STAFF],
)
async def list_calendar_holidays(
    calendar_id: UUID, tx: InTx, request: Request, first: First = None, last: Last = None
) -> object:
    """Tentative ones too; a year from today."""
    span = _span(tx, request, first, last, _LONGEST)
    return {"items": await announcing.planned(tx, calendar_id, span)}


def _wish(raw: bytes) -> ImportIn:
    try:
        return ImportIn.model_validate_json(raw)
    except ValidationError as error:
        errors = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(errors) from error


def _span(
    tx: InTx, request: Request, first: date | None, last: date | None, usual: timedelta
) -> tuple[date, date]:
    """Both ends, of which either may be left out."""
    for end in filter(None, (first, last)):
        if not _EARLIEST <= end <= _LATEST:
            raise refused("?from", "range_too_long", language(request))
    begins = first or (last - usual if last else tx.now.date())
    ends = last or begins + usual
    if not timedelta(0) <= ends - begins <= _LONGEST:
        raise refused("?to", "range_too_long", language(request))
    return begins, ends
