"""A due instant struck without a fold.

A timer and its clock carry the same generation while nothing has happened since it was armed.
Then the fold can say only what was foreseen, so the clock as last stated is moved on by hand;
a property test holds this against the fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from services.sla.domain.fold import Idle
from services.sla.domain.settle import Armed
from services.sla.domain.words import Limit
from shared.vocabulary import Metric
from shared.worktime import instant, micros

State = dict[str, Any]
"""A clock as facts carry it: `metric, state, due_at, met_at, breached_at, warned_at`."""


@dataclass(frozen=True, slots=True)
class Due:
    """An armed instant that has come; with a `point` it is a warning."""

    metric: Metric
    cycle: int
    at: datetime
    point: float | None = None
    idle: Idle | None = None

    @classmethod
    def read(cls, key: str, at: datetime) -> Self:
        """From a timer's key (`Armed.key`)."""
        kind, _, metric, cycle, *mark = key.split(":")
        if kind == "reminder":
            idle = Idle(Limit(metric), int(cycle), micros(at))
            return cls(Metric.RESOLUTION, 1, at, idle=idle)
        return cls(Metric(metric), int(cycle), at, float(mark[0]) if mark else None)

    @classmethod
    def of(cls, armed: Armed) -> Self:
        return cls(armed.metric, armed.cycle, instant(armed.at), armed.point, armed.idle)


def strike(clocks: Sequence[State], due: Due, now: datetime) -> list[State] | None:
    """The clocks after a due instant; None when it has nothing to say any more.

    A warning that comes only after its breach is due is dropped (sla.md 8).
    """
    if due.idle is not None:
        return list(clocks)  # nothing has happened, so the desk waits still
    change = broken(due.at) if due.point is None else {"warned_at": render(due.at)}
    for one in clocks:
        if one["metric"] == due.metric:
            late = due.point is not None and read(one["due_at"]) <= now
            if one["state"] != "running" or late:
                return None
    return [one | change if one["metric"] == due.metric else one for one in clocks]


def broken(at: datetime) -> State:
    """What a broken promise changes of its clock."""
    return {"state": "breached", "breached_at": render(at)}


def state_of(clocks: Sequence[State], metric: Metric) -> State:
    """One metric's clock."""
    return next(one for one in clocks if one["metric"] == metric)


def due_of(clocks: Sequence[State], metric: Metric) -> datetime:
    """When the promise of a running metric is due."""
    return read(state_of(clocks, metric)["due_at"])


def render(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)
