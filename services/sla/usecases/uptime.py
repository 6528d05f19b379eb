"""A contract's uptime, derived from its customer's outage tickets, with the working."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.sla.domain.uptime import Outage, Span, measured, outages, told, union
from services.sla.problems import refused
from services.sla.store import clocks
from services.sla.store import uptime as store
from services.sla.usecases import contracts
from services.sla.usecases.rulebook import rulebook
from shared.kit.callers import Caller
from shared.kit.model import EARLIEST
from shared.kit.tx import Tx
from shared.vocabulary import COMPANY_CALENDAR
from shared.worktime import Micros, Timeline, instant, micros, whole_seconds

Shown = dict[str, Any]
End = datetime | date
_MONTH: Final = timedelta(days=30)
_EPOCH: Final = datetime(1970, 1, 1).date()  # noqa: DTZ001 - a civil day, of no zone
_ZONES_APART: Final = timedelta(days=2)
"""Further away, a civil day cannot touch the span; calendars end where people write 9999."""


async def of_contract(
    tx: Tx, caller: Caller, contract_id: UUID, start: End | None, end: End | None
) -> Shown:
    """The last 30 days where nothing is asked; foreign contracts are not found.

    A date is the beginning of its day where the contract's calendar counts.
    """
    contract = await contracts.get(tx, caller, contract_id)
    book = await rulebook(tx)
    timeline = book.calendars[str(contract["calendar_id"] or COMPANY_CALENDAR)]
    asked = _asked(caller, _moment(timeline, start), _moment(timeline, end), tx.now)
    span = _clipped(timeline, contract, asked)
    found = await _outages(tx, caller, contract["organization_id"], span)
    return _shown(contract, span, found)


async def mark(tx: Tx, ticket_id: UUID, *, outage: bool) -> None:
    """Whether a ticket counts as an outage, for all of its life."""
    await store.mark(tx, ticket_id, outage=outage)


def _asked(caller: Caller, start: datetime | None, end: datetime | None, now: datetime) -> Span:
    last = end or now
    try:
        first = start or max(last - _MONTH, EARLIEST)
    except OverflowError:
        raise refused("?to", "invalid_duration", caller.locale) from None
    if first > last:
        raise refused("?to", "ends_before_start", caller.locale)
    return micros(first), min(micros(last), micros(now))


def _moment(timeline: Timeline, end: End | None) -> datetime | None:
    if end is None or isinstance(end, datetime):
        return end
    return instant(_midnight(timeline, (end - _EPOCH).days))


def _clipped(timeline: Timeline, contract: Shown, span: Span) -> Span:
    """Inside the contract's civil days, where its calendar counts; both are included."""
    start, end = span
    if contract["starts_on"] > instant(start).date() - _ZONES_APART:
        start = max(start, _midnight(timeline, (contract["starts_on"] - _EPOCH).days))
    ends_on = contract["ends_on"]
    if ends_on is not None and ends_on < instant(end).date() + _ZONES_APART:
        end = min(end, _midnight(timeline, (ends_on - _EPOCH).days + 1))
    return min(start, max(end, span[0])), end


def _midnight(timeline: Timeline, day: int) -> Micros:
    return timeline.resolve(day, 0)


Told = tuple[Shown, Outage, Span]


async def _outages(tx: Tx, caller: Caller, organization_id: UUID, span: Span) -> list[Told]:
    if span[0] >= span[1]:
        return []
    asked = (instant(span[0]), instant(span[1]))
    tickets = await store.outage_tickets(tx, caller, organization_id, asked)
    happened = await clocks.happenings(tx, [ticket["ticket_id"] for ticket in tickets])
    return [
        (ticket, outage, inside)
        for ticket in tickets
        for outage in outages(happened.get(ticket["ticket_id"], []))
        if (inside := outage.within(span)) is not None
    ]


def _shown(contract: Shown, span: Span, found: list[Told]) -> Shown:
    down = union(inside for _, _, inside in found)
    figures = measured(span, down, contract["uptime_target"])
    percent = figures.percent
    return {
        **_span((span[0], max(span))),
        "contract_id": contract["id"],
        "target_percent": contract["uptime_target"],
        "allowed_seconds": figures.allowed,
        "outages": [_outage(*one) for one in found],
        "downtime": [_span(one) for one in down],
        "downtime_seconds": figures.down,
        "uptime_percent": None if percent is None else float(percent),
        "met": figures.met,
        "text": told(figures),
    }


def _outage(ticket: Shown, outage: Outage, inside: Span) -> Shown:
    seen = ticket["seen"]
    return {
        **_span(inside),
        "number": f"SND-{ticket['number']}" if seen else None,
        "ticket_id": ticket["ticket_id"] if seen else None,
        "open": outage.end is None,
    }


def _span(span: Span) -> Shown:
    return {
        "from": instant(span[0]),
        "to": instant(span[1]),
        "seconds": whole_seconds(*span),
    }
