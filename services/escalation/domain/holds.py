"""What a ticket's state means for its ladders: go, wait, stop, or end for good."""

from dataclasses import dataclass
from datetime import datetime

from services.escalation.domain.words import Hold
from shared.vocabulary import Metric, Status

_SOLVED = frozenset({Status.RESOLVED, Status.CLOSED})
_ASIDE = frozenset({Status.MERGED, Status.SPAM})
"""Set aside; when that is undone the ladder goes on where it stood."""


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
    if clock.answered(broken_at):
        return Hold.ENDED
    if status in _SOLVED | _ASIDE or clock.state in {"stopped", "cancelled"}:
        return Hold.STOPPED
    if clock.state == "paused":
        return Hold.PAUSED
    if metric is Metric.RESOLUTION and status is Status.WAITING_CUSTOMER:
        return Hold.PAUSED
    return Hold.NONE
