"""A replay as it is shown: sums per metric and priority, what changes, who is woken."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.sla.domain.ration import TooMuchWork
from services.sla.domain.replay import Change, Outcome, Side, Tally, hours, is_outside
from services.sla.domain.verdict import verdict
from services.sla.domain.waking import Call
from services.sla.problems import refused
from services.sla.store.replays import Place, Scope
from services.sla.usecases.drafting import draft
from services.sla.usecases.replaying import Replay, replay
from services.sla.usecases.rulebook import rulebook
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.vocabulary import COMPANY_CALENDAR, Metric
from shared.worktime import Micros, Timeline, instant

Shown = dict[str, Any]
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


async def foresee(context: Context, caller: Caller, body: Shown, after: Place | None) -> Shown:
    """Replay the tickets of the last days under the draft that `body` describes.

    `next` is where the next request goes on, None at the end.
    """
    try:
        return await _foreseen(context, caller, body, after)
    except TooMuchWork:
        raise refused("#/calendars", "too_much_work", caller.locale) from None


async def _foreseen(context: Context, caller: Caller, body: Shown, after: Place | None) -> Shown:
    async with context.tx(caller) as tx:
        judged_by = await draft(tx, caller, body["policy"], body["calendars"])
        company = (await rulebook(tx)).calendars[str(COMPANY_CALENDAR)]
        since = tx.now - timedelta(days=body["days"])
    scope = Scope(since, _id(body["organization_id"]), _id(body["of_policy"]))
    done = await replay(context, caller, scope, judged_by, (after, body["limit"]))
    return {**shown(done, since, company), "next": done.last if done.truncated else None}


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def shown(done: Replay, since: datetime, company: Timeline) -> Shown:
    """The answer of a replay; hours are told on the company's calendar."""
    tally = done.tally
    old, new = _calls(tally.old.called, company), _calls(tally.new.called, company)
    return {
        "since": since,
        "until": done.until,
        "oldest": None if done.last is None else done.last.opened_at,
        "tickets": tally.tickets,
        "truncated": done.truncated,
        "metrics": _lines(tally),
        "changes": _changes(tally),
        "woken": {"timezone": company.timezone, "old": old, "new": new},
        "text": verdict(tally, (old["outside_hours"], new["outside_hours"])),
    }


def _lines(tally: Tally) -> list[Shown]:
    found = {(m, p) for side in (tally.old, tally.new) for m, p, w in side.outcomes if w != "none"}
    order = list(Metric)
    return [
        {
            "metric": metric,
            "priority": priority,
            "old": _counts(tally.old, metric, priority),
            "new": _counts(tally.new, metric, priority),
        }
        for metric, priority in sorted(found, key=lambda one: (one[1], order.index(one[0])))
    ]


def _counts(side: Side, metric: Metric, priority: str) -> Shown:
    met, breached, still = (
        side.outcomes[metric, priority, "met"],
        side.outcomes[metric, priority, "breached"],
        side.outcomes[metric, priority, "open"],
    )
    ended = met + breached
    return {
        "tickets": ended + still,
        "met": met,
        "breached": breached,
        "open": still,
        "attainment": round(met / ended, 4) if ended else None,
    }


def _changes(tally: Tally) -> Shown:
    return {
        "better": tally.better,
        "worse": tally.worse,
        "moved": tally.moved,
        "open_moved": tally.open_moved,
        "items": [_change(one) for one in tally.changes],
        "more": tally.better + tally.worse > len(tally.changes),
    }


def _change(change: Change) -> Shown:
    return {
        "ticket_id": change.ticket_id,
        "number": f"SND-{change.number}",
        "metric": change.metric,
        "priority": change.priority,
        "old": _outcome(change.old),
        "new": _outcome(change.new),
    }


def _outcome(one: Outcome) -> Shown:
    return {
        "state": one.word,
        "due_at": _when(one.due),
        "breached_at": _when(one.breached_at),
    }


def _calls(called: Sequence[Call], company: Timeline) -> Shown:
    spread = hours(called, company)
    rungs: Counter[tuple[Metric, int, str]] = Counter()
    out: Counter[tuple[Metric, int, str]] = Counter()
    for call in called:
        rung = (call.metric, call.level, call.to.value)
        rungs[rung] += 1
        out[rung] += is_outside(call, company)
    total = len(called)
    return {
        "total": total,
        "outside_hours": spread.outside,
        "outside_share": round(spread.outside / total, 4) if total else None,
        "by_hour": list(spread.by_hour),
        "by_weekday": dict(zip(_WEEK, spread.by_weekday, strict=True)),
        "rungs": [
            {
                "metric": metric,
                "level": level,
                "to": to,
                "calls": rungs[metric, level, to],
                "outside_hours": out[metric, level, to],
            }
            for metric, level, to in sorted(rungs)
        ],
    }


def _when(at: Micros | None) -> datetime | None:
    return None if at is None else instant(at)
