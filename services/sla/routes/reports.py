"""How promises were kept, over HTTP: figures, a spreadsheet, a picture."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import Query, Request, Response

from services.sla.domain import attainment
from services.sla.domain.attainment import Grouping, Question
from services.sla.domain.chart import chart, points
from services.sla.domain.sheet import sheet
from services.sla.problems import refused
from services.sla.routes.doors import STAFF
from services.sla.schemas.reports import ReportOut, Wish
from services.sla.usecases import reporting
from services.sla.usecases.named import Named, require_named
from shared.kit.callers import Caller
from shared.kit.http import InContext, json, language, require, router
from shared.kit.model import EARLIEST
from shared.kit.problems import NotFound, ValidationFailed, problems
from shared.kit.tx import Tx
from shared.reporting import spans
from shared.reporting.numerals import Numerals, numerals
from shared.reporting.sheet import BYTE_ORDER_MARK
from shared.vocabulary import Locale, Role
from shared.worktime import InvalidCalendar
from shared.worktime.zones import load

_DAYS: Final = timedelta(days=30)
_YEAR: Final = 11
_HARMLESS: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}

_READERS: Final = tuple(role for role in STAFF if role is not Role.AGENT)
MayReport = Annotated[Caller, require("reports:read", *_READERS)]
door = router("/v1", tags=["sla"])


@door.get(
    "/sla/report",
    summary="How promises were kept",
    response_model=ReportOut,
    responses={
        200: {
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "image/svg+xml": {"schema": {"type": "string"}},
            }
        },
        **problems(ValidationFailed, NotFound),
    },
)
async def report(
    request: Request, caller: MayReport, context: InContext, wish: Annotated[Wish, Query()]
) -> Response:
    """Of the tickets opened in the span, within the caller's rights; the last 30 days else.

    A date in `from` or `to` is the beginning of its day in `timezone`, else in the company's.

    `group_by`: one or two of priority, department, organization, agent, contract, month. A
    picture (`format=svg`) is by month and of the last twelve, if nothing else is asked.
    """
    named = Named(wish.organization_id, wish.department_id, wish.contract_id)
    await require_named(context, caller, named)
    async with context.tx(caller) as tx:
        zone = await _zone(tx, caller, wish)
        question = _question(tx, caller, wish, zone, by_month=wish.format == "svg")
        if wish.format == "svg":
            return await _picture(tx, caller, question, request, wish.digits)
        found = await reporting.report(tx, caller, question)
    if wish.format == "csv":
        return _table(question, found, language(request), bom=wish.bom)
    return json(ReportOut.model_validate(found).model_dump(mode="json", by_alias=True))


async def _picture(
    tx: Tx, caller: Caller, question: Question, request: Request, asked: Numerals | None
) -> Response:
    found = await reporting.report(tx, caller, replace(question, worst=0))
    locale = language(request)
    digits = numerals(asked, request.headers.get("accept-language", ""), locale)
    drawn = chart(points(question.months, found["items"]), question.metric, locale, digits)
    return Response(drawn, media_type="image/svg+xml; charset=utf-8", headers=_HARMLESS)


def _table(question: Question, found: Any, locale: Locale, *, bom: bool) -> Response:
    text = sheet(question.by, found["items"], found["totals"], locale)
    name = f"sla-{question.start:%Y%m%d}-{question.end:%Y%m%d}.csv"
    return Response(
        (BYTE_ORDER_MARK if bom else "") + text,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _question(
    tx: Tx, caller: Caller, wish: Wish, zone: ZoneInfo, *, by_month: bool = False
) -> Question:
    ends = (spans.moment(wish.start, zone), spans.moment(wish.end, zone))
    start, end = _span(caller, ends, tx.now, zone if by_month else None)
    by = (Grouping.MONTH,) if by_month else _groupings(caller, wish)
    months = attainment.months(start, end, zone) if Grouping.MONTH in by else ()
    return Question(start, end, by, months, **wish.filters())


def _span(
    caller: Caller,
    asked: tuple[datetime | None, datetime | None],
    now: datetime,
    months_of: ZoneInfo | None,
) -> tuple[datetime, datetime]:
    begins, ends = asked
    end = ends or (max(now, begins) if begins else now)
    before = spans.month_before(end, _YEAR, months_of) if months_of else end - _DAYS
    start = begins or max(before, EARLIEST)
    if start > end:
        raise refused("?to", "ends_before_start", caller.locale)
    if end - start > spans.LONGEST:
        raise refused("?from", "span_too_long", caller.locale)
    return start, end


def _groupings(caller: Caller, wish: Wish) -> tuple[Grouping, ...]:
    try:
        return attainment.groupings(wish.group_by)
    except attainment.GroupingRefused:
        raise refused("?group_by", "unknown_grouping", caller.locale) from None


async def _zone(tx: Tx, caller: Caller, wish: Wish) -> ZoneInfo:
    try:
        return load(wish.timezone or await reporting.company_zone(tx))
    except InvalidCalendar:
        raise refused("?timezone", "unknown_zone", caller.locale) from None
