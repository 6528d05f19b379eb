"""Rows of events on their way to endpoints: queued, claimed in fairness, recorded in bulk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.retries import Answer, Verdict
from services.notify.tables import Webhook
from shared.kit.tables import table
from shared.kit.tx import Tx

LEASE: Final = timedelta(seconds=60)
LOG_ENTRIES: Final = 20

_WEBHOOK = table(Webhook)


@dataclass(frozen=True, slots=True)
class Result:
    """How one attempt ended."""

    webhook_id: UUID
    endpoint_id: UUID
    attempts: int
    at: datetime
    answer: Answer
    verdict: Verdict


_MINE: Final = "w.attempts = v.attempts"
"""A replay or a later claim counts anew."""
_QUEUE: Final = insert(_WEBHOOK).on_conflict_do_nothing()


def queue(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """One row per endpoint and event; an event that comes again queues nothing."""
    for row in rows:
        tx.write(_QUEUE, row, row["id"])


async def queue_again(tx: Tx, rows: list[dict[str, Any]]) -> int:
    """For replays: events already sent go out once more, with a fresh schedule."""
    if not rows:
        return 0
    again = {"state": "pending", "attempts": 0, "next_at": tx.now, "leased_until": None}
    statement = insert(_WEBHOOK).values(rows)
    key = ["endpoint_id", "event_id"]
    await tx.execute(statement.on_conflict_do_update(index_elements=key, set_=again))
    return len(rows)


async def claim(tx: Tx, busy: dict[UUID, int], per_endpoint: int, limit: int) -> list[RowMapping]:
    """Due events that nobody holds; an endpoint in trouble gets one lane, others their share."""
    return await tx.rows(
        """with mine as materialized (select w.id from notify.endpoint e
            left join unnest(cast(:busy as uuid[]), cast(:counts as int[])) as b (id, held)
                on b.id = e.id
            cross join lateral (select id from notify.webhook
                where endpoint_id = e.id and state = 'pending' and next_at <= :now
                and (leased_until is null or leased_until <= :now)
                order by next_at, id
                limit greatest(0, case when e.failing_since is null then :share else 1 end
                    - coalesce(b.held, 0))
                for update skip locked) w
            where e.enabled and (e.throttled_until is null or e.throttled_until <= :now)
            and exists (select from notify.webhook d
                where d.endpoint_id = e.id and d.state = 'pending' and d.next_at <= :now)
            limit :limit)
        update notify.webhook w set leased_until = :until, attempts = w.attempts + 1
            from mine, notify.endpoint e where w.id = mine.id and e.id = w.endpoint_id
            returning w.id, w.endpoint_id, w.event_id, w.body, w.attempts,
                e.version as endpoint_version""",
        {
            "busy": list(busy),
            "counts": list(busy.values()),
            "share": per_endpoint,
            "limit": limit,
            "now": tx.now,
            "until": tx.now + LEASE,
        },
    )


async def record(tx: Tx, results: list[Result]) -> None:
    """The outcome of many attempts in one statement; the last ones of each stay in its log.

    An attempt that was under way when the event was asked for again decides nothing more.
    """
    await tx.execute(
        f"""update notify.webhook w set state = case when {_MINE} then v.state else w.state end,
            next_at = case when {_MINE} then v.next_at else w.next_at end,
            leased_until = case when {_MINE} then null else w.leased_until end,
            last_status = v.status, last_error = v.error,
            log = case when jsonb_array_length(w.log) >= {LOG_ENTRIES} then w.log - 0
                else w.log end || cast(v.entry as jsonb),
            delivered_at = case when v.state = 'delivered' then v.at else w.delivered_at end
            from unnest(cast(:ids as uuid[]), cast(:states as text[]),
                cast(:next_ats as timestamptz[]), cast(:statuses as int[]),
                cast(:errors as text[]), cast(:entries as text[]), cast(:ats as timestamptz[]),
                cast(:attempts as int[]))
                as v (id, state, next_at, status, error, entry, at, attempts)
            where w.id = v.id""",
        {
            "ids": [one.webhook_id for one in results],
            "states": [_state(one.verdict) for one in results],
            "next_ats": [one.verdict.next_at for one in results],
            "statuses": [one.answer.status for one in results],
            "errors": [one.answer.error for one in results],
            "entries": [_entry(one) for one in results],
            "ats": [one.at for one in results],
            "attempts": [one.attempts for one in results],
        },
    )


def _state(verdict: Verdict) -> str:
    return {"retry": "pending", "gone": "failed"}.get(verdict.outcome, verdict.outcome.value)


def _entry(one: Result) -> str:
    answer = one.answer
    entry = {
        "attempt": one.attempts,
        "at": one.at.isoformat(),
        "status": answer.status,
        "error": answer.error,
        "milliseconds": answer.milliseconds,
    }
    return orjson.dumps(entry).decode()


async def note_health(
    tx: Tx, well: list[UUID], ill: dict[UUID, datetime | None]
) -> list[RowMapping]:
    """Endpoints that answered are sound again; the others fail since now, or since before.

    Returns the ill ones with the instant their failing began.
    """
    if well:
        await tx.execute(
            "update notify.endpoint set failing_since = null, throttled_until = null"
            " where id = any(:well) and failing_since is not null",
            {"well": well},
        )
    if not ill:
        return []
    return await tx.rows(
        """update notify.endpoint e set failing_since = coalesce(e.failing_since, :now),
            throttled_until = coalesce(v.until, e.throttled_until)
            from unnest(cast(:ids as uuid[]), cast(:untils as timestamptz[])) as v (id, until)
            where e.id = v.id returning e.id, e.failing_since""",
        {"ids": list(ill), "untils": list(ill.values()), "now": tx.now},
    )


async def webhooks(
    tx: Tx, endpoint_id: UUID, state: str | None, before: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """An endpoint's deliveries, newest first."""
    rows = await tx.rows(
        "select * from notify.webhook where endpoint_id = :endpoint_id"
        " and (cast(:state as text) is null or state = :state)"
        " and (cast(:before as uuid) is null or id < :before) order by id desc limit :limit",
        {"endpoint_id": endpoint_id, "state": state, "before": before, "limit": limit},
    )
    return [dict(row) for row in rows]


async def resend(tx: Tx, endpoint_id: UUID, webhook_id: UUID) -> dict[str, Any] | None:
    """The delivery goes out again at once, with a fresh schedule."""
    row = await tx.row(
        "update notify.webhook set state = 'pending', attempts = 0, next_at = :now,"
        " leased_until = null where id = :id and endpoint_id = :endpoint_id returning *",
        {"id": webhook_id, "endpoint_id": endpoint_id, "now": tx.now},
    )
    return dict(row) if row else None


async def drop_before(tx: Tx, at: datetime) -> None:
    await tx.execute(
        "delete from notify.webhook where created_at < :at and state <> 'pending'", {"at": at}
    )
