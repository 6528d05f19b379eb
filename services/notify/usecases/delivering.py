"""Webhooks on their way: claimed in batches, signed, posted, recorded in batches."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notify.adapters.partners import Partners, Post, host_of
from services.notify.domain.retries import Outcome, exhausted_patience, judge
from services.notify.domain.signing import signed_headers
from services.notify.store import endpoints, webhooks
from services.notify.store.endpoints import Endpoint
from services.notify.store.webhooks import Result
from services.notify.usecases.announcing import tell_disabled
from shared.events.notify import NotifyWebhookDisabled
from shared.kit.context import Context
from shared.kit.logging import get_logger
from shared.kit.tx import Tx

_log = get_logger("webhooks")
_DIE = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt to make."""

    webhook_id: UUID
    event_id: UUID
    endpoint: Endpoint
    body: bytes
    attempts: int


@dataclass(slots=True)
class Round:
    """What one process has in its hands between two transactions."""

    lanes: int
    per_endpoint: int
    held: dict[UUID, int] = field(default_factory=dict)
    finished: list[Result] = field(default_factory=list)
    known: dict[UUID, Endpoint] = field(default_factory=dict)

    @property
    def free(self) -> int:
        return self.lanes - sum(self.held.values())

    def take(self, job: Job) -> None:
        self.held[job.endpoint.id] = self.held.get(job.endpoint.id, 0) + 1

    def give_back(self, endpoint_id: UUID, result: Result | None) -> None:
        left = self.held[endpoint_id] - 1
        if left:
            self.held[endpoint_id] = left
        else:
            del self.held[endpoint_id]
        if result is not None:
            self.finished.append(result)


async def turn(context: Context, state: Round) -> list[Job]:
    """One transaction: record what was finished, claim what the free lanes can take."""
    results, state.finished = state.finished, []
    try:
        async with context.tx() as tx:
            if results:
                await _record(tx, results)
            return await _claim(tx, state)
    except BaseException:
        state.finished = results + state.finished
        raise


async def _claim(tx: Tx, state: Round) -> list[Job]:
    if state.free <= 0:
        return []
    rows = await webhooks.claim(tx, state.held, state.per_endpoint, state.free)
    stale = {
        row["endpoint_id"]
        for row in rows
        if getattr(state.known.get(row["endpoint_id"]), "version", 0) != row["endpoint_version"]
    }
    for endpoint in await endpoints.endpoints_by_id(tx, list(stale)) if stale else []:
        state.known[endpoint.id] = endpoint
    return [_job(row, state) for row in rows]


def _job(row: Any, state: Round) -> Job:
    endpoint = state.known[row["endpoint_id"]]
    return Job(row["id"], row["event_id"], endpoint, row["body"].encode(), row["attempts"])


async def attempt(context: Context, partners: Partners, job: Job) -> Result:
    """Post one event and judge the answer; the signature's time is this attempt's."""
    now = context.clock.now()
    headers = signed_headers(job.endpoint.secrets(now), str(job.event_id), now, job.body)
    answer = await partners.post(Post(job.endpoint.url, headers, job.body))
    verdict = judge(answer, job.attempts, context.clock.now(), _DIE.random())
    return Result(job.webhook_id, job.endpoint.id, job.attempts, now, answer, verdict)


async def _record(tx: Tx, results: list[Result]) -> None:
    await webhooks.record(tx, results)
    well = {one.endpoint_id for one in results if one.verdict.outcome is Outcome.DELIVERED}
    ill: dict[UUID, datetime | None] = {}
    for one in results:
        if one.endpoint_id not in well:
            ill[one.endpoint_id] = one.verdict.throttled_until or ill.get(one.endpoint_id)
    failing = await webhooks.note_health(tx, list(well), ill)
    gone = {one.endpoint_id for one in results if one.verdict.outcome is Outcome.GONE}
    tired = {row["id"] for row in failing if exhausted_patience(row["failing_since"], tx.now)}
    for endpoint_id in sorted(gone | tired):
        await _disable(tx, endpoint_id, "gone" if endpoint_id in gone else "failing")


async def _disable(tx: Tx, endpoint_id: UUID, reason: str) -> None:
    row = await endpoints.disable(tx, endpoint_id, reason)
    if row is None:
        return
    cause = tx.emit(NotifyWebhookDisabled(endpoint_id=endpoint_id, reason=reason, at=tx.now))
    endpoint = await endpoints.opened(tx.context, row)
    await tell_disabled(tx, cause, dict(row), reason, host_of(endpoint.url))
    _log.warning("webhook_disabled", endpoint_id=str(endpoint_id), reason=reason)
