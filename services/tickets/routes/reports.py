"""Reports on tickets over HTTP: figures, a spreadsheet, a picture."""

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query, Request, Response

from services.tickets.domain import reporting as rules
from services.tickets.domain.reportchart import chart
from services.tickets.domain.reporting import Grouping, Measure, Question
from services.tickets.domain.reportsheet import sheet
from services.tickets.problems.reports import ReportTooSlow, refused
from services.tickets.routes.policies import MayReport, cursor_of
from services.tickets.schemas.feedback import RatingsPage, RatingsWish
from services.tickets.schemas.reports import TicketReportOut, Wish
from services.tickets.usecases import reporting
from shared.kit import http
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.http import InContext, cursor_foreign, decode_cursor, json, language, page_response
from shared.kit.model import EARLIEST
from shared.kit.problems import ValidationFailed, problems
from shared.reporting import spans
from shared.reporting.numerals import Numerals, numerals
from shared.reporting.sheet import BYTE_ORDER_MARK
from shared.vocabulary import Locale
from shared.worktime import InvalidCalendar
from shared.worktime.zones import load

router = http.router("/v1", tags=["reports"])
_DAYS: Final = timedelta(days=30)
_HARMLESS: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@router.get(
    "/reports",
    summary="What happened to tickets, in figures",
    response_model=TicketReportOut,
    responses={
        200: {
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "image/svg+xml": {"schema": {"type": "string"}},
            }
        },
        **problems(ValidationFailed, ReportTooSlow),
    },
)
async def report(
    request: Request, caller: MayReport, context: InContext, wish: Annotated[Wish, Query()]
) -> Response:
    """Of the last 30 days unless `from` and `to` say otherwise, within the caller's rights.

    `metric`: one or more; `group_by`: up to two, of which one may be of time. Days begin in
    `timezone`, else where the organization is, else where the company is; weeks on Sundays.
    """
    locale = language(request)
    zone = await _zone(context, caller, wish)
    question = _question(context.clock.now(), caller, wish, zone)
    found = await reporting.report(context, caller, question, locale)
    if wish.format == "csv":
        return _table(question, found, locale, bom=wish.bom)
    if wish.format == "svg":
        return _picture(question, found, locale, _digits(request, wish))
    return json(found)


def _table(question: Question, found: reporting.Row, locale: Locale, *, bom: bool) -> Response:
    text = sheet(question, found["items"], found["totals"], locale)
    name = f"tickets-{question.start:%Y%m%d}-{question.end:%Y%m%d}.csv"
    return Response(
        (BYTE_ORDER_MARK if bom else "") + text,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _digits(request: Request, wish: Wish) -> Numerals:
    return numerals(wish.digits, request.headers.get("accept-language", ""), language(request))


def _picture(
    question: Question, found: reporting.Row, locale: Locale, digits: Numerals
) -> Response:
    drawn = chart(question, found["items"], found["totals"], locale, digits)
    return Response(drawn, media_type="image/svg+xml; charset=utf-8", headers=_HARMLESS)


def _question(now: datetime, caller: Caller, wish: Wish, zone: ZoneInfo) -> Question:
    start, end = _span(caller, wish, now, zone)
    measures, by = _measures(caller, wish), _groupings(caller, wish)
    if wish.format == "svg" and (len(measures) > 1 or len(by) > 1):
        raise refused("?format", "one_picture", caller.locale)
    return Question(start, end, now, zone, measures, by, wish.filters())


def _span(caller: Caller, wish: Wish, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    begins, ends = spans.moment(wish.start, zone), spans.moment(wish.end, zone)
    end = ends or (max(now, begins) if begins else now)
    start = begins or max(end - _DAYS, EARLIEST)
    if start > end:
        raise refused("?to", "ends_before_start", caller.locale)
    if end - start > spans.LONGEST:
        raise refused("?from", "span_too_long", caller.locale)
    return start, end


def _measures(caller: Caller, wish: Wish) -> tuple[Measure, ...]:
    try:
        return rules.measures(wish.metric)
    except rules.WordRefused:
        raise refused("?metric", "unknown_metric", caller.locale) from None


def _groupings(caller: Caller, wish: Wish) -> tuple[Grouping, ...]:
    try:
        return rules.groupings(wish.group_by)
    except rules.WordRefused:
        raise refused("?group_by", "unknown_grouping", caller.locale) from None


@router.get(
    "/feedback",
    summary="List what customers said",
    response_model=RatingsPage,
    responses=problems(ValidationFailed),
)
async def list_feedback(
    request: Request,
    caller: MayReport,
    context: InContext,
    wish: Annotated[RatingsWish, Query()],
) -> Response:
    """Newest first, within the caller's reports; `score=1,2` and `commented=true` narrow it."""
    zone = load(await reporting.home_zone(context, caller, wish.organization_id))
    start, end = spans.moment(wish.start, zone), spans.moment(wish.end, zone)
    if start and end and start > end:
        raise refused("?to", "ends_before_start", caller.locale)
    asked = {**wish.narrow(start, end), "place": _place(context, wish.cursor)}
    items, place = await reporting.ratings(context, caller, asked, wish.limit, language(request))
    return page_response(request, items, cursor_of(context, place))


def _place(context: Context, cursor: str | None) -> reporting.Place | None:
    if cursor is None:
        return None
    values = decode_cursor(context, cursor)
    try:
        at, ticket, count = values
        return datetime.fromisoformat(at), UUID(ticket), int(count)
    except (ValueError, TypeError):
        raise cursor_foreign() from None


async def _zone(context: InContext, caller: Caller, wish: Wish) -> ZoneInfo:
    try:
        return load(
            wish.timezone or await reporting.home_zone(context, caller, wish.organization_id)
        )
    except InvalidCalendar:
        raise refused("?timezone", "unknown_zone", caller.locale) from None
