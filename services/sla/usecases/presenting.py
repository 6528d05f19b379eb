"""An account as it goes out: over the API, into mails and webhooks, as text for people."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from services.sla.domain import wording
from services.sla.domain.causes import Change
from services.sla.domain.dates import hijri_date
from services.sla.domain.daybook import Day
from services.sla.domain.ledger import CLOCK_CHANGE, Line, Totals, with_shifts
from services.sla.domain.settle import to_arm
from services.sla.domain.simulation import segment
from services.sla.domain.striking import Due
from services.sla.usecases.accounting import Account
from services.sla.usecases.explaining import when
from services.sla.usecases.stating import CALENDAR
from shared.kit.locale import isolate, pick
from shared.vocabulary import Locale, Localized
from shared.worktime import SECOND, TZDATA_VERSION, instant

Shown = dict[str, Any]
TOLD_DAYS: Final = 14
"""Days that a mail or a webhook tells; what came before is in the sums."""
_SUMS: Final = ("wall", "counted", "paused", "stopped", "closed")
_TIMER: Final = (
    *("cycle", "point", "generation", "fired_at", "lag_ms", "disarmed_at", "cause", "moved_to"),
)
_OUTSIDE: Final[Shown] = {"generation": None, "lag_ms": None}
"""How our own machinery did is no part of what a customer was promised."""
_SKIPPED: Final = Localized(ar="تقديم الساعة", en="the clock went forward")


def explained(account: Account, *, by_day: bool, outside: bool = False) -> Shown:
    """The ledger of one metric (sla.md 6)."""
    return {
        "metric": account.metric,
        "as_of": account.moment.as_of,
        "segments": None if by_day else [_segment(account, line) for line in _lines(account)],
        "days": [_day(account, one) for one in account.days()] if by_day else None,
        "totals": account.totals,
        "due": {**_due(account), "why": list(_why(account))},
        "timers": [
            {**one, **(_OUTSIDE if outside else {})} for one in (*_ended(account), *_armed(account))
        ],
        "breaches": account.record(),
        "text": account.text(),
    }


def told(account: Account) -> Shown:
    """The same figures, short enough for a mail or a webhook."""
    days = account.days()
    last = days[-TOLD_DAYS:]
    return {
        "metric": account.metric,
        "as_of": account.moment.as_of,
        "totals": _sums(account.totals),
        "due": _due(account),
        "text": account.text(),
        "days": [_day(account, one) for one in last],
        "days_omitted": len(days) - len(last),
    }


def written(accounts: Iterable[Account], number: str, locale: Locale) -> str:
    """What a manager may paste into a letter: the sentence of each promise and of each day."""
    head = Localized(ar="التذكرة {number}", en="Ticket {number}")
    blocks = [pick(head, locale).format(number=isolate(number))]
    for account in accounts:
        days = (wording.day(one, account.named) for one in account.days())
        lines = [account.text(), *days]
        blocks.append("\n".join(pick(one, locale) for one in lines))
    return "\n\n".join(blocks) + "\n"


def _lines(account: Account) -> list[Line]:
    return with_shifts(account.lines, account.shifts)


def _segment(account: Account, line: Line) -> Shown:
    skipped = line.reason == CLOCK_CHANGE
    name = _SKIPPED if skipped else account.named(line.reason, line.ref)
    return {**segment(line), "ref_name": name}


def _day(account: Account, one: Day) -> Shown:
    return {
        **_sums(one.totals),
        "date": one.date,
        "hijri_date": hijri_date(one.date),
        "clock_change_seconds": sum(shift.step for shift in one.shifts) // SECOND,
        "text": wording.day(one, account.named),
    }


def _sums(sums: Totals) -> Shown:
    return {name: getattr(sums, name) for name in _SUMS}


def _due(account: Account) -> Shown:
    sight, reading = account.moment.file.sight, account.reading
    book, target = sight.book, account.target
    calendar = book.named(target.timeline) or str(sight.row.calendar_id)
    return {
        "at": when(reading.due),
        "remaining_seconds": reading.left,
        "late_seconds": reading.over,
        "target_seconds": reading.target,
        "target_business_days": target.days,
        "calendar": calendar,
        "calendar_version": book.version_at(calendar, account.moment.at),
        "timezone": account.zone.wall.timezone,
        "tzdata": TZDATA_VERSION,
        "policy_id": sight.row.policy_id,
        "policy_version": sight.row.policy_version,
    }


def _why(account: Account) -> Iterator[Shown]:
    """Changes by what happened to the ticket, and by calendars that were changed under it."""
    found = [_change(one) for one in account.changes()] + list(_recounted(account))
    return iter(sorted(found, key=lambda one: one["at"]))


def _change(one: Change) -> Shown:
    return {
        "at": instant(one.at),
        "cause": one.cause,
        "value": one.value or None,
        "ref": one.ref,
        "before": when(one.before),
        "after": when(one.after),
    }


def _recounted(account: Account) -> Iterator[Shown]:
    """A calendar's version disarms what it moves, or voids what it undoes: that is the change."""
    for one in _past(account):
        if one["state"] == "disarmed" and one["cause"] == CALENDAR and one["kind"] == "breach":
            yield _by_calendar(one["ended_at"], one["due_at"], one["moved_to"])
    broken = {one["cycle"]: one for one in account.record() if one["fact"] == "breached"}
    for one in account.record():
        undone = one["fact"] == "voided" and one["cause"] == CALENDAR
        if undone and one["noted_at"] <= account.moment.as_of:
            before = broken[one["cycle"]]["due_at"]
            yield _by_calendar(one["noted_at"], before, when(account.reading.due))


