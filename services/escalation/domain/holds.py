"""What a ticket's state means for its ladders: go, wait, stop, or end for good."""

from dataclasses import dataclass
from datetime import datetime

from services.escalation.domain.words import Hold
from shared.vocabulary import Metric, Status

_SOLVED = frozenset({Status.RESOLVED, Status.CLOSED})
_GONE = frozenset({Status.MERGED, Status.SPAM})


@dataclass(frozen=True, slots=True)
class Clock:
    """What sla last said of one metric."""

    state: str
    met_at: datetime | None = None

    def answered(self, broken_at: datetime | None) -> bool:
        """Whether the promise that broke was kept late; an older answer kept an older promise."""
        if self.state == "met":
            return True
        return self.met_at is not None and (broken_at is None or self.met_at >= broken_at)


_SILENT = Clock("none")


def hold(
    status: Status, metric: Metric, clock: Clock | None, broken_at: datetime | None = None
) -> Hold:
    """Whether a rung whose wait is over may come, waits for the resume, or never comes."""
    clock = clock or _SILENT
    if status in _GONE or clock.state == "cancelled" or clock.answered(broken_at):
        return Hold.ENDED
    if status in _SOLVED or clock.state == "stopped":
        return Hold.STOPPED
    if clock.state == "paused":
        return Hold.PAUSED
    if metric is Metric.RESOLUTION and status is Status.WAITING_CUSTOMER:
        return Hold.PAUSED
    return Hold.NONE


def gone(status: Status) -> bool:
    """Merged and spam tickets never come back."""
    return status in _GONE
