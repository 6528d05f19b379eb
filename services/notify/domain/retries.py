"""When to try again: mail by doubling, webhooks by the Standard Webhooks schedule."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MAIL_WAITS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (2, 10, 60, 300, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400)
)
"""Waits after the 1st, 2nd ... failed attempt to hand a mail over: two days and a half in all."""

WEBHOOK_WAITS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
"""0, 5 s, 5 min, 30 min, 2, 5, 10, 14, 20, 24 h: ten attempts in some 75 hours."""

ENDPOINT_PATIENCE: Final = timedelta(days=5)
"""How long an endpoint may fail without one success before it is disabled."""

_JITTER: Final = 0.1
_LONGEST: Final = timedelta(hours=24)
_THROTTLES: Final = frozenset({429, 502, 503, 504})


class Outcome(StrEnum):
    """What one attempt at a webhook means."""

    DELIVERED = "delivered"
    RETRY = "retry"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a partner's endpoint did: a status, or the name of what went wrong."""

    status: int | None
    error: str | None = None
    retry_after: float | None = None
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from an answer: when to try again, how long to leave the endpoint alone."""

    outcome: Outcome
    next_at: datetime | None = None
    throttled_until: datetime | None = None


def mail_retry(attempts: int, now: datetime) -> datetime | None:
    """When to hand a mail over again after `attempts` failures; None = give up."""
    if attempts > len(MAIL_WAITS):
        return None
    return now + MAIL_WAITS[attempts - 1]


def judge(answer: Answer, attempts: int, now: datetime, jitter: float) -> Verdict:
    """What to do after attempt number `attempts`; `jitter` in [0, 1) spreads the herd."""
    if answer.status is not None and 200 <= answer.status < 300:
        return Verdict(Outcome.DELIVERED)
    if answer.status == 410:
        return Verdict(Outcome.GONE)
    if attempts > len(WEBHOOK_WAITS):
        return Verdict(Outcome.FAILED)
    wait = WEBHOOK_WAITS[attempts - 1] * (1 + _JITTER * jitter)
    asked = timedelta(seconds=min(max(answer.retry_after or 0.0, 0.0), _LONGEST.total_seconds()))
    following = now + max(wait, asked)
    throttled = now + max(asked, WEBHOOK_WAITS[0]) if answer.status in _THROTTLES else None
    return Verdict(Outcome.RETRY, following, throttled)


def exhausted_patience(failing_since: datetime | None, now: datetime) -> bool:
    """Whether an endpoint has done nothing but fail for five days."""
    return failing_since is not None and now - failing_since >= ENDPOINT_PATIENCE