def _by_calendar(at: datetime, before: datetime, after: datetime | None) -> Shown:
    change = {"at": at, "cause": CALENDAR, "before": before, "after": after}
    return {**change, "value": None, "ref": None}


def _past(account: Account) -> Iterator[Shown]:
    for one in account.moment.file.past:
        mine = Due.read(one["key"], one["due_at"]).metric is account.metric
        if mine and one["ended_at"] <= account.moment.as_of:
            yield one


def _ended(account: Account) -> list[Shown]:
    """Timers that fired or were disarmed, in the order in which that happened."""
    breaches = (one for one in account.record() if one["fact"] == "breached")
    fired = [_struck(one) for one in breaches if one["noted_at"] <= account.moment.as_of]
    past = [_gone(one) for one in _past(account)]
    return sorted([*fired, *past], key=lambda one: one["fired_at"] or one["disarmed_at"])


def _struck(breach: Shown) -> Shown:
    """A breach on record; what a change broke had no timer, and is late from the change on."""
    return _timer(
        "breach",
        "fired",
        breach["due_at"],
        cycle=breach["cycle"],
        fired_at=breach["noted_at"],
        lag_ms=_milliseconds(breach["breached_at"], breach["noted_at"]),
    )


def _gone(one: Shown) -> Shown:
    due = Due.read(one["key"], one["due_at"])
    more: Shown = {"cycle": due.cycle, "point": due.point, "generation": one["generation"]}
    if one["state"] == "fired":
        lag = _milliseconds(one["due_at"], one["ended_at"])
        more |= {"fired_at": one["ended_at"], "lag_ms": lag}
    else:
        more |= {"disarmed_at": one["ended_at"], "cause": one["cause"], "moved_to": one["moved_to"]}
    return _timer(one["kind"], one["state"], one["due_at"], **more)


def _armed(account: Account) -> list[Shown]:
    row = account.moment.file.sight.row
    armed = to_arm(account.moment.readings, account.moment.at, row.stated)
    return [
        _timer(
            one.kind,
            "armed",
            instant(one.at),
            cycle=one.cycle,
            point=one.point,
            generation=row.generation,
        )
        for one in armed
        if one.metric is account.metric
    ]


def _timer(kind: str, state: str, due_at: datetime, **more: Any) -> Shown:
    return {**dict.fromkeys(_TIMER), "kind": kind, "state": state, "due_at": due_at, **more}


def _milliseconds(due: datetime, at: datetime) -> int:
    return round((at - due).total_seconds() * 1000)
